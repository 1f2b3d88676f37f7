/** Every problem: code, what, why, do this. docs/problems.md says the same; a test compares both ways. */
import { asked } from './problems-asked';
import { inHotfixRun } from './problems-hotfix-run';
import { withInstaller } from './problems-installer';
import { patchesAsked } from './problems-patches-asked';
import { met } from './problems-met';
import { withPatches } from './problems-patching';

export const problems = {
  ...asked,
  ...patchesAsked,
  ...met,
  ...withInstaller,
  ...withPatches,
  ...inHotfixRun,
} as const;
