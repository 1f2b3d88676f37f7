/**
 * Believed only when boot_time changed, the version is the target, and three looks over 30 s of pool time agree: after
 * an upgrade xapi restarts once more for its schema (xapi §2.3, §12.2; fault F56).
 */
import { differenceInMinutes } from 'date-fns';
import { done, stop, wait } from '../domain/decision';
import type { Problem } from '../domain/problem';
import { learned } from '../domain/host-times';
import { problems } from '../domain/problems';
import { agreement, APART_SECONDS, STABLE_SECONDS } from './agreeing-looks';
import { bootedLook, hasBooted, type BootedSeen } from './booted-look';
import { bootLook, stateOf, type BootSeen } from './next-boot';
import { defineStep, LOOKS_ONLY } from './step';
import { masterMoved, minutes, type HostArgs } from './sight';
import { wayOut } from './ways-out';

/** `installer`: it was prepared by us. */
type Args = HostArgs & {
  readonly from: string;
  readonly to: string;
  readonly installer?: { readonly messages: number };
};

/** `failed`: what is left where the installer did not bring the target. */
type Seen = BootedSeen & { readonly failed?: BootSeen };

/** Where this pool has taken no longer yet. */
const PATIENCE = { softSeconds: minutes(15), hardSeconds: minutes(60) };

export const proveUpgrade = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'prove-upgrade',
  v: 1,
  title: ({ host, to }) => `See that ${host} has rebooted into ${to} and stays up`,
  silence: 'pool',
  patience: PATIENCE,
  limits: ({ line, run }) => learned(PATIENCE, run, line.line.kind),
  observe: async (world, args, { run }) => {
    const seen = await bootedLook(world, args);
    const failed = args.installer && hasBooted(run, args.host, seen) && seen.version !== args.to;
    return failed ? { ...seen, failed: await bootLook(world, args, true) } : seen;
  },
  decide: ({ args, now, at, line, run }) => {
    const good = hasBooted(run, args.host, now);
    const moved = good ? masterMoved(args, now) : undefined;
    if (moved) return moved;
    if (good && now.version !== args.to) {
      const state = now.failed ? stateOf(args, now.failed) : [];
      return wayOut({ args, line, run, state }) ?? stop(notTheTarget(args, now.version, state));
    }
    const look = { good, version: now.version, bootTime: now.bootTime };
    const { stable, note } = agreement(line.notes, look, at);
    if (stable)
      return done(
        `${args.host} runs ${now.version}, booted ${new Date(now.bootTime * 1000).toISOString()}, stable for ${STABLE_SECONDS} s`,
      );
    const reason = good
      ? `${args.host} runs ${now.version}; watching that it stays up`
      : `${args.host} does not answer yet`;
    return wait(reason, { againInSeconds: APART_SECONDS, ...(note !== undefined && { note }) });
  },
  tooLong: ({ args, line, at }) => {
    const away = differenceInMinutes(at, line.begunAt ?? at);
    return args.master ? problems.masterNotBack(args.host, away) : problems.hostNotBack(args.host, away);
  },
});

function notTheTarget(args: Args, version: string, state: readonly string[]): Problem {
  const same = version === args.from;
  if (!args.installer)
    return same
      ? problems.sameVersion(args.host, version, args.to)
      : problems.otherVersion(args.host, version, args.to);
  return same
    ? { ...problems.installerFailed(args.host, version, args.to), state }
    : { ...problems.installerBroughtOther(args.host, version, args.to), state };
}
