/**
 * Files brought to the pool before any host is touched, one after the other. Whoever reads them hashes them while they
 * go, and refuses a wrong one before its last byte. What was there before is somebody else's, and owed to nobody.
 */
import { act, done, stop, wait } from '../domain/decision';
import type { StagedArtefact } from '../domain/patching';
import { problems } from '../domain/problems';
import { patchingOf } from './patches-look';
import { refusedOn } from './refusals';
import { defineStep } from './step';
import { listed, minutes } from './sight';

type Staged = { readonly [field in keyof StagedArtefact]: StagedArtefact[field] };
type Args = {
  readonly pool: string;
  readonly artefacts: readonly Staged[];
};
type Seen = {
  readonly staged: readonly string[];
  readonly busy?: string;
  /** Bytes sent, by name. */
  readonly sending?: Readonly<Record<string, number>>;
};

/** 600 MB over a slow line between two sites, 5 Mbit/s, and what XAPI takes to unpack and check them. */
const CALL_SECONDS = 1800;

const mib = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MiB`;

export const stageHotfixes = defineStep<Args, Seen>({
  kind: 'stage-hotfixes',
  v: 1,
  title: ({ pool, artefacts }) => `Bring to ${pool}: ${listed(artefacts.map(({ name }) => name))}`,
  settleSeconds: CALL_SECONDS + 40,
  callTimeoutSeconds: CALL_SECONDS,
  farDelaySeconds: 30, // until the record of the patch is there
  maxActs: 3,
  long: true,
  onRefusal: 'decide',
  patience: { softSeconds: minutes(20), hardSeconds: minutes(90), byProgress: true },
  observe: async (world) => {
    const { staged, busy, sending } = await patchingOf(world).seen();
    return {
      staged: staged.map(({ name }) => name),
      ...(busy !== undefined && { busy }),
      ...(sending && { sending }),
    };
  },
  decide: ({ args, now, line }) => {
    const missing = args.artefacts.filter(({ name }) => !now.staged.includes(name));
    const next = missing[0];
    if (!next) return done(`ready to be applied: ${listed(args.artefacts.map(({ name }) => name))}`);
    const refusal = refusedOn(line, next.name);
    if (refusal) return stop(problems.notStaged(next.name, args.pool, refusal.says, refusal.doThis));
    if (now.busy !== undefined) return wait(`the pool is busy with updates: ${now.busy}`);
    return act(
      `${next.name} (${mib(next.bytes)}) is on its way${sent(next, now)}; ${missing.length - 1} more after it`,
      {
        subject: next.name,
        what: `bring ${next.name} to ${args.pool}`,
        args: next,
      },
    );
  },
  act: (world, { args }) => patchingOf(world).stage(args as unknown as StagedArtefact),
  owes: ({ subject, args }, { before }) => {
    const { uuid } = args as unknown as Staged;
    return before.staged.includes(subject)
      ? []
      : [{ what: 'hotfixes-staged', on: subject, before: { uuid } }];
  },
  tooLong: ({ args, now, line }) =>
    problems.tooLong(
      line.line.title,
      `not there: ${listed(args.artefacts.map(({ name }) => name).filter((name) => !now.staged.includes(name)))}`,
    ),
});

/** In tenths: the thread is told ten times of a large file, not a thousand times. */
function sent({ name, bytes }: Staged, { sending }: Seen): string {
  const tenths = Math.floor((10 * (sending?.[name] ?? 0)) / bytes);
  return tenths > 0 ? `, ${tenths * 10} % sent` : '';
}
