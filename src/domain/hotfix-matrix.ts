/** Host × hotfix: what each host has, and what it lacks that another host of its version has (pl S16, xc R20). Pure. */
import { sortedNames } from './order';
import { masterFirst, type Snapshot } from './pool';

export interface HotfixRow {
  readonly host: string;
  readonly version: string;
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

export interface HotfixMatrix {
  /** Every hotfix or update that some host has, sorted: the columns. */
  readonly names: readonly string[];
  /** The master first. */
  readonly hosts: readonly HotfixRow[];
}

export function hotfixMatrix(pool: Snapshot): HotfixMatrix {
  // the hotfixes of another version are not missing here
  const ofVersion = (version: string): readonly string[] =>
    sortedNames(
      new Set(pool.hosts.filter((host) => host.version === version).flatMap((host) => host.hotfixes)),
    );
  return {
    names: sortedNames(new Set(pool.hosts.flatMap((host) => host.hotfixes))),
    hosts: masterFirst(pool).map(({ name, version, hotfixes }) => ({
      host: name,
      version,
      has: hotfixes,
      lacks: ofVersion(version).filter((one) => !hotfixes.includes(one)),
    })),
  };
}

/** A sign for each column: there, missing, or of another version. Never a sign alone: what it means is said beside. */
export const hotfixSigns = ({ names }: HotfixMatrix, { has, lacks }: HotfixRow): readonly string[] =>
  names.map((name) => (has.includes(name) ? '✓' : lacks.includes(name) ? '✗' : '–'));

/** Who lacks what, in one sentence. */
export function hotfixSentence({ names, hosts }: HotfixMatrix): string {
  if (names.length === 0) return 'No host has a hotfix, or XAPI lists none.';
  const lacking = hosts.filter(({ lacks }) => lacks.length > 0);
  return lacking.length === 0
    ? 'Hosts of one version have the same hotfixes.'
    : `${lacking.map(({ host, lacks }) => `${host} lacks ${lacks.join(', ')}`).join('; ')}.`;
}

export const HOTFIX_SIGNS =
  '✓ has it, ✗ lacks what another host of its version has, – belongs to another version';
