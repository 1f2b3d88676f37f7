/** Records of task, message and of patches: host_patch up to 7.0, pool_update from 7.1 (xapi §8, §9). */
import { PRE_UPGRADE_HOTFIXES } from '../../domain/pre-upgrade-hotfix';
import { uuidOf } from '../identity';
import { hostByName, type SimPool } from '../model';
import { hasSince, profileOf } from '../profiles';
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

const rpuNamed = (name: string) => PRE_UPGRADE_HOTFIXES.find((one) => one.name === name);

/** Hotfix names of a host, as the records of its release show them. */
export function patchRecords(
  pool: SimPool,
  cls: 'pool_patch' | 'host_patch' | 'pool_update',
): Map<string, XapiRecord> {
  const records = new Map<string, XapiRecord>();
  const names = new Set(pool.hosts.flatMap((host) => host.hotfixes));
  for (const name of names) {
    const having = pool.hosts.filter((host) => host.hotfixes.includes(name));
    if (cls === 'host_patch') {
      for (const host of having.filter((h) => !hasSince(profileOf(h.version, h.brand).release, '7.1')))
        records.set(uuidOf('host_patch', host.uuid, name), {
          name_label: name,
          host: refOf(host.uuid),
          applied: true,
          pool_patch: refOf(uuidOf('pool_patch', pool.uuid, name)),
          size: '0',
        });
    } else if (cls === 'pool_patch') {
      records.set(uuidOf('pool_patch', pool.uuid, name), {
        name_label: name,
        version: '1.0',
        size: '0',
        pool_applied: having.length === pool.hosts.length,
        host_patches: having.map((host) => refOf(uuidOf('host_patch', host.uuid, name))),
        pool_update: NULL_REF,
      });
    } else {
      const updated = having.filter((host) => hasSince(profileOf(host.version, host.brand).release, '7.1'));
      if (updated.length > 0)
        records.set(rpuNamed(name)?.uuid ?? uuidOf('pool_update', pool.uuid, name), {
          // what is known of the pre-upgrade hotfixes is their uuid; the label of their ISO is nobody's business
          name_label: rpuNamed(name) ? 'rolling-pool-upgrade-hotfix' : name,
          version: '1.0',
          hosts: updated.map((host) => refOf(host.uuid)),
          vdi: NULL_REF,
        });
    }
  }
  return records;
}
