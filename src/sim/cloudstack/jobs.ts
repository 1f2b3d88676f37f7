/** Async jobs: a row, a queue delay, one operation at a time on a VM, and the cut when their server stops (cs §2.5). */
import type { SimManagementServer, SimVm } from '../model';
import { Refusal } from './refusal';
import {
  type CloudStackSide,
  idOf,
  isAlive,
  type Row,
  type SimJob,
  type Token,
  tokenOf,
  type VmQueue,
} from './side';

export interface JobOrder {
  readonly command: string;
  readonly instanceType: string;
  readonly instanceId: string;
  readonly on: string;
  readonly by: string;
  /** The VM whose queue it waits in; hosts have none: two prepare calls race (cs §14.4). */
  readonly vm?: SimVm;
  /** Runs after the queue delay. Throws a Refusal, or calls `finish` once, now or later. */
  readonly work: (finish: (result: Row | Refusal) => void, token: Token) => void;
}

export function submit(side: CloudStackSide, server: SimManagementServer, order: JobOrder): SimJob {
  const dbId = side.nextId();
  const job: SimJob = {
    id: side.profile.isOfThe2 ? String(dbId) : idOf('job', String(dbId)),
    dbId,
    command: order.command,
    instanceType: order.instanceType,
    instanceId: order.instanceId,
    on: order.on,
    by: order.by,
    status: 0,
    resultCode: 0,
    created: side.cloud.time.now(),
    server: server.name,
  };
  side.jobs.push(job);
  const token = tokenOf(server);
  const run = (release: () => void): void => {
    let open = true;
    const finish = (result: Row | Refusal): void => {
      if (!open) return;
      open = false;
      release();
      // A stopped server's threads are gone: the row is settled when it starts again (cs fact 21).
      if (isAlive(token) && job.status === 0) settle(side, job, result);
    };
    if (!isAlive(token)) return release();
    try {
      order.work(finish, token);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      finish(error);
    }
  };
  side.cloud.time.in(side.profile.knobs.queueDelay, () =>
    order.vm ? inQueue(side, order.vm.name, token, run) : run(() => undefined),
  );
  return job;
}

function settle(side: CloudStackSide, job: SimJob, result: Row | Refusal): void {
  job.completed = side.cloud.time.now();
  if (result instanceof Refusal) {
    job.status = 2;
    job.resultCode = result.errorcode;
    job.result = { uuidList: [], errorcode: result.errorcode, errortext: result.text };
  } else {
    job.status = 1;
    job.result = result;
  }
}

/** One after the other per VM; `turn` must call what it is given when it is finished. */
export function inQueue(
  side: CloudStackSide,
  vm: string,
  token: Token,
  turn: (release: () => void) => void,
): void {
  const queue = side.vmQueues.get(vm);
  // The threads of a stopped server are gone, and what waited for them with them.
  if (queue && isAlive(queue.token)) {
    queue.waiting.push({ token, turn });
    return;
  }
  const own: VmQueue = { token, waiting: [] };
  side.vmQueues.set(vm, own);
  take(side, vm, own, turn);
}

function take(side: CloudStackSide, vm: string, queue: VmQueue, turn: (release: () => void) => void): void {
  let released = false;
  turn(() => {
    if (released || side.vmQueues.get(vm) !== queue) return;
    released = true;
    const next = queue.waiting.shift();
    if (!next) {
      side.vmQueues.delete(vm);
      return;
    }
    queue.token = next.token;
    take(side, vm, queue, next.turn);
  });
}

/** True while an operation on the VM is in hand. */
export function isBusy(side: CloudStackSide, vm: SimVm): boolean {
  const queue = side.vmQueues.get(vm.name);
  return queue !== undefined && isAlive(queue.token);
}

/** Rows of a server that was stopped: failed with 530 and no result at all (cs §2.5). */
export function cutOff(side: CloudStackSide, server: SimManagementServer): void {
  for (const job of side.jobs)
    if (job.status === 0 && job.server === server.name) {
      job.status = 2;
      job.resultCode = 530;
      job.completed = side.cloud.time.now();
    }
}

export function jobById(side: CloudStackSide, id: string): SimJob | undefined {
  const job = side.jobs.find((candidate) => candidate.id === id || String(candidate.dbId) === id);
  const expired = side.cloud.time.now() - side.profile.knobs.jobExpire * 1000;
  return job?.completed !== undefined && job.completed < expired ? undefined : job;
}

export const unfinishedJobs = (side: CloudStackSide): SimJob[] => side.jobs.filter((job) => job.status === 0);
