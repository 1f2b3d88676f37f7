/** Stories of patching: a catalogue of real files, and a plan that applies all of it as the seed has it. */
import type { Hotfix } from '../../src/domain/hotfixes';
import { guidanceOf, type StagedArtefact } from '../../src/domain/patching';
import { hotfixes } from '../../src/procedures/hotfixes';
import { smallPool } from './small-pool';
import { story, type Story, type StoryOptions } from './story';

type Artefact = StagedArtefact & { readonly requires?: readonly string[] };

/** The entry of the catalogue that this file has. */
export const catalogued = (
  { requires = [], ...artefact }: Artefact,
  version: string,
  guidance: readonly string[],
): Hotfix => ({
  ...artefact,
  versions: [version],
  requires,
  supersedes: [],
  conflicts: [],
  guidance: guidanceOf(guidance[0] ?? 'none'),
});

/** The small pool, whose catalogue has just these, and whose plan applies all of them. */
export const patchStory = (artefacts: readonly Artefact[], more: StoryOptions = {}): Story =>
  story({
    pools: [smallPool],
    procedure: hotfixes,
    target: '6.5.0',
    patches: { asked: 'all' },
    facts: { hotfixes: artefacts.map((one) => catalogued(one, '6.5.0', ['reboot'])) },
    ...more,
  });
