/** The master's database pushed to every member before the master goes away (xapi §3.4). */
import { act, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { listed, minutes } from './sight';

type Args = { readonly pool: string };
type Seen = { readonly notLive: readonly string[] };

export const syncDatabase = defineStep<Args, Seen>({
  kind: 'sync-database',
  v: 1,
  title: () => "Synchronise the pool's database to every member",
  settleSeconds: 150,
  callTimeoutSeconds: 120, // waits for the slowest member
  farDelaySeconds: 10,
  maxActs: 3,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: async ({ xen }) => ({
    notLive: (await xen.hosts()).filter((host) => !host.live).map((host) => host.name),
  }),
  // XAPI shows a synchronisation nowhere: its answer, which waits for every member, is the only sight there is
  decide: ({ args, now, line }) => {
    if (line.acts[args.pool]?.outcome === 'answered') return done('every member has the database');
    if (now.notLive.length > 0) return wait(`not live: ${listed(now.notLive)}`);
    return act('the members may hold an older database', {
      subject: args.pool,
      what: `synchronise the database of ${args.pool}`,
      args: null,
    });
  },
  act: ({ xen }) => xen.syncDatabase(),
  tooLong: ({ now, line }) =>
    problems.tooLong(
      line.line.title,
      now.notLive.length > 0 ? `not live: ${listed(now.notLive)}` : 'no answer',
    ),
});
