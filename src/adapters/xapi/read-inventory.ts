/** The pool's inventory from XAPI's records, references resolved and secrets left out (xapi §5.1, §6.5, §7; App. B for what older releases lack). */
import {
  withoutSecrets,
  type BondRecord,
  type HostInventory,
  type InterfaceRecord,
  type Inventory,
  type StorageRecord,
} from '../../domain/inventory';
import { Malformed } from '../../domain/errors';
import { compareNames, sortedNames } from '../../domain/order';
import { namesOfNetworks, type Look } from './read-hosts';
import type { XapiObject } from './record';
import type { Table } from './tables';
import { hostTraits } from './traits';

interface Tables {
  readonly pifs: Table;
  readonly bonds: Table;
  readonly pbds: Table;
  readonly srs: Table;
  readonly networks: Table;
  /** By reference. */
  readonly names: ReadonlyMap<string, string>;
}

export async function readInventory({ session, directory, source }: Look): Promise<Inventory> {
  const table = (cls: string): Promise<Table> => directory.table(session, cls);
  const [pools, hosts, pifs, bonds, pbds, srs, networks] = await Promise.all([
    table('pool'),
    table('host'),
    table('PIF'),
    table('Bond'),
    table('PBD'),
    table('SR'),
    table('network'),
  ]);
  const [pool] = pools.values();
  if (!pool) throw new Malformed(source, 'there is no pool object');
  // an empty answer would read as "all is lost", or be what later losses are measured by
  if (hosts.size === 0) throw new Malformed(source, 'the pool lists no host');
  const names = namesOfNetworks(networks);
  const tables: Tables = { pifs, bonds, pbds, srs, networks, names };
  return {
    v: 1,
    name: pool.text('name_label'),
    uuid: pool.text('uuid'),
    pool: {
      networks: [...networks.values()]
        .map((network) => ({
          uuid: network.text('uuid'),
          name: names.get(network.ref) ?? '',
          bridge: network.text('bridge'),
          mtu: network.integer('MTU'),
          tags: sortedNames(network.set('tags')),
          otherConfig: withoutSecrets(network.map('other_config')),
        }))
        .toSorted((a, b) => compareNames(a.name, b.name)),
      srs: [...srs.values()]
        .map((sr) => ({
          uuid: sr.text('uuid'),
          name: sr.text('name_label'),
          type: sr.text('type'),
          shared: sr.flag('shared'),
        }))
        .toSorted((a, b) => compareNames(a.name, b.name) || compareNames(a.uuid, b.uuid)),
      tags: sortedNames(pool.set('tags')),
      otherConfig: withoutSecrets(pool.map('other_config')),
    },
    hosts: [...hosts.values()]
      .map((host) => hostInventory(host, tables))
      .toSorted((a, b) => compareNames(a.name, b.name)),
  };
}

function hostInventory(host: XapiObject, tables: Tables): HostInventory {
  const { iqn, multipathing, licence, powerOnMode } = hostTraits(host, new Map());
  const pifs = host.set('PIFs').flatMap((ref) => tables.pifs.get(ref) ?? []);
  return {
    name: host.text('name_label'),
    uuid: host.text('uuid'),
    interfaces: pifs
      .filter((pif) => !isTunnel(pif))
      .map((pif) => interfaceRecord(pif, tables))
      .toSorted((a, b) => compareNames(a.device, b.device) || (a.vlan ?? -1) - (b.vlan ?? -1)),
    bonds: pifs
      .flatMap((pif) => bondRecords(pif, tables))
      .toSorted((a, b) => compareNames(a.device, b.device)),
    storage: host
      .set('PBDs')
      .flatMap((ref) => tables.pbds.get(ref) ?? [])
      .flatMap((pbd) => storageRecords(pbd, tables))
      .toSorted((a, b) => compareNames(a.name, b.name) || compareNames(a.sr, b.sr)),
    multipathing,
    iqn,
    edition: licence.edition,
    powerOn: {
      mode: powerOnMode,
      config: withoutSecrets(host.has('power_on_config') ? host.map('power_on_config') : {}),
    },
    tags: sortedNames(host.set('tags')),
    otherConfig: withoutSecrets(host.map('other_config')),
  };
}

/** CloudStack makes and removes the tunnels of its own networks. */
const isTunnel = (pif: XapiObject): boolean =>
  pif.has('tunnel_access_PIF_of') && pif.set('tunnel_access_PIF_of').length > 0;

function interfaceRecord(pif: XapiObject, { networks, names }: Tables): InterfaceRecord {
  // -1 is "no tag"
  const vlan = pif.integer('VLAN');
  return {
    device: pif.text('device'),
    ...(vlan >= 0 && { vlan }),
    network: names.get(pif.text('network')) ?? '',
    // a card of a bond is on no network
    networkUuid: networks.get(pif.text('network'))?.text('uuid') ?? '',
    mac: pif.text('MAC'),
    mtu: pif.integer('MTU'),
    management: pif.flag('management'),
    ip: {
      mode: pif.text('ip_configuration_mode'),
      address: pif.text('IP'),
      netmask: pif.text('netmask'),
      gateway: pif.text('gateway'),
      dns: pif.text('DNS'),
    },
    otherConfig: withoutSecrets(pif.map('other_config')),
  };
}

const bondRecords = (pif: XapiObject, { bonds, pifs }: Tables): readonly BondRecord[] =>
  pif
    .set('bond_master_of')
    .flatMap((ref) => bonds.get(ref) ?? [])
    .map((bond) => ({
      device: pif.text('device'),
      cards: sortedNames(bond.set('slaves').flatMap((ref) => pifs.get(ref)?.text('device') ?? [])),
      // came with 6.0
      mode: bond.has('mode') ? bond.text('mode') : '',
    }));

function storageRecords(pbd: XapiObject, { srs }: Tables): readonly StorageRecord[] {
  const sr = srs.get(pbd.text('SR'));
  if (!sr) return [];
  return [
    {
      sr: sr.text('uuid'),
      name: sr.text('name_label'),
      type: sr.text('type'),
      config: withoutSecrets(pbd.map('device_config')),
    },
  ];
}
