/** A fresh snapshot through the checks before the host is asked about, so that the question shows what is true now. */
import { done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import type { Run } from '../domain/run';
import { changes, hostFacts, revised, roleMoved, upgradedByOthers, type HostFacts } from './host-facts';
import { movedByTest } from './one-at-a-time';
import { defineStep, LOOKS_ONLY } from './step';
import { counted, minutes, type HostArgs } from './sight';

/** `from`: what the host is upgraded from; absent where it is already upgraded. */
type Args = HostArgs & { readonly from?: string };

export const recheckHost = defineStep<Args, HostFacts>({
  ...LOOKS_ONLY,
  kind: 'recheck-host',
  v: 1,
  title: ({ host }) => `Look at the pool again before ${host}`,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(30) },
  observe: (world, { host }) => hostFacts(world, host),
  decide: ({ args, now, at, line, run }) => {
    const over = upgradedByOthers(args, now, run) ?? roleMoved(args, now) ?? revised(now);
    if (over) return over;
    if (now.blocks.length === 0) return done(sawOf(args.host, now, run));
    const moved = movedByTest(run, line.line.lane, at);
    return moved === undefined ? stop(problems.blockedNow(args.host, now.blocks, now.advice)) : wait(moved);
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the pool could not be read'),
});

function sawOf(host: string, now: HostFacts, run: Run): string {
  const warnings = now.warns.length > 0 ? `, ${counted(now.warns.length, 'warning')}` : '';
  return [`nothing blocks ${host}${warnings}`, ...changes(run, host, now)].join('; ');
}
