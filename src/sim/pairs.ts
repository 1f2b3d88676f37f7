/** The supported pairs of CloudStack and hypervisor, and a default pool of each: three hosts to be upgraded (cs §8.2). */
import { preUpgradeHotfix } from '../domain/pre-upgrade-hotfix';
import { familyOf } from '../domain/version-eras';
import { compareVersions } from '../domain/version';
import { defaultPool } from './default-pool';
import type { SimHost } from './model';
import { profileOf } from './profiles';
import type { PoolFile } from './snapshot-file';

export interface Pair {
  /** What a person types. */
  readonly name: string;
  readonly cloudStack: string;
  readonly brand: 'XenServer' | 'XCP-ng';
  readonly from: string;
  /** The next version that this CloudStack connects to and has rows for, but for 7.1.2: seed 000 went there without. */
  readonly to: string;
}

export const PAIRS: readonly Pair[] = [
  { name: '4.11.3-xs6.5', cloudStack: '4.11.3.0', brand: 'XenServer', from: '6.5.0', to: '7.1.2' },
  { name: '4.11.3-xs7.0', cloudStack: '4.11.3.0', brand: 'XenServer', from: '7.0.0', to: '7.1.0' },
  { name: '4.11.3-xs7.1', cloudStack: '4.11.3.0', brand: 'XenServer', from: '7.1.0', to: '7.2.0' },
  { name: '4.11.3-xs7.2', cloudStack: '4.11.3.0', brand: 'XenServer', from: '7.2.0', to: '7.5.0' },
  { name: '2.2.10-xs5.6', cloudStack: '2.2.10', brand: 'XenServer', from: '5.6.0', to: '5.6.100' },
  { name: '2.2.13-xs5.6', cloudStack: '2.2.13', brand: 'XenServer', from: '5.6.0', to: '5.6.100' },
  { name: '2.2.14-xs5.6fp1', cloudStack: '2.2.14', brand: 'XenServer', from: '5.6.100', to: '6.0.0' },
  { name: '3.0.5-xs6.1', cloudStack: '3.0.5', brand: 'XenServer', from: '6.0.2', to: '6.1.0' },
  { name: '4.2.0-xs6.2', cloudStack: '4.2.0', brand: 'XenServer', from: '6.1.0', to: '6.2.0' },
  { name: '4.19.3-xs7.1', cloudStack: '4.19.3.0', brand: 'XenServer', from: '7.1.0', to: '8.2.1' },
  { name: '4.22.1-xs8.2', cloudStack: '4.22.1.0', brand: 'XenServer', from: '8.2.1', to: '8.4.0' },
  { name: '4.22.1-xcp8.2', cloudStack: '4.22.1.0', brand: 'XCP-ng', from: '8.2.1', to: '8.3.0' },
];

const patched = (
  name: string,
  cloudStack: string,
  from: string,
  brand: Pair['brand'] = 'XenServer',
): Pair => ({ name, cloudStack, brand, from, to: from });

/** Hosts that are patched stay on the release that they have: one pair for each way to take patches, and each era. */
export const PATCHED_PAIRS: readonly Pair[] = [
  patched('4.11.3-xs6.5', '4.11.3.0', '6.5.0'),
  patched('2.2.13-xs5.6fp1', '2.2.13', '5.6.100'),
  patched('2.2.14-xs5.6fp1', '2.2.14', '5.6.100'),
  patched('3.0.5-xs6.1', '3.0.5', '6.1.0'),
  patched('4.2.0-xs6.2', '4.2.0', '6.2.0'),
  patched('4.11.3-xs7.1', '4.11.3.0', '7.1.0'),
  patched('4.22.1-xs8.2', '4.22.1.0', '8.2.1'),
  patched('4.22.1-xs8.4', '4.22.1.0', '8.4.0'),
  patched('4.22.1-xcp8.2', '4.22.1.0', '8.2.1', 'XCP-ng'),
  patched('4.22.1-xcp8.3', '4.22.1.0', '8.3.0', 'XCP-ng'),
];

/** The story of the seeds. */
export const DEFAULT_PAIR = PAIRS[0]!;

export const pairNamed = (name: string, among: readonly Pair[] = PAIRS): Pair | undefined =>
  among.find((pair) => pair.name === name);

/** The default pool, or another, as this pair has it. */
export function poolOfPair({ cloudStack, brand, from, to }: Pair, pool: PoolFile = defaultPool): PoolFile {
  // what 8.2 and newer no longer have is switched off before they come (xc §1.3 row 9)
  const prepared = compareVersions(from, '8.2') < 0 && compareVersions(to, '8.2') >= 0;
  return {
    ...pool,
    cloudstack: { version: cloudStack },
    hosts: pool.hosts!.map((host) => ({
      ...host,
      version: from,
      brand: profileOf(from, brand).brand,
      hotfixes: [...preUpgradeHotfixes(brand, from)],
      ...(prepared && { traits: { legacySsl: false } }),
    })),
  };
}

/** A well-kept host has the one that XenCenter applies before an upgrade (xc §1.3 row 3). */
function preUpgradeHotfixes(brand: Pair['brand'], version: string): readonly string[] {
  const hotfix = preUpgradeHotfix(brand, version);
  return hotfix ? [hotfix.name] : [];
}

/** What a host of this version is upgraded to unless somebody says otherwise. */
export function targetFor(cloudStack: string, host: Pick<SimHost, 'version' | 'brand'>): string {
  const pair = PAIRS.find(
    (one) => one.cloudStack === cloudStack && familyOf(host.brand) === one.brand && one.from === host.version,
  );
  return (pair ?? DEFAULT_PAIR).to;
}
