/** An operator that keeps what it was asked, for tests that look at what a command wishes. */
import type { Operator } from '../../../src/engine/operator';
import type { Person } from '../../../src/domain/person';
import { planOf } from '../../support/plans';

export interface Wish {
  readonly asked: string;
  readonly by: string;
  readonly words: readonly unknown[];
}

export interface OperatorSeen {
  readonly wishes: readonly Wish[];
  readonly operator: Operator;
}

/** Answers every wish with run-1. `run` belongs to renderers: no command asks for it. */
export function operatorSeen(): OperatorSeen {
  const wishes: Wish[] = [];
  const keep = <T>(asked: string, by: Person, words: readonly unknown[], answer: T): T => {
    wishes.push({ asked, by: by.id, words });
    return answer;
  };

  const operator: Operator = {
    pools: async (by) => keep('pools', by, [], [{ pool: 'pool-a', roles: ['viewer' as const] }]),
    requestPlan: async (by, ...words) => keep('requestPlan', by, words, { request: 'request-1' }),
    start: async (by, ...words) => keep('start', by, words, { run: 'run-1', phase: 'running' as const }),
    pause: async (by, ...words) =>
      keep('pause', by, words, {
        run: 'run-1',
        phase: 'pausing' as const,
        effectAfter: 'Leave maintenance',
      }),
    resume: async (by, ...words) => keep('resume', by, words, { run: 'run-1', phase: 'running' as const }),
    abort: async (by, ...words) => keep('abort', by, words, { run: 'run-1', phase: 'aborting' as const }),
    answer: async (by, ...words) =>
      keep('answer', by, words, { run: 'run-1', phase: 'running' as const, question: 'q1' }),
    status: async (by, ...words) =>
      keep('status', by, words, {
        run: 'run-1',
        plan: 'plan-1',
        pool: 'pool-a',
        phase: 'running' as const,
        lanes: [
          {
            host: 'host-1',
            line: 'Drain host-1',
            state: 'waiting',
            since: '2026-01-01T00:00:00.000Z',
            waitingFor: '2 VMs left',
          },
        ],
        questions: [
          {
            id: 'q1',
            kind: 'approve' as const,
            host: 'host-1',
            text: 'Upgrade host-1?',
            saw: ['7 VMs'],
            mayAnswer: ['Bob'],
          },
        ],
        owed: [],
        problems: [],
      }),
    obligations: async (by, ...words) =>
      keep('obligations', by, words, [
        {
          id: 'ha-off:pool-a',
          what: 'ha-off' as const,
          on: 'pool-a',
          since: '2026-01-01T00:00:00.000Z',
          canBeGivenBack: true,
        },
      ]),
    takeOver: async (by, ...words) => keep('takeOver', by, words, undefined),
    giveBack: async (by, ...words) =>
      keep('giveBack', by, words, { run: 'run-2', phase: 'running' as const }),
    plan: async (by, ...words) => keep('plan', by, words, planOf(words[0])),
    newestPlan: async (by, ...words) => keep('newestPlan', by, words, planOf('plan-1')),
    run: async (_by, run) => Promise.reject(new Error(`No command asks for the run ${run}`)),
  };
  return { wishes, operator };
}
