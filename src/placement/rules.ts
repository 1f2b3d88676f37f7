/** What a placement has to keep. Rules know no procedure. */

import type { Obligation } from '../domain/obligation';

export interface Rules {
  /** Version that every host ends on; hosts already there are not in the order. */
  readonly target: string;
  /** Share of a host's memory that stays free after every move, 0 to 1. */
  readonly reserve: number;
  /** Longest time that one host is away: what a consent to stop a VM covers. */
  readonly minutesPerHost: number;
  /** What earlier runs owe the pool: a host that is given back first takes VMs. */
  readonly owed: readonly Obligation[];
}

export const simpleRules = (target: string, owed: readonly Obligation[] = []): Rules => ({
  target,
  owed,
  // XAPI counts guests at dynamic_min (xapi §5.3); one twentieth is left for what balloons back.
  reserve: 0.05,
  // Installer and two boots take 20 to 40 minutes (planning §3), CloudStack's reconnect and scans up to 15 (cs §12.3);
  // doubled, because a person boots the installer.
  minutesPerHost: 90,
});
