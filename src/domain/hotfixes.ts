/**
 * The catalogue of hotfixes, and which of them a host still needs: what is superseded is never installed, what requires
 * another comes after it, what conflicts is told instead of tried (seed 002; xc §3.4). Pure.
 */
import type { ArtefactKind, Guidance } from './patching';
import { compareVersions } from './version';

/** One entry of the catalogue. Others are named as the catalogue names them. */
export interface Hotfix {
  readonly uuid: string;
  /** As XAPI shows it among the hotfixes of a host: `XS65ESP1002`. */
  readonly name: string;
  readonly kind: ArtefactKind;
  /** Versions of hosts that it is for, as XAPI spells them. */
  readonly versions: readonly string[];
  readonly requires: readonly string[];
  readonly supersedes: readonly string[];
  readonly conflicts: readonly string[];
  readonly guidance: Guidance;
  /** Where its file is on the workers, a path or a URL; absent: a person has staged it, or it cannot be applied. */
  readonly file?: string;
  /** Of that file: it is checked while it is uploaded. */
  readonly sha256?: string;
  readonly bytes?: number;
  /** Version that a host shows once it is applied; absent where the version stays as it is. */
  readonly changesVersion?: string;
  /** Versions for which its feed does not count it among the hotfixes that are needed: others contain it. */
  readonly containedIn?: readonly string[];
}

export interface HotfixPlan {
  /** In the order in which they can be applied. */
  readonly missing: readonly Hotfix[];
  readonly applied: readonly Hotfix[];
  /** Not applied, and not to be: `by` contains it. */
  readonly superseded: readonly { readonly hotfix: string; readonly by: string }[];
  /** Pairs of which one is missing and the other missing or applied. */
  readonly conflicts: readonly { readonly hotfix: string; readonly with: string }[];
  /** Missing ones whose requirement is neither applied nor to be had for this version. */
  readonly unmet: readonly { readonly hotfix: string; readonly requires: string }[];
  /** Of those that were asked for by name: what comes along because another requires it. */
  readonly added: readonly { readonly hotfix: string; readonly for: string }[];
}

/** What stands where a feed does not say which of its hotfixes contains another. */
const NEWER_OF_ITS_FEED = 'a newer one of its feed';

/**
 * `applied`: names that XAPI shows of one host, or that all hosts have in common. `only`: names that a person asked for;
 * what they require comes along. Absent: everything that the catalogue has for the version.
 */
export function hotfixesFor(
  catalogue: readonly Hotfix[],
  version: string,
  applied: readonly string[],
  only?: readonly string[],
): HotfixPlan {
  const fitting = fittingOf(catalogue, version);
  const superseder = supersederIn(fitting);
  const isApplied = ({ name }: Hotfix): boolean => applied.includes(name);
  const open = fitting.filter((one) => !isApplied(one));
  const needed = open.filter((one) => !superseder(one.name) && !isContained(one, version));
  const { chosen, added } = only ? withRequired(needed, only) : { chosen: needed, added: [] };
  const missing = inOrder(chosen);
  const there = [...missing, ...fitting.filter(isApplied)];
  return {
    missing,
    applied: fitting.filter(isApplied),
    superseded: open.flatMap((one) => {
      const by = superseder(one.name);
      if (by) return [{ hotfix: one.name, by: newest(by, superseder).name }];
      return isContained(one, version) ? [{ hotfix: one.name, by: NEWER_OF_ITS_FEED }] : [];
    }),
    conflicts: missing.flatMap((one, at) =>
      there
        .slice(at + 1)
        .filter((other) => areOpposed(one, other))
        .map((other) => ({ hotfix: one.name, with: other.name })),
    ),
    unmet: missing.flatMap((one) =>
      one.requires
        .filter((name) => !applied.includes(name) && !there.some((other) => isOrContains(other, name)))
        .map((requires) => ({ hotfix: one.name, requires })),
    ),
    added,
  };
}

/** Why a hotfix cannot be asked for by its name; undefined where it can. `contains`: what is applied in its place. */
export function misasked(
  catalogue: readonly Hotfix[],
  version: string,
  name: string,
):
  | { readonly why: 'unknown' | 'other-version' }
  | { readonly why: 'superseded'; readonly contains: string }
  | undefined {
  const known = catalogue.find((one) => one.name === name);
  if (!known) return { why: 'unknown' };
  const fitting = fittingOf(catalogue, version);
  if (!fitting.includes(known)) return { why: 'other-version' };
  const superseder = supersederIn(fitting);
  const by = superseder(name);
  if (by) return { why: 'superseded', contains: newest(by, superseder).name };
  return isContained(known, version) ? { why: 'superseded', contains: NEWER_OF_ITS_FEED } : undefined;
}

const fittingOf = (catalogue: readonly Hotfix[], version: string): readonly Hotfix[] =>
  catalogue.filter((one) => one.versions.some((other) => compareVersions(other, version) === 0));

const supersederIn =
  (fitting: readonly Hotfix[]) =>
  (name: string): Hotfix | undefined =>
    fitting.find((one) => one.supersedes.includes(name));

const isContained = ({ containedIn = [] }: Hotfix, version: string): boolean =>
  containedIn.some((other) => compareVersions(other, version) === 0);

/** Those named, and whatever of the needed they require, directly or through another. */
function withRequired(
  needed: readonly Hotfix[],
  names: readonly string[],
): { readonly chosen: readonly Hotfix[]; readonly added: HotfixPlan['added'] } {
  const chosen = needed.filter(({ name }) => names.includes(name));
  const added: { hotfix: string; for: string }[] = [];
  for (let at = 0; at < chosen.length; at++)
    for (const required of chosen[at]!.requires) {
      if (chosen.some((other) => isOrContains(other, required))) continue;
      const more = needed.find((other) => isOrContains(other, required));
      if (!more) continue;
      chosen.push(more);
      added.push({ hotfix: more.name, for: chosen[at]!.name });
    }
  return { chosen: needed.filter((one) => chosen.includes(one)), added };
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

export const isOrContains = (hotfix: Hotfix, name: string): boolean =>
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

/** How a catalogue that is whole contradicts itself: names that stand nowhere, and circles. In words; empty where it does not. */
export function contradictionsIn(catalogue: readonly Hotfix[]): readonly string[] {
  const known = new Set(catalogue.map(({ name }) => name));
  const strangers = catalogue.flatMap((one) =>
    (['requires', 'supersedes', 'conflicts'] as const).flatMap((key) =>
      one[key]
        .filter((other) => !known.has(other))
        .map(
          (other) =>
            `${one.name} ${key === 'conflicts' ? 'conflicts with' : key} ${other}, which is not in the catalogue`,
        ),
    ),
  );
  const circles = (['requires', 'supersedes'] as const).flatMap((by) => {
    const circle = circleIn(catalogue, by);
    return circle ? [`by ${by} these go round in a circle: ${circle.join(', ')}`] : [];
  });
  return [...strangers, ...circles];
}

/** What stands in hotfixes.yaml beats what the feed says of the same uuid. */
export const completed = (feed: readonly Hotfix[], own: readonly Hotfix[]): readonly Hotfix[] => [
  ...feed.map((one) => own.find(({ uuid }) => uuid === one.uuid) ?? one),
  ...own.filter(({ uuid }) => !feed.some((one) => one.uuid === uuid)),
];
