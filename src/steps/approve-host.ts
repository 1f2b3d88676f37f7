/** Asks for one host, with what was found on it. Bound to the host's section, its bounds and the findings. */
import { ask, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { answersOn } from '../domain/run';
import { hostFacts, materialDigest, revised, shown, type HostFacts, type HostWork } from './host-facts';
import { movedByTest } from './one-at-a-time';
import { defineStep, LOOKS_ONLY } from './step';
import { hours, type HostArgs } from './sight';

/** `work`: what is done to the host, as the question begins; an upgrade unless said otherwise. */
type Args = HostArgs & { readonly work?: HostWork };

export const approveHost = defineStep<Args, HostFacts>({
  ...LOOKS_ONLY,
  kind: 'approve-host',
  v: 1,
  title: ({ host }) => `Approve ${host}`,
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: (world, { host }) => hostFacts(world, host),
  decide: ({ args, now, at, line, run }) => {
    const revision = revised(now);
    if (revision) return revision;
    const moved = now.blocks.length > 0 && movedByTest(run, line.line.lane, at);
    if (moved) return wait(moved);
    if (now.blocks.length > 0) return stop(problems.blockedNow(args.host, now.blocks, now.advice));
    const digest = materialDigest(run, args.host, now);
    const yes = answersOn(run, line.line.id).findLast(
      (q) => q.answer.says === 'yes' && q.ask.digest === digest,
    );
    if (yes) return done(`approved by ${yes.answer.by.name}`, { digest });
    return ask({
      kind: 'approve',
      text: `${args.work ?? 'Upgrade'} ${args.host}${args.master ? ', the pool master' : ''}?`,
      saw: shown(run, args.host, args.master, now),
      digest,
      notTheRequester: true,
    });
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'nobody has answered for a week'),
});
