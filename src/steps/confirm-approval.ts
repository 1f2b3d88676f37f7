/** The last look before the first change of a host: what was approved must still be what is true, else it is asked anew. */
import { ask, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { answersOn, recalled } from '../domain/run';
import {
  hostFacts,
  materialDigest,
  revised,
  roleMoved,
  shown,
  upgradedByOthers,
  type HostFacts,
  type HostWork,
} from './host-facts';
import { movedByTest } from './one-at-a-time';
import { defineStep, LOOKS_ONLY } from './step';
import { hours, type HostArgs } from './sight';

type Args = HostArgs & { readonly from: string; readonly work?: HostWork };

export const confirmApproval = defineStep<Args, HostFacts>({
  ...LOOKS_ONLY,
  kind: 'confirm-approval',
  v: 1,
  title: ({ host }) => `Look once more that what was approved for ${host} still holds`,
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: (world, { host }) => hostFacts(world, host),
  decide: ({ args, now, at, line, run }) => {
    const over = upgradedByOthers(args, now, run) ?? roleMoved(args, now) ?? revised(now);
    if (over) return over;
    const moved = now.blocks.length > 0 && movedByTest(run, line.line.lane, at);
    if (moved) return wait(moved);
    if (now.blocks.length > 0) return stop(problems.blockedNow(args.host, now.blocks, now.advice));
    const digest = materialDigest(run, args.host, now);
    const approved = recalled(run, 'approve-host', args.host).at(-1)?.result as
      { digest?: string } | undefined;
    if (approved?.digest === digest) return done('unchanged since the approval');
    const yes = answersOn(run, line.line.id).findLast(
      (q) => q.answer.says === 'yes' && q.ask.digest === digest,
    );
    if (yes) return done(`the change was approved by ${yes.answer.by.name}`);
    return ask({
      kind: 'approve',
      text: `What was approved for ${args.host} has changed. ${args.work ?? 'Upgrade'} it all the same?`,
      saw: shown(run, args.host, args.master, now),
      digest,
      notTheRequester: true,
    });
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'nobody has answered for a week'),
});
