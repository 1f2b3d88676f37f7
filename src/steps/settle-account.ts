/** The last line: a run is never green with anything owed. */
import { done, stop } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { minutes } from './sight';

type Args = { readonly pool: string };

export const settleAccount = defineStep<Args, null>({
  ...LOOKS_ONLY,
  kind: 'settle-account',
  v: 1,
  title: () => 'See that everything has been given back',
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: async () => null,
  decide: ({ args, run }) =>
    run.owed.length === 0
      ? done('nothing is owed')
      : stop(
          problems.stillOwed(
            args.pool,
            run.owed.map((owed) => `${owed.what} on ${owed.on}`),
          ),
        ),
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'something is owed'),
});
