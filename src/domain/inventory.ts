/** What a pool is made of, recorded before the first host: what an upgrade may lose without a word (seeds 003, 004). No secret is ever part of it. */
import type { Json } from './json';

export type Settings = { readonly [key: string]: string };

/** One PIF: a card, a bond, or a VLAN on one of them. */
export type InterfaceRecord = {
  readonly device: string;
  /** Tag of a VLAN; absent on what carries none. */
  readonly vlan?: number;
  /** Name of the network, or its uuid where names repeat; people rename networks, so the uuid tells which one it is. */
  readonly network: string;
  readonly networkUuid: string;
  readonly mac: string;
  readonly mtu: number;
  readonly management: boolean;
  readonly ip: {
    /** None, DHCP, Static. */
    readonly mode: string;
    readonly address: string;
    readonly netmask: string;
    readonly gateway: string;
    readonly dns: string;
  };
  readonly otherConfig: Settings;
};

export type BondRecord = {
  readonly device: string;
  /** Its cards, sorted. */
  readonly cards: readonly string[];
  /** balance-slb, active-backup, lacp; '' before 6.0, which has no such field. */
  readonly mode: string;
};

/** One PBD. */
export type StorageRecord = {
  /** uuid of the SR. */
  readonly sr: string;
  readonly name: string;
  readonly type: string;
  /** device_config. */
  readonly config: Settings;
};

export type HostInventory = {
  readonly name: string;
  readonly uuid: string;
  readonly interfaces: readonly InterfaceRecord[];
  readonly bonds: readonly BondRecord[];
  readonly storage: readonly StorageRecord[];
  readonly multipathing: boolean;
  readonly iqn: string;
  readonly edition: string;
  /** '' (none), wake-on-lan, DRAC, iLO, IPMI. */
  readonly powerOn: { readonly mode: string; readonly config: Settings };
  readonly tags: readonly string[];
  readonly otherConfig: Settings;
};

export type NetworkRecord = {
  readonly uuid: string;
  readonly name: string;
  readonly bridge: string;
  readonly mtu: number;
  readonly tags: readonly string[];
  readonly otherConfig: Settings;
};

export type SrRecord = {
  readonly uuid: string;
  readonly name: string;
  readonly type: string;
  readonly shared: boolean;
};

export type PoolInventory = {
  readonly networks: readonly NetworkRecord[];
  readonly srs: readonly SrRecord[];
  readonly tags: readonly string[];
  readonly otherConfig: Settings;
};

export type Inventory = {
  readonly v: 1;
  readonly name: string;
  readonly uuid: string;
  readonly pool: PoolInventory;
  readonly hosts: readonly HostInventory[];
};

/** Stands where a secret stood: that it is there may be known, and that it is gone must be seen. */
export const SECRET = '(secret, not recorded)';

/** device_config of iSCSI (`chappassword`, also `incoming_chappassword`), of SMB (`cifspassword_secret`), power_on_config (`power_on_password_secret`). */
const NAMES_A_SECRET = /pass|pwd|secret|token|credential|private|api_?key/i;
/** `//user:word@server`: a password inside an address. */
const IN_AN_ADDRESS = /(\/\/[^/\s:@]*):[^/\s@]+@/g;

export function withoutSecrets(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings)
      .map(([key, value]): [string, string] => [
        key,
        NAMES_A_SECRET.test(key) && value !== '' ? SECRET : value.replace(IN_AN_ADDRESS, `$1:${SECRET}@`),
      ])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** `eth1`, `eth1.100`: unique within a host. */
export const cardName = ({ device, vlan }: Pick<InterfaceRecord, 'device' | 'vlan'>): string =>
  vlan === undefined ? device : `${device}.${vlan}`;

/** An inventory as the journal gives it back; undefined where it is none, or of a shape that is not known here. */
export function inventoryFrom(recorded: Json | undefined): Inventory | undefined {
  // journalled by this program from an Inventory, so its version says its shape
  const inventory = recorded as Inventory | null | undefined;
  return inventory?.v === 1 ? inventory : undefined;
}
