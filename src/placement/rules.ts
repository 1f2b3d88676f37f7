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
  /** Hosts that have a turn, where it is not the version that decides; absent: those older than the target. */
  readonly turns?: readonly string[];
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

/** Every host ends on the version it has: a reboot, with or without hotfixes before it. */
export const rebootRules = (
  version: string,
  turns: readonly string[],
  owed: readonly Obligation[] = [],
): Rules => ({
  ...simpleRules(version, owed),
  turns,
  // a boot takes 5 to 10 minutes (xapi §12.6) and CloudStack's reconnect and scans up to 15 (cs §12.3); nobody's hands are needed
  minutesPerHost: 45,
});
