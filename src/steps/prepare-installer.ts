/**
 * The host's upgrade plugin downloads the installer and makes it the next boot (xc §2.2, §2.8). Slow, and judged by the
 * boot loader's own files. The plugin may go on when nobody waits: the line is not over before it has surely ended.
 */
import { act, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { answersOn, type LineState, type Run, type SubjectActs } from '../domain/run';
import { bootLook, PREPARED_WITHIN_SECONDS, stateOf, unsafe, type BootSeen, type Unseen } from './next-boot';
import { defineStep } from './step';
import { minutes, type HostArgs } from './sight';
import { wayOut } from './ways-out';

type Args = HostArgs & Unseen & { readonly url: string; readonly to: string };

/** The plugin's own deadline, 15 minutes for some 60 MB, and half a minute in which it writes its last file. */
const CALL_SECONDS = 900;
const FAR_SECONDS = 30;

/** Once more by itself: what was lost on the way there may work the second time. */
const MOST_ACTS = 2;

const inDoubt = (asked: SubjectActs | undefined): asked is SubjectActs =>
  asked?.outcome === 'intended' || asked?.outcome === 'lost';

/** Somebody was asked once more since it was refused, and said yes; who only looks again has not said so. */
const wanted = (run: Run, line: LineState, { intendedAt }: SubjectActs): boolean =>
  answersOn(run, line.line.id).some(
    ({ ask, answer }) => ask.kind === 'retry' && !ask.ways && answer.says === 'yes' && answer.at > intendedAt,
  );

export const prepareInstaller = defineStep<Args, BootSeen>({
  kind: 'prepare-installer',
  v: 1,
  title: ({ host, to, url }) => `Prepare the ${to} installer on ${host}, from ${url}`,
  settleSeconds: PREPARED_WITHIN_SECONDS,
  callTimeoutSeconds: CALL_SECONDS,
  farDelaySeconds: FAR_SECONDS,
  maxActs: MOST_ACTS,
  long: true,
  patience: { softSeconds: minutes(20), hardSeconds: minutes(60) },
  observe: (world, args) => bootLook(world, args),
  decide: ({ args, now, at, line, run }) => {
    if (line.took === 'by-hand') return done(`${args.host} was booted by a person instead`);
    const asked = line.acts[args.host];
    const ended =
      asked?.outcome === 'answered' || (asked && at - asked.intendedAt >= PREPARED_WITHIN_SECONDS * 1000);
    // only its own yes counts where nobody sees the entry
    if (args.unseen && asked?.outcome === 'answered')
      return done(
        `the plugin of ${args.host} says that it is prepared; what it boots next a person looks at`,
      );
    const boots = now.boot && now.boot.installer !== 'none';
    if (ended && boots)
      return done(
        `${args.host} boots the installer ${now.boot?.installer === 'once' ? 'at its next boot' : 'until it is taken back'}`,
      );
    // its entry is there before its last file is: what is seen in between is not what will boot. Held now, the line
    // could be aborted, and the host given back, while the plugin still writes
    if (inDoubt(asked) && !ended)
      return wait(
        boots
          ? `${args.host} has the installer's entry; the plugin has not said that it is done`
          : `the plugin of ${args.host} was asked for the installer and has not said that it is done`,
      );
    const way = wayOut({ args, line, run, state: stateOf(args, now) });
    if (way) return way;
    const stopped = unsafe(args, now);
    if (stopped) return stopped;
    if (asked?.outcome === 'refused' && asked.refusal && !wanted(run, line, asked))
      return stop(asked.refusal);
    // asked as often as it may be by itself, and its last words say why
    const tried = asked?.outcome === 'lost' && asked.tries >= MOST_ACTS * (1 + line.retries);
    if (tried && asked.lost !== undefined) return stop(problems.installerNotPrepared(args.host, asked.lost));
    return act(`${args.host} is empty and disabled; the plugin downloads the installer`, {
      subject: args.host,
      what: `prepare the ${args.to} installer on ${args.host}`,
      args: null,
    });
  },
  act: ({ xen }, _act, { args }) => xen.prepareInstaller(args.uuid, args.url),
  owes: ({ subject }, { before }) => [
    {
      what: 'installer-prepared',
      on: subject,
      before: { ownEntry: before.boot?.ownEntry ?? '', version: before.version },
    },
  ],
  tooLong: ({ args, line }) =>
    problems.tooLong(line.line.title, `${args.host} has no entry of an installer in its boot loader`),
});
