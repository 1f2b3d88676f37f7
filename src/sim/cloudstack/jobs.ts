/** Async jobs: a row, a queue delay, one operation at a time on a VM, and the cut when their server stops (cs §2.5). */
import type { SimManagementServer, SimVm } from '../model';
import { Refusal } from './refusal';
import { type CloudStackSide, idOf, isAlive, type Row, type SimJob, type Token, tokenOf } from './side';

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
    id: idOf('job', String(dbId)),
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
    order.vm ? inQueue(side, order.vm.name, run) : run(() => undefined),
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
export function inQueue(side: CloudStackSide, vm: string, turn: (release: () => void) => void): void {
  const queue = side.vmQueues.get(vm);
  const begin = (): void => {
    let released = false;
    turn(() => {
      if (released) return;
      released = true;
      const waiting = side.vmQueues.get(vm);
      const next = waiting?.shift();
      if (next) next();
      else side.vmQueues.delete(vm);
    });
  };
  if (queue) queue.push(begin);
  else {
    side.vmQueues.set(vm, []);
    begin();
  }
}

/** True while an operation on the VM is in hand. */
export const isBusy = (side: CloudStackSide, vm: SimVm): boolean => side.vmQueues.has(vm.name);

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
