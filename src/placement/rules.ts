/** What a placement has to keep. Rules know no procedure. */

import type { Obligation } from '../domain/obligation';
import type { Minutes } from '../domain/plan';

export interface Rules {
  /** Version that every host ends on; hosts already there are not in the order. */
  readonly target: string;
  /** Share of a host's memory that stays free after every move, 0 to 1. */
  readonly reserve: number;
  /** Longest time that one host is away: what a consent to stop a VM covers. */
  readonly minutesPerHost: number;
  /** How long an empty host is usually away. */
  readonly awayMinutes: Minutes;
  /** What earlier runs owe the pool: a host that is given back first takes VMs. */
  readonly owed: readonly Obligation[];
  /** Hosts that have a turn, where it is not the version that decides; absent: those older than the target. */
  readonly turns?: readonly string[];
  /** User VMs of one host on their way at the same time. */
  readonly movesAtOnce: number;
  /** Hosts that may be away at the same time, once the master and one member alone are through. */
  readonly maxDown: number;
  /**
   * `balanced`: the next host is drained early only where nobody is filled much above what cannot be avoided. `fast`:
   * wherever there is room; the pool ends less even.
   */
  readonly fill: 'balanced' | 'fast';
  /** The order that was approved: another one would be another question. Absent: the planner chooses. */
  readonly order?: readonly string[];
  /** How many ways are tried before the answer is "not found". Counted, not timed: equal pools get equal placements. */
  readonly tries: number;
}

export type RulesWish = Partial<Pick<Rules, 'movesAtOnce' | 'maxDown' | 'fill' | 'order' | 'awayMinutes'>>;

export const simpleRules = (
  target: string,
  owed: readonly Obligation[] = [],
  wish: RulesWish = {},
): Rules => ({
  target,
  owed,
  // XAPI counts guests at dynamic_min (xapi §5.3); one twentieth is left for what balloons back.
  reserve: 0.05,
  // Installer and two boots take 20 to 40 minutes (planning §3), CloudStack's reconnect and scans up to 15 (cs §12.3);
  // doubled, because a person boots the installer.
  minutesPerHost: 90,
  // 20 to 40 minutes evenly (planning §3)
  awayMinutes: { p50: 30, p90: 38 },
  // where nothing is configured: three streams are the sweet spot (planning §1, XO #7105)
  movesAtOnce: 3,
  // more than one only where somebody has asked for it (planning §6, gate)
  maxDown: 1,
  // one to three points of time buy a pool that ends as even as it began (planning §4.4)
  fill: 'balanced',
  // 24 ways of 64 hosts and 4,000 VMs stay under a second (planning §4.5: 6 to 40 passes)
  tries: 24,
  ...wish,
});

/** Every host ends on the version it has: a reboot, with or without hotfixes before it. */
export const rebootRules = (
  version: string,
  turns: readonly string[],
  owed: readonly Obligation[] = [],
  wish: RulesWish = {},
): Rules => ({
  ...simpleRules(version, owed, wish),
  turns,
  // a boot takes 5 to 10 minutes (xapi §12.6) and CloudStack's reconnect and scans up to 15 (cs §12.3); nobody's hands are needed
  minutesPerHost: 45,
  // 5 to 10 minutes evenly (xapi §12.6)
  awayMinutes: wish.awayMinutes ?? { p50: 7.5, p90: 9.5 },
});
