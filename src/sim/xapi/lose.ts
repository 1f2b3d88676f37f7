/** What an installer or a person takes from a host without a word, and puts back (seeds 003, 004). */
import { uuidOf } from '../identity';
import type { CloudState, SimHost, SimPif } from '../model';
import { cardUuid } from './record-traits';

/** `iqn`, `multipathing`, `licence`, `power-on`, `bond:bond0`, `vlan:eth1.100`, `pbd:SR`, `tag:NAME`. */
export type Losable = string;

type Undo = () => void;
type Take = (host: SimHost, name: string) => Undo | undefined;

const LOSABLE: Readonly<Record<string, Take>> = {
  iqn: (host) => withTraits(host, { iqn: '' }),
  multipathing: (host) => withTraits(host, { multipathing: false }),
  licence: (host) => withTraits(host, { licence: { ...host.traits.licence, edition: 'free' } }),
  'power-on': (host) => withTraits(host, { powerOnMode: '' }),
  bond: unbond,
  vlan: (host, name) =>
    outOf(
      () => host.pifs,
      (pif) => pif.vlan !== undefined && `${pif.device}.${pif.vlan}` === name,
      (pifs) => (host.pifs = pifs),
    ),
  pbd: (host, name) =>
    outOf(
      () => host.pbds,
      (pbd) => host.pool.srs.some((sr) => sr.uuid === pbd.sr && sr.name === name),
      (pbds) => (host.pbds = pbds),
    ),
  tag: (host, name) =>
    outOf(
      () => host.tags,
      (tag) => tag === name,
      (tags) => (host.tags = tags),
    ),
};

export const LOSABLE_WORDS: readonly string[] = [
  'iqn',
  'multipathing',
  'licence',
  'power-on',
  'bond:DEVICE',
  'vlan:DEVICE.TAG',
  'pbd:SR',
  'tag:NAME',
];

/** False where the host has nothing of that name. */
export function lose(cloud: CloudState, host: SimHost, what: Losable): boolean {
  const [kind = '', ...name] = what.split(':');
  const undo = host.lost.has(what) ? undefined : LOSABLE[kind]?.(host, name.join(':'));
  if (!undo) return false;
  host.lost.set(what, undo);
  cloud.changed(host.pool, 'host', host.uuid);
  return true;
}

/** False where that was not lost. */
export function restore(cloud: CloudState, host: SimHost, what: Losable): boolean {
  const undo = host.lost.get(what);
  if (!undo) return false;
  undo();
  host.lost.delete(what);
  cloud.changed(host.pool, 'host', host.uuid);
  return true;
}

/** The cards are on their own again, each on the network that XAPI makes for it. */
function unbond(host: SimHost, name: string): Undo | undefined {
  const bond = host.pifs.find((pif) => pif.bond !== undefined && pif.device === name);
  if (!bond) return undefined;
  const cards = (bond.bond?.cards ?? []).map((card): SimPif => {
    const network = `Pool-wide network associated with ${card}`;
    const { pool } = host;
    if (!pool.networks.some((one) => one.name === network))
      pool.networks.push({ name: network, uuid: uuidOf('network', pool.name, network) });
    return { uuid: cardUuid(bond, card), device: card, network, attached: bond.attached, management: false };
  });
  host.pifs = [...host.pifs.filter((pif) => pif !== bond), ...cards];
  return () => (host.pifs = [...host.pifs.filter((pif) => !cards.includes(pif)), bond]);
}

function withTraits(host: SimHost, change: Partial<SimHost['traits']>): Undo {
  const was = host.traits;
  host.traits = { ...was, ...change };
  // another loss may have come since: only what was taken here is put back
  const own = Object.fromEntries(Object.entries(was).filter(([key]) => key in change));
  return () => (host.traits = { ...host.traits, ...own });
}

/** The one that fits, taken out; put back at the end of the list. */
function outOf<T>(
  list: () => readonly T[],
  fits: (one: T) => boolean,
  set: (rest: T[]) => void,
): Undo | undefined {
  const taken = list().find(fits);
  if (taken === undefined) return undefined;
  set(list().filter((one) => one !== taken));
  return () => set([...list(), taken]);
}
