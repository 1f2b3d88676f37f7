/** Records of task and message (xapi §9). */
import { hostByName, type SimPool } from '../model';
import { NEVER, NULL_REF, refOf, type XapiRecord } from './values';
import type { SimMessage, SimTask } from './world';

export function taskRecord(pool: SimPool, task: SimTask): XapiRecord {
  const host = hostByName(pool, task.host);
  return {
    name_label: task.name,
    created: new Date(task.created),
    finished: task.finished === 0 ? NEVER : new Date(task.finished),
    status: task.status,
    resident_on: host ? refOf(host.uuid) : NULL_REF,
    progress: task.progress,
    type: '<none/>',
    result: task.result,
    error_info: task.error,
    allowed_operations: task.cancel ? ['cancel'] : [],
    subtask_of: NULL_REF,
  };
}

export const messageRecord = (message: SimMessage): XapiRecord => ({
  name: message.name,
  priority: String(message.priority),
  cls: message.cls,
  obj_uuid: message.object,
  timestamp: new Date(message.at),
  body: message.body,
});
