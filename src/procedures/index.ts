/** The table of contents: every procedure. A test compares it with the folder and with docs/runbooks. */
import { giveBack } from './give-back';
import type { Procedure } from './procedure';
import { rollingUpgrade } from './rolling-upgrade';

export const procedures: readonly Procedure[] = [rollingUpgrade, giveBack];
