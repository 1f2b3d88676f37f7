/** What this run has brought to the pool is taken away again: files of hotfixes fill dom0's disk. Applied ones stay applied. */
import { act, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import type { Run } from '../domain/run';
import { patchingOf, type Artefact } from './patches-look';
import { stageHotfixes } from './stage-hotfixes';
import { defineStep, type Evidence } from './step';
import { listed, minutes } from './sight';

type Args = {
  readonly pool: string;
  readonly artefacts: readonly Artefact[];
};
type Seen = {
  readonly staged: readonly string[];
  /** Half there. */
  readonly begun?: readonly string[];
  /** Still coming, from this very process. */
  readonly sending?: readonly string[];
};

const owedOf = (run: Run, { artefacts }: Args): readonly Artefact[] =>
  artefacts.filter(({ name }) => run.owed.some(({ what, on }) => what === 'hotfixes-staged' && on === name));

/** Still coming, or so it may be: asked for, never answered, and not yet so long ago that it cannot arrive any more. */
function mayCome(name: string, { now, at, run, line }: Evidence<Args, Seen>): boolean {
  if (now.staged.includes(name)) return false;
  if (now.sending?.includes(name)) return true;
  // it was there, and this line has removed it
  if (line.acts[name]) return false;
  const asked = run.owed.find(({ what, on }) => what === 'hotfixes-staged' && on === name)?.unanswered;
  return asked !== undefined && at - asked.at < stageHotfixes.step.settleSeconds * 1000;
}

export const cleanHotfixes = defineStep<Args, Seen>({
  kind: 'clean-hotfixes',
  v: 1,
  title: ({ pool, artefacts }) =>
    `Remove from ${pool} the files of ${listed(artefacts.map(({ name }) => name))}`,
  settleSeconds: 140,
  callTimeoutSeconds: 120, // it deletes on every host
  farDelaySeconds: 5,
  maxActs: 3,
  // an upload that nobody answered for is waited for, half an hour
  patience: { softSeconds: minutes(40), hardSeconds: minutes(60) },
  observe: async (world) => {
    const { staged, begun, sending } = await patchingOf(world).seen();
    return {
      staged: staged.map(({ name }) => name),
      ...(begun && { begun }),
      ...(sending && { sending: Object.keys(sending) }),
    };
  },
  decide: (evidence) => {
    const { args, now, run } = evidence;
    const still = args.artefacts.filter(
      ({ name }) => now.staged.includes(name) || now.begun?.includes(name) === true,
    );
    const ours = owedOf(run, args);
    const coming = ours.filter(({ name }) => mayCome(name, evidence));
    const left = still.filter((one) => ours.includes(one) && !coming.includes(one));
    const others = still.filter((one) => !ours.includes(one)).map(({ name }) => name);
    if (left.length === 0 && coming.length > 0)
      return wait(`on its way to ${args.pool}, or it may be: ${listed(coming.map(({ name }) => name))}`);
    if (left.length === 0)
      return done(
        others.length > 0
          ? `left, for it was there before this run: ${listed(others)}`
          : 'none of their files is left',
      );
    return act(
      `still there: ${listed(left.map(({ name }) => name))}`,
      ...left.map(({ uuid, name }) => ({
        subject: name,
        what: `remove the file of ${name}`,
        args: { uuid, name },
      })),
    );
  },
  act: (world, { args }) => patchingOf(world).unstage(args as Artefact),
  gaveBack: ({ args, now, run }) =>
    owedOf(run, args)
      .filter(({ name }) => ![...now.staged, ...(now.begun ?? []), ...(now.sending ?? [])].includes(name))
      .map(({ name }) => ({ what: 'hotfixes-staged' as const, on: name })),
  tooLong: ({ now, line }) =>
    problems.tooLong(line.line.title, `still there: ${listed([...now.staged, ...(now.begun ?? [])])}`),
});
