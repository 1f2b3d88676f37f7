/** An operator that keeps what it was asked, for tests that look at what a command wishes. */
import type { Operator } from '../../../src/engine/operator';
import type { Person } from '../../../src/domain/person';

export interface Wish {
  readonly asked: string;
  readonly by: string;
  readonly words: readonly unknown[];
}

export class OperatorSeen {
  readonly wishes: Wish[] = [];

  /** Answers every wish with run-1; what a test does not use is not there. */
  readonly operator: Pick<
    Operator,
    | 'pools'
    | 'requestPlan'
    | 'start'
    | 'pause'
    | 'resume'
    | 'abort'
    | 'answer'
    | 'status'
    | 'obligations'
    | 'takeOver'
    | 'giveBack'
  > = {
    pools: async (by) => this.keep('pools', by, [], [{ pool: 'pool-a', roles: ['viewer' as const] }]),
    requestPlan: async (by, ...words) => this.keep('requestPlan', by, words, { request: 'request-1' }),
    start: async (by, ...words) => this.keep('start', by, words, { run: 'run-1', phase: 'running' as const }),
    pause: async (by, ...words) =>
      this.keep('pause', by, words, {
        run: 'run-1',
        phase: 'pausing' as const,
        effectAfter: 'Leave maintenance',
      }),
    resume: async (by, ...words) =>
      this.keep('resume', by, words, { run: 'run-1', phase: 'running' as const }),
    abort: async (by, ...words) =>
      this.keep('abort', by, words, { run: 'run-1', phase: 'aborting' as const }),
    answer: async (by, ...words) =>
      this.keep('answer', by, words, { run: 'run-1', phase: 'running' as const, question: 'q1' }),
    status: async (by, ...words) =>
      this.keep('status', by, words, {
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
      this.keep('obligations', by, words, [
        {
          id: 'ha-off:pool-a',
          what: 'ha-off' as const,
          on: 'pool-a',
          since: '2026-01-01T00:00:00.000Z',
          canBeGivenBack: true,
        },
      ]),
    takeOver: async (by, ...words) => this.keep('takeOver', by, words, undefined),
    giveBack: async (by, ...words) =>
      this.keep('giveBack', by, words, { run: 'run-2', phase: 'running' as const }),
  };

  private keep<T>(asked: string, by: Person, words: readonly unknown[], answer: T): T {
    this.wishes.push({ asked, by: by.id, words });
    return answer;
  }
}
