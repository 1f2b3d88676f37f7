/** Every network is wired alike on every host, bonds with all their links (R27, F-15; xapi §5.1). */
import { madeOnDemand } from '../domain/made-on-demand';
import { sortedNames } from '../domain/order';
import type { HostSnapshot, PifSnapshot, Snapshot } from '../domain/pool';
import { defineCheck, found, type Found } from './check';

export const sameNetworks = defineCheck({
  name: 'same-networks',
  summary:
    'Every network has an attached card on every host, or is a VLAN that CloudStack makes there; bonds have all their links.',
  source: 'xc R27, pl F-15',
  look: (pool) => [...unlike(pool), ...pool.hosts.flatMap(onHost)],
});

function unlike(pool: Snapshot): Found[] {
  const networks = sortedNames(new Set(pool.hosts.flatMap((host) => host.pifs.map((pif) => pif.network))));
  const canBeMade = madeOnDemand(pool);
  return networks.flatMap((network) => {
    const cards = pool.hosts.map((host) => ({
      host,
      pif: host.pifs.find((one) => one.network === network),
    }));
    const without = cards.flatMap(({ host, pif }) =>
      pif || canBeMade(network, host.name) ? [] : [host.name],
    );
    const tags = new Set(cards.flatMap(({ pif }) => (pif ? [pif.vlan ?? -1] : [])));
    const bonded = new Set(cards.flatMap(({ pif }) => (pif ? [pif.bond !== undefined] : [])));
    return [
      ...(without.length > 0
        ? [
            found(
              'warn',
              pool.name,
              `The network ${network} does not reach ${without.join(', ')}.`,
              cards.map(({ host, pif }) => `${host.name}: ${pif ? described(pif) : 'no card'}`),
              'A VM on it cannot go there: give every host a card (or a VLAN) on it.',
            ),
          ]
        : []),
      ...(tags.size > 1 || bonded.size > 1
        ? [
            found(
              'warn',
              pool.name,
              `The network ${network} is wired differently on the hosts.`,
              cards.flatMap(({ host, pif }) => (pif ? [`${host.name}: ${described(pif)}`] : [])),
              'VMs that are moved may lose the network: make VLAN and bond the same everywhere.',
            ),
          ]
        : []),
    ];
  });
}

const described = (pif: PifSnapshot): string =>
  [
    pif.device,
    ...(pif.vlan === undefined ? [] : [`VLAN ${pif.vlan}`]),
    ...(pif.bond ? [`bond of ${pif.bond.cards.join(', ')}`] : []),
  ].join(', ');

function onHost(host: HostSnapshot): Found[] {
  // a host that is away shows nothing of its cards
  if (!host.live) return [];
  return host.pifs.flatMap((pif) => [
    ...(pif.attached
      ? []
      : [
          found(
            pif.management ? 'block' : 'warn',
            host.name,
            `${pif.device} of ${host.name} is not attached to the network ${pif.network}.`,
            ['PIF: currently_attached false'],
            `Run on ${host.name}: xe pif-list host-uuid=${host.uuid} device=${pif.device}, then xe pif-plug uuid=…`,
          ),
        ]),
    ...(pif.bond && pif.bond.linksUp < pif.bond.cards.length
      ? [
          found(
            'warn',
            host.name,
            `The bond ${pif.device} of ${host.name} has ${pif.bond.linksUp} of ${pif.bond.cards.length} links.`,
            [`cards ${pif.bond.cards.join(', ')}`],
            `Look at cables and switch ports of ${host.name}; with one link left, one more failure takes the host away.`,
          ),
        ]
      : []),
  ]);
}
