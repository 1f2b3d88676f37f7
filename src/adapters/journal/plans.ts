/** Plans: immutable rows, any number for a pool. */
import type { Kysely } from 'kysely';
import { Malformed } from '../../domain/errors';
import type { Plan } from '../../domain/plan';
import type { Journal } from '../../ports';
import { isDuplicate, reached, reading } from './portable';
import type { Tables } from './tables';

export function plansIn(db: Kysely<Tables>): Pick<Journal, 'savePlan' | 'plan' | 'plansOf'> {
  const bodyOf = async (id: string): Promise<string | undefined> =>
    (await db.selectFrom('plans').select('body').where('id', '=', id).executeTakeFirst())?.body;
  return {
    savePlan: async (plan) => {
      const body = JSON.stringify(plan);
      const row = {
        id: plan.id,
        pool: plan.pool,
        target: plan.target,
        verdict: plan.verdict,
        digest: plan.digest,
        made_at: plan.madeAt,
        saved_ms: Date.now(),
        body,
      };
      try {
        await reached(() => db.insertInto('plans').values(row).execute());
      } catch (error) {
        // saved before, and the answer was lost; another plan under this id would be a different thing
        if (isDuplicate(error) && (await reading(() => bodyOf(plan.id))) === body) return;
        throw error;
      }
    },
    plan: async (id) => {
      const body = await reading(() => bodyOf(id));
      return body === undefined ? undefined : planIn(id, body);
    },
    plansOf: async (pool, limit) => {
      const rows = await reading(() =>
        db
          .selectFrom('plans')
          .select(['id', 'pool', 'target', 'verdict', 'made_at', 'digest'])
          .where('pool', '=', pool)
          .orderBy('made_at', 'desc')
          .orderBy('saved_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute(),
      );
      return rows.map(({ made_at: madeAt, verdict, ...row }) => ({
        ...row,
        verdict: verdict === 'go' ? 'go' : 'blocked',
        madeAt,
      }));
    },
  };
}

function planIn(id: string, body: string): Plan {
  const plan: unknown = JSON.parse(body);
  if (typeof plan !== 'object' || plan === null || !('v' in plan) || plan.v !== 1)
    throw new Malformed('the journal', `plan ${id} has a version that is not known here`);
  return plan as Plan;
}
