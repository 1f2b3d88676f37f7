/** What a pool is owed, as people read it, with why some of it cannot be given back yet. */
import type { OwedAnswer } from '../domain/answers';
import type { Obligation } from '../domain/obligation';

export const owedAnswers = (
  all: readonly Obligation[],
  notYet: (one: Obligation, all: readonly Obligation[]) => Promise<string | undefined>,
): Promise<readonly OwedAnswer[]> =>
  Promise.all(
    all.map(async (one) => {
      const why = await notYet(one, all);
      return {
        id: one.id,
        what: one.what,
        on: one.on,
        since: one.since,
        canBeGivenBack: why === undefined,
        ...(why !== undefined && { why }),
      };
    }),
  );
