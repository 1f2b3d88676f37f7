/** Which story the demo tells: what Ann types, and where its hosts end. */
import { providerFor } from '../domain/patching';
import type { Pair } from '../sim/pairs';
import type { DemoAsked } from './asked';

export interface StoryTold {
  /** After `/xsupgrade`. */
  readonly asks: string;
  /** Version of every host at the end. */
  readonly version: string;
  /** "runs 7.1.2 everywhere". */
  readonly ends: string;
}

export function storyTold(
  { procedure, pair, automatic, solution }: Pick<DemoAsked, 'procedure' | 'pair' | 'automatic' | 'solution'>,
  pool: string,
): StoryTold {
  switch (procedure) {
    case 'rolling-upgrade':
      return {
        asks: automatic
          ? `plan ${pool} --automatic http://media.example/installer-${pair.to}`
          : `plan ${pool}`,
        version: pair.to,
        ends: `runs ${pair.to} everywhere`,
      };
    case 'rolling-reboot':
      return { asks: `plan ${pool} --reboot`, version: pair.from, ends: 'was rebooted host by host' };
    case 'hotfix':
      return {
        asks: [
          `plan ${pool}`,
          takesHotfixes(pair) ? '--hotfixes all' : '--updates latest',
          ...(solution === undefined ? [] : [`--solution ${solution}`]),
        ].join(' '),
        version: pair.from,
        ends: 'was patched host by host',
      };
  }
}

/** Else the hosts have repositories. */
const takesHotfixes = ({ brand, from }: Pair): boolean => {
  const provider = providerFor(brand, from);
  return provider === 'pool_patch' || provider === 'pool_update';
};
