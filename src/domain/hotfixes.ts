/**
 * The catalogue of hotfixes, and which of them a host still needs: what is superseded is never installed, what requires
 * another comes after it, what conflicts is told instead of tried (seed 002; xc §3.4). Pure.
 */
import { compareVersions } from './version';

/** What a host needs after a hotfix (xapi §8.1): nothing, its toolstack restarted, or a reboot. */
export const GUIDANCE = ['none', 'restart-toolstack', 'reboot'] as const;

/** Other hotfixes are named as the catalogue names them. */
export interface Hotfix {
  readonly uuid: string;
  /** As XAPI shows it among the hotfixes of a host: `XS65ESP1002`. */
  readonly name: string;
  /** Versions of hosts that it is for, as XAPI spells them. */
  readonly versions: readonly string[];
  readonly requires: readonly string[];
  readonly supersedes: readonly string[];
  readonly conflicts: readonly string[];
  readonly guidance: (typeof GUIDANCE)[number];
}

export interface HotfixPlan {
  /** In the order in which they can be applied. */
  readonly missing: readonly Hotfix[];
  readonly applied: readonly Hotfix[];
  /** Not applied, and not to be: `by` contains it. */
  readonly superseded: readonly { readonly hotfix: string; readonly by: string }[];
  /** Pairs of which one is missing and the other missing or applied. */
  readonly conflicts: readonly { readonly hotfix: string; readonly with: string }[];
}

/** `applied`: names that XAPI shows of one host, or that all hosts have in common. */
export function hotfixesFor(
  catalogue: readonly Hotfix[],
  version: string,
  applied: readonly string[],
): HotfixPlan {
  const fitting = catalogue.filter((one) =>
    one.versions.some((other) => compareVersions(other, version) === 0),
  );
  const superseder = (name: string): Hotfix | undefined =>
    fitting.find((one) => one.supersedes.includes(name));
  const isApplied = ({ name }: Hotfix): boolean => applied.includes(name);
  const open = fitting.filter((one) => !isApplied(one));
  const missing = inOrder(open.filter((one) => !superseder(one.name)));
  const there = [...missing, ...fitting.filter(isApplied)];
  return {
    missing,
    applied: fitting.filter(isApplied),
    superseded: open.flatMap((one) => {
      const by = superseder(one.name);
      return by ? [{ hotfix: one.name, by: newest(by, superseder).name }] : [];
    }),
    conflicts: missing.flatMap((one, at) =>
      there
        .slice(at + 1)
        .filter((other) => areOpposed(one, other))
        .map((other) => ({ hotfix: one.name, with: other.name })),
    ),
  };
}

const areOpposed = (one: Hotfix, other: Hotfix): boolean =>
  one.conflicts.includes(other.name) || other.conflicts.includes(one.name);

/** The end of the chain of those that contain each other. */
function newest(hotfix: Hotfix, superseder: (name: string) => Hotfix | undefined): Hotfix {
  const next = superseder(hotfix.name);
  return next ? newest(next, superseder) : hotfix;
}

/** Each after what it requires; otherwise as the catalogue has them. A requirement is met by whatever contains it, too. */
function inOrder(hotfixes: readonly Hotfix[]): readonly Hotfix[] {
  const left = [...hotfixes];
  const done: Hotfix[] = [];
  while (left.length > 0) {
    const at = left.findIndex(
      (one) => !left.some((other) => other !== one && one.requires.some((name) => isOrContains(other, name))),
    );
    // a catalogue without a circle always has one; circles are refused when it is read
    done.push(...left.splice(Math.max(at, 0), 1));
  }
  return done;
}

const isOrContains = (hotfix: Hotfix, name: string): boolean =>
  hotfix.name === name || hotfix.supersedes.includes(name);

/** Names on the way from a hotfix back to itself, by requires or by supersedes; undefined where there is none. */
export function circleIn(
  catalogue: readonly Hotfix[],
  by: 'requires' | 'supersedes',
): readonly string[] | undefined {
  const next = new Map(catalogue.map((one) => [one.name, one[by]]));
  const walk = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    for (const other of next.get(name) ?? []) {
      const circle = walk(other, [...way, name]);
      if (circle) return circle;
    }
    return undefined;
  };
  for (const { name } of catalogue) {
    const circle = walk(name, []);
    if (circle) return circle;
  }
  return undefined;
}
