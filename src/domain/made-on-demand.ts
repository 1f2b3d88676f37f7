/**
 * VLANs that CloudStack makes by itself: on a host when a VM needs one there, gone when the last VM leaves (without the PIF a
 * move would fail, cs §9.1). It calls them `VLAN-<network>-<tag>`, up to 3.0 `VLAN<tag>`, and knows them by that name.
 */
import type { PifSnapshot, Snapshot } from './pool';

export const isCloudStackName = (network: string): boolean => /^VLAN(-.+-)?\d+$/.test(network);

export const isCloudStackVlan = ({ network, vlan }: Pick<PifSnapshot, 'network' | 'vlan'>): boolean =>
  vlan !== undefined && isCloudStackName(network);

/** CloudStack can make this network on that host: the untagged card or bond that carries it elsewhere is there. */
export function madeOnDemand(pool: Snapshot): (network: string, host: string) => boolean {
  const under = new Map<string, Set<string>>();
  const own = new Set<string>();
  for (const host of pool.hosts)
    for (const pif of host.pifs) {
      if (!isCloudStackVlan(pif)) {
        own.add(pif.network);
        continue;
      }
      const card = host.pifs.find((one) => one.vlan === undefined && one.device === pif.device);
      const known = under.get(pif.network) ?? new Set();
      if (card) known.add(card.network);
      under.set(pif.network, known);
    }
  const untagged = new Map(
    pool.hosts.map((host) => [
      host.name,
      host.pifs.filter((pif) => pif.vlan === undefined).map((pif) => pif.network),
    ]),
  );
  return (network, host) => {
    const cards = under.get(network);
    if (!cards || own.has(network)) return false;
    return (untagged.get(host) ?? []).some((one) => cards.has(one));
  };
}
