/** Changes that take longer than a call: asked as Async, then waited for on the task's own events (xapi §9.1, §9.2). */
import { Malformed, Refused, Unreachable } from '../../domain/errors';
import { xapiProblem } from '../../domain/xapi-advice';
import { objectFrom, textFrom } from './record';
import { INTERNAL, type Session } from './session';
import type { Wire } from './transport';

export interface LongAct {
  readonly method: string;
  readonly params: readonly Wire[];
  readonly doing: string;
  /** Wall seconds to wait for an early end; still pending then means accepted. */
  readonly waitSeconds: number;
}

interface Context {
  readonly session: Session;
  readonly source: string;
  readonly nameOf: (ref: string) => string | undefined;
}

/** Resolves to the task's uuid once it succeeded or is under way; throws Refused with the task's own error. */
export async function runTask(context: Context, act: LongAct): Promise<string> {
  const { session, source } = context;
  const task = textFrom(await session.act(`Async.${act.method}`, act.params, act.doing), source);
  const until = performance.now() + act.waitSeconds * 1000;
  let token = '';
  let uuid = '';
  for (;;) {
    const left = Math.max(0, (until - performance.now()) / 1000);
    const batch = await eventsOf(context, task, token, left);
    ({ token } = batch);
    for (const snapshot of batch.snapshots) {
      uuid = snapshot.text('uuid');
      const status = snapshot.text('status');
      if (status === 'pending' || status === 'cancelling') continue;
      // A finished task that nobody destroys stays for an hour; ours goes now.
      await session.act('task.destroy', [task], 'forget a finished task').catch(() => undefined);
      if (status === 'success') return uuid;
      throw failed(context, act, status, snapshot.set('error_info'));
    }
    if (left <= 0) return uuid;
  }
}

async function eventsOf({ session, source }: Context, task: string, token: string, left: number) {
  try {
    // XAPI wants a double, and a whole number would be sent as an integer (xapi §1.5).
    const timeout = Math.floor(Math.min(left, 10) * 10) / 10 + 0.05;
    const answer = await session.read('event.from', [[`task/${task}`], token, timeout], 'wait for a task', {
      seconds: timeout + 20,
    });
    const batch = objectFrom('', answer, source);
    return { token: batch.text('token'), snapshots: snapshotsIn(answer, source) };
  } catch (error) {
    // Started, but whether it ended is not known: the world will show it.
    if (error instanceof Refused) throw new Unreachable(source, `lost sight of the task (${error.code})`);
    throw error;
  }
}

function snapshotsIn(answer: unknown, source: string) {
  const events =
    typeof answer === 'object' && answer !== null && 'events' in answer ? answer.events : undefined;
  if (!Array.isArray(events)) throw new Malformed(source, 'the event batch has no events');
  return events.flatMap((event: unknown) => {
    if (typeof event !== 'object' || event === null || !('snapshot' in event)) return [];
    return [objectFrom('', event.snapshot, source)];
  });
}

function failed(context: Context, act: LongAct, status: string, error: readonly string[]): Error {
  const [code = status === 'cancelled' ? 'TASK_CANCELLED' : 'INTERNAL_ERROR', ...params] = error;
  if (code === INTERNAL)
    return new Unreachable(context.source, `an internal error while asked to ${act.doing}`);
  const problem = xapiProblem({ doing: act.doing, code, params, nameOf: context.nameOf });
  return new Refused(
    problem,
    code,
    params.map((param) => context.nameOf(param) ?? param.replace(/OpaqueRef:\S+/g, 'an object')),
  );
}
