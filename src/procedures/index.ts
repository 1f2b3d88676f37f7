/** The table of contents: every procedure. A test compares it with the folder and with docs/runbooks. */
import { giveBack } from './give-back';
import { hotfixes } from './hotfixes';
import type { Procedure } from './procedure';
import { rollingReboot } from './rolling-reboot';
import { rollingUpgrade } from './rolling-upgrade';

export const procedures: readonly Procedure[] = [rollingUpgrade, rollingReboot, hotfixes, giveBack];

/** Of a plan that this version made, or an older one whose procedures it still has. */
export function procedureNamed(name: string): Procedure {
  const procedure = procedures.find((one) => one.name === name);
  if (!procedure) throw new Error(`there is no procedure ${name}`);
  return procedure;
}
