/**
 * The pool's copy of what its repositories offer. What people approved is what was on offer then: other updates are asked
 * about, and every host is given the very set that was agreed to, by its hash (xc §3.7).
 */
import { act, ask, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { agreedUpdates, digestOfUpdates, patchingOf } from './patches-look';
import { defineStep } from './step';
import { counted, listed, minutes } from './sight';

/** `hash`: of what the plan saw; absent: nothing had been synchronised then. */
type Args = { readonly pool: string; readonly hash?: string };
type Seen = {
  readonly hash?: string;
  readonly busy?: string;
  /** Host uuid → names of updates. */
  readonly available: Readonly<Record<string, readonly string[]>>;
};

/** A mirror that is some hundred MB behind. */
const CALL_SECONDS = 900;

export const synchroniseUpdates = defineStep<Args, Seen>({
  kind: 'synchronise-updates',
  v: 1,
  title: ({ pool }) => `Synchronise the updates of ${pool} with its repositories`,
  settleSeconds: CALL_SECONDS + 40,
  callTimeoutSeconds: CALL_SECONDS,
  farDelaySeconds: 30,
  maxActs: 3,
  long: true,
  patience: { softSeconds: minutes(20), hardSeconds: minutes(90) },
  observe: async (world) => {
    const { updateHash, busy, hosts } = await patchingOf(world).seen();
    return {
      ...(updateHash !== undefined && { hash: updateHash }),
      ...(busy !== undefined && { busy }),
      available: Object.fromEntries(
        Object.entries(hosts).map(([uuid, host]) => [uuid, (host.available ?? []).map(({ name }) => name)]),
      ),
    };
  },
  decide: ({ args, before, now, line, run }) => {
    const asked = line.acts[args.pool];
    const { hash } = now;
    if (hash !== undefined && agreedUpdates(run, args.hash, hash))
      return done(`the updates are those that were agreed to, ${hash.slice(0, 12)}`, { hash });
    if (now.busy !== undefined) return wait(`the pool is busy with updates: ${now.busy}`);
    const ended = asked?.outcome === 'answered' || (asked !== undefined && hash !== before.hash);
    if (hash === undefined || !ended)
      return act(
        hash === undefined ? 'they were never synchronised' : 'they are others than when this was planned',
        { subject: args.pool, what: `synchronise the updates of ${args.pool}`, args: null },
      );
    const names = [...new Set(Object.values(now.available).flat())].sort();
    return ask({
      kind: 'approve',
      text: `Take the updates of ${args.pool} as they are on offer now?`,
      saw: [
        args.hash === undefined
          ? 'When this was planned the pool had not been synchronised, so nobody has seen them.'
          : 'They are others than when this was planned.',
        `${counted(names.length, 'update')}: ${listed(names, 30)}.`,
      ],
      digest: digestOfUpdates(hash),
      notTheRequester: true,
    });
  },
  act: (world) => patchingOf(world).synchronise(),
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the repositories have not been synchronised'),
});
