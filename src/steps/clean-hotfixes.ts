/** What this run has brought to the pool is taken away again: files of hotfixes fill dom0's disk. Applied ones stay applied. */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import type { Run } from '../domain/run';
import { patchingOf, type Artefact } from './patches-look';
import { defineStep } from './step';
import { listed, minutes } from './sight';

type Args = {
  readonly pool: string;
  readonly artefacts: readonly Artefact[];
};
type Seen = { readonly staged: readonly string[] };

const owedOf = (run: Run, { artefacts }: Args): readonly Artefact[] =>
  artefacts.filter(({ name }) => run.owed.some(({ what, on }) => what === 'hotfixes-staged' && on === name));

export const cleanHotfixes = defineStep<Args, Seen>({
  kind: 'clean-hotfixes',
  v: 1,
  title: ({ pool, artefacts }) =>
    `Remove from ${pool} the files of ${listed(artefacts.map(({ name }) => name))}`,
  settleSeconds: 140,
  callTimeoutSeconds: 120, // it deletes on every host
  farDelaySeconds: 5,
  maxActs: 3,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(15) },
  observe: async (world) => ({ staged: (await patchingOf(world).seen()).staged.map(({ name }) => name) }),
  decide: ({ args, now, run }) => {
    const still = args.artefacts.filter(({ name }) => now.staged.includes(name));
    const ours = owedOf(run, args);
    const left = still.filter((one) => ours.includes(one));
    const others = still.filter((one) => !ours.includes(one)).map(({ name }) => name);
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
      .filter(({ name }) => !now.staged.includes(name))
      .map(({ name }) => ({ what: 'hotfixes-staged' as const, on: name })),
  tooLong: ({ now, line }) => problems.tooLong(line.line.title, `still there: ${listed(now.staged)}`),
});
