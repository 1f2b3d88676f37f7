/** A host that carries a prepared installer is never in service: the entry is taken back, both kinds, and that is proved (xc §2.8). */
import { act, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { nextBoot, PREPARED_WITHIN_SECONDS, type Unseen } from './next-boot';
import { carriesNoneByWord } from './unseen-boot';
import { defineStep } from './step';
import { minutes, type HostArgs } from './sight';

/** `ownEntry`: what the host booted by default before it was prepared; absent: as its boot loader's file has it now. */
type Args = HostArgs & Unseen & { readonly ownEntry?: string };
type Seen = { readonly installer: string; readonly ownEntry: string; readonly repartition: boolean };

/** Nobody looked: what a person says is what counts. */
const UNSEEN: Seen = { installer: 'none', ownEntry: '', repartition: false };

export const takeBackInstaller = defineStep<Args, Seen>({
  kind: 'take-back-installer',
  v: 1,
  title: ({ host }) => `See that ${host} carries no prepared installer`,
  settleSeconds: 75,
  callTimeoutSeconds: 60, // five commands
  farDelaySeconds: 1,
  maxActs: 3,
  // 16 minutes of them may be the plugin's, which writes on when nobody waits for it
  patience: { softSeconds: minutes(20), hardSeconds: minutes(40) },
  observe: async (world, { uuid, unseen }) => (unseen ? UNSEEN : { ...(await nextBoot(world, uuid)) }),
  decide: ({ args, now, at, line, run }) => {
    const asked = run.owed.find(
      ({ what, on }) => what === 'installer-prepared' && on === args.host,
    )?.unanswered;
    const mayStillWrite = asked !== undefined && at - asked.at < PREPARED_WITHIN_SECONDS * 1000;
    if (now.installer === 'none' && !now.repartition && mayStillWrite)
      return wait(`${args.host} carries no installer; the plugin that was asked for one may still write it`);
    if (args.unseen) return carriesNoneByWord({ args, line, run });
    if (now.installer === 'none' && !now.repartition)
      return done(`${args.host} boots its own system, and nothing asks for new partitions`);
    return act(
      now.installer === 'none'
        ? `/var/preserve/safe2upgrade is on ${args.host}`
        : `${args.host} would boot the installer ${now.installer === 'once' ? 'once' : 'by default'}`,
      { subject: args.host, what: `take the installer back on ${args.host}`, args: null },
    );
  },
  act: async ({ dom0 }, _act, { args, now }) => {
    if (now.repartition) await dom0?.keepPartitions(args.uuid);
    if (now.installer !== 'none')
      await dom0?.takeBackInstaller(args.uuid, entryOf(args.ownEntry, now.ownEntry));
  },
  gaveBack: ({ args }) => [{ what: 'installer-prepared', on: args.host }],
  tooLong: ({ args, line }) => problems.tooLong(line.line.title, `${args.host} still carries it`),
});

const entryOf = (before: string | undefined, now: string): string =>
  before === undefined || before === '' ? now : before;
