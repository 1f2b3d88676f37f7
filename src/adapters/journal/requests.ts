/** What people asked for and the worker carries out: a row each, held by one worker at a time, answered once. */
import type { Kysely, Selectable } from 'kysely';
import { Malformed } from '../../domain/errors';
import type { Json } from '../../domain/json';
import type { Journal, Request } from '../../ports';
import { isDuplicate, reached, reading } from './portable';
import type { Tables } from './tables';

type RequestJournal = Pick<Journal, 'ask' | 'takeRequest' | 'answerRequest' | 'request' | 'openRequests'>;
type RequestRow = Selectable<Tables['requests']>;

export function requestsIn(db: Kysely<Tables>, wallNow: () => number): RequestJournal {
  const open = (): Promise<readonly RequestRow[]> =>
    reading(() =>
      db
        .selectFrom('requests')
        .selectAll()
        .where('state', '<>', 'answered')
        .orderBy('asked_ms')
        .orderBy('id')
        .execute(),
    );

  return {
    // Slack delivers some things twice: the same id again is the same request.
    ask: async (request) => {
      const row = {
        id: request.id,
        body: JSON.stringify(request),
        asked_ms: request.askedAt,
        state: 'asked',
        owner: null,
        lease_until_ms: 0,
        answer: null,
      };
      try {
        await reached(() => db.insertInto('requests').values(row).execute());
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    },

    takeRequest: async (owner, leaseMs) => {
      const now = wallNow();
      for (const row of await open()) {
        if (row.state === 'taken' && row.lease_until_ms > now) continue;
        const { numUpdatedRows } = await reached(() =>
          db
            .updateTable('requests')
            .set({ state: 'taken', owner, lease_until_ms: now + leaseMs })
            .where('id', '=', row.id)
            .where((at) =>
              at.or([
                at('state', '=', 'asked'),
                at.and([at('state', '=', 'taken'), at('lease_until_ms', '<=', now)]),
              ]),
            )
            .executeTakeFirst(),
        );
        if (numUpdatedRows > 0n) return { ...requestIn(row), state: 'taken' };
      }
      return undefined;
    },

    // The first answer stands.
    answerRequest: async (id, answer) => {
      await reached(() =>
        db
          .updateTable('requests')
          .set({ state: 'answered', answer: JSON.stringify(answer), owner: null, lease_until_ms: 0 })
          .where('id', '=', id)
          .where('state', '<>', 'answered')
          .execute(),
      );
    },

    request: async (id) => {
      const row = await reading(() =>
        db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst(),
      );
      return row && requestIn(row);
    },

    openRequests: async () => (await open()).map(requestIn),
  };
}

function requestIn(row: RequestRow): Request {
  const asked: unknown = JSON.parse(row.body);
  if (typeof asked !== 'object' || asked === null || !('id' in asked))
    throw new Malformed('the journal', `request ${row.id} has no id`);
  const answer = row.answer === null ? {} : { answer: JSON.parse(row.answer) as Json };
  return { ...(asked as Omit<Request, 'state' | 'answer'>), state: stateIn(row), ...answer };
}

function stateIn(row: RequestRow): Request['state'] {
  if (row.state === 'asked' || row.state === 'taken' || row.state === 'answered') return row.state;
  throw new Malformed('the journal', `request ${row.id} is in a state that is not known here`);
}
