/** Believed only when boot_time changed, the version is the one it had, and three looks over 30 s of pool time agree. */
import { differenceInMinutes } from 'date-fns';
import { done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { agreement, APART_SECONDS, STABLE_SECONDS } from './agreeing-looks';
import { bootedLook, hasBooted, type BootedSeen } from './booted-look';
import { defineStep, LOOKS_ONLY } from './step';
import { masterMoved, minutes, type HostArgs } from './sight';

type Args = HostArgs & { readonly version: string };

export const proveReboot = defineStep<Args, BootedSeen>({
  ...LOOKS_ONLY,
  kind: 'prove-reboot',
  v: 1,
  title: ({ host }) => `See that ${host} has rebooted and stays up`,
  silence: 'pool',
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: bootedLook,
  decide: ({ args, now, at, line, run }) => {
    const good = hasBooted(run, args.host, now);
    const moved = good ? masterMoved(args, now) : undefined;
    if (moved) return moved;
    // what was on its disk was not what ran: an upgrade that nobody of this run began
    if (good && now.version !== args.version)
      return stop(problems.versionChanged(args.host, now.version, args.version));
    const look = { good, version: now.version, bootTime: now.bootTime };
    const { stable, note } = agreement(line.notes, look, at);
    if (stable)
      return done(
        `${args.host} booted ${new Date(now.bootTime * 1000).toISOString()}, stable for ${STABLE_SECONDS} s`,
      );
    return wait(
      good ? `${args.host} is back; watching that it stays up` : `${args.host} does not answer yet`,
      {
        againInSeconds: APART_SECONDS,
        ...(note !== undefined && { note }),
      },
    );
  },
  tooLong: ({ args, line, at }) =>
    problems.rebootNotBack(args.host, differenceInMinutes(at, line.begunAt ?? at), args.master),
});
