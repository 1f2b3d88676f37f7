/**
 * What is gone, or another, since the inventory was recorded: one sentence each, with the command that puts it back.
 * What is new is no loss. What an upgrade changes by itself is named below with its source, and is no loss either.
 */
import { isCloudStackName, isCloudStackVlan } from './made-on-demand';
import {
  cardName,
  SECRET,
  type BondRecord,
  type HostInventory,
  type InterfaceRecord,
  type PoolInventory,
  type Settings,
  type StorageRecord,
} from './inventory';

export type Loss = {
  /** One sentence, names filled in. */
  readonly what: string;
  /** How to put it back, ready to paste. */
  readonly doThis: string;
};

/** Tags that CloudStack takes off and puts on by itself: "cloud…" at maintenance, vmops-version-… at set-up (cs facts 13, 14). */
const CLOUDSTACK_TAG = /cloud|^vmops-version-/;

/**
 * host.other_config that software writes: boot_time and agent_start_time at each start (xapi §5.1), last_blob_sync_time
 * by XAPI's own clock (xapi_globs.ml), rpm_patch_installation_time by Xen Orchestra, MAINTENANCE_MODE… by XenCenter
 * (xapi §5.1). iscsi_iqn and multipathing become fields of their own in 7.5 and are compared as such.
 */
const HOST_SOFTWARE_KEY =
  /^(boot_time|agent_start_time|last_blob_sync_time|rpm_patch_installation_time|MAINTENANCE_MODE.*|iscsi_iqn|multipathing|multipathhandle)$/;
/** pool.other_config: the flag is XAPI's own (xapi fact 8); auto_poweron may be a preparation of ours, which is owed back. */
const POOL_SOFTWARE_KEY = /^(rolling_upgrade_in_progress|auto_poweron|last_blob_sync_time)$/;
/** CD libraries come and go with what CloudStack attaches, drives with what is plugged in (xapi §6.5). */
const COMES_AND_GOES = ['iso', 'udev'];
/** Editions without a licence: falling back to one is the loss, another name of a paid one is not (xapi §5.1). */
const UNLICENSED = ['', 'free', 'express'];

export function hostLosses(before: HostInventory, now: HostInventory): readonly Loss[] {
  const host = now.name;
  return [
    ...bondLosses(host, before.bonds, now.bonds),
    ...interfaceLosses(host, before, now),
    ...storageLosses(before, now),
    ...changed(before.iqn, now.iqn, {
      name: `The iSCSI name of ${host}`,
      doThis: `xe host-param-set uuid=${now.uuid} iscsi_iqn=${before.iqn} (up to 7.4: other-config:iscsi_iqn=${before.iqn})`,
    }),
    ...(before.multipathing && !now.multipathing
      ? [
          {
            what: `${host} no longer uses multipathing.`,
            doThis: `With its PBDs unplugged: xe host-param-set uuid=${now.uuid} multipathing=true (up to 7.4: other-config:multipathing=true other-config:multipathhandle=dmp)`,
          },
        ]
      : []),
    ...(UNLICENSED.includes(now.edition) && !UNLICENSED.includes(before.edition)
      ? [
          {
            what: `${host} was licensed as ${before.edition} and has fallen back to ${now.edition || 'none'}.`,
            doThis: `xe host-apply-edition edition=${before.edition} host-uuid=${now.uuid}`,
          },
        ]
      : []),
    ...changed(before.powerOn.mode, now.powerOn.mode, {
      name: `The power-on mode of ${host}`,
      doThis: `xe host-set-power-on-mode host=${now.uuid} power-on-mode=${before.powerOn.mode}`,
    }),
    ...tagLosses(host, before.tags, now.tags, (tag) => {
      const key = `param-name=tags param-key=${tag}`;
      return `xe host-param-add uuid=${now.uuid} ${key}`;
    }),
    ...settingLosses(host, before.otherConfig, now.otherConfig, HOST_SOFTWARE_KEY, (key, value) => {
      return `xe host-param-set uuid=${now.uuid} other-config:${key}=${value}`;
    }),
  ];
}

export function poolLosses(
  pool: string,
  uuid: string,
  before: PoolInventory,
  now: PoolInventory,
): readonly Loss[] {
  return [
    ...before.networks
      .filter(
        (network) =>
          !isCloudStackName(network.name) && !now.networks.some((one) => one.uuid === network.uuid),
      )
      .map((network) => ({
        what: `${pool} no longer has the network ${network.name}.`,
        doThis: `xe network-create name-label="${network.name}" MTU=${network.mtu}`,
      })),
    ...before.srs
      .filter((sr) => !COMES_AND_GOES.includes(sr.type) && !now.srs.some((one) => one.uuid === sr.uuid))
      .map((sr) => ({
        what: `${pool} no longer has the SR ${sr.name} (${sr.type}).`,
        doThis: `xe sr-introduce uuid=${sr.uuid} name-label="${sr.name}" type=${sr.type} shared=${sr.shared}; then a PBD on each host`,
      })),
    ...tagLosses(
      pool,
      before.tags,
      now.tags,
      (tag) => `xe pool-param-add uuid=${uuid} param-name=tags param-key=${tag}`,
    ),
    ...settingLosses(
      pool,
      before.otherConfig,
      now.otherConfig,
      POOL_SOFTWARE_KEY,
      (key, value) => `xe pool-param-set uuid=${uuid} other-config:${key}=${value}`,
    ),
  ];
}

function bondLosses(
  host: string,
  before: readonly BondRecord[],
  now: readonly BondRecord[],
): readonly Loss[] {
  return before.flatMap((bond): readonly Loss[] => {
    const cards = bond.cards.join(', ');
    const doThis = `xe bond-create network-uuid=NETWORK pif-uuids=${bond.cards.map((card) => `PIF-OF-${card}`).join(',')}${bond.mode === '' ? '' : ` mode=${bond.mode}`}`;
    const same = now.find((one) => one.device === bond.device);
    if (!same) return [{ what: `${host} no longer has the bond ${bond.device} of ${cards}.`, doThis }];
    if (same.cards.join() !== bond.cards.join())
      return [
        {
          what: `The bond ${bond.device} of ${host} had ${cards}, now it has ${same.cards.join(', ') || 'no card'}.`,
          doThis,
        },
      ];
    return changed(bond.mode, same.mode, {
      name: `The mode of the bond ${bond.device} of ${host}`,
      doThis: `xe bond-set-mode uuid=BOND mode=${bond.mode}`,
    });
  });
}

function interfaceLosses(host: string, before: HostInventory, now: HostInventory): readonly Loss[] {
  const bonds = new Set(before.bonds.map((bond) => bond.device));
  return before.interfaces.flatMap((was): readonly Loss[] => {
    // CloudStack removes it with the last VM that needs it; with an address people made it, whatever its name
    if (isCloudStackVlan(was) && was.ip.mode === 'None' && !was.management) return [];
    const name = cardName(was);
    const is = now.interfaces.find((one) => cardName(one) === name);
    // a bond that is gone was told of as a bond
    if (!is && was.vlan === undefined && bonds.has(was.device)) return [];
    if (!is)
      return [
        was.vlan === undefined
          ? {
              what: `${host} no longer has the interface ${name} (${was.mac}, network ${was.network}).`,
              doThis: `xe pif-scan host-uuid=${now.uuid}`,
            }
          : {
              what: `${host} no longer has the VLAN ${was.vlan} on ${was.device} (network ${was.network}).`,
              doThis: `xe vlan-create pif-uuid=PIF-OF-${was.device} vlan=${was.vlan} network-uuid=NETWORK-${was.network}`,
            },
      ];
    return interfaceChanges(host, name, was, is, bonds.has(was.device));
  });
}

function interfaceChanges(
  host: string,
  name: string,
  was: InterfaceRecord,
  is: InterfaceRecord,
  isBond: boolean,
): readonly Loss[] {
  const of = `of ${name} on ${host}`;
  const address = (one: InterfaceRecord): string =>
    one.ip.mode === 'Static'
      ? [one.ip.mode, one.ip.address, one.ip.netmask, one.ip.gateway, one.ip.dns].filter(Boolean).join(' ')
      : one.ip.mode;
  return [
    ...(was.networkUuid === is.networkUuid
      ? []
      : changed(was.network, is.network, {
          name: `The network ${of}`,
          doThis: `Look at xe pif-list device=${was.device} and at xe network-list; the cards may have changed places`,
        })),
    // a bond and its VLANs carry the address of one of its cards, whichever came first
    ...(isBond || was.vlan !== undefined
      ? []
      : changed(was.mac.toLowerCase(), is.mac.toLowerCase(), {
          name: `The hardware address ${of}`,
          doThis: 'The cards have changed places: put their names back with interface-rename on the host',
        })),
    ...changed(String(was.mtu), String(is.mtu), {
      name: `The MTU ${of}`,
      doThis: `xe network-param-set uuid=NETWORK-${was.network} MTU=${was.mtu}, then unplug and plug the interface`,
    }),
    ...changed(address(was), address(is), {
      name: `The address ${of}`,
      doThis: `xe pif-reconfigure-ip uuid=PIF-OF-${was.device} mode=${was.ip.mode.toLowerCase()}${was.ip.mode === 'Static' ? ` IP=${was.ip.address} netmask=${was.ip.netmask} gateway=${was.ip.gateway} DNS=${was.ip.dns}` : ''}`,
    }),
    ...(was.management && !is.management
      ? [
          {
            what: `${name} is no longer the management interface of ${host}.`,
            doThis: `xe host-management-reconfigure pif-uuid=PIF-OF-${was.device}`,
          },
        ]
      : []),
    ...settingLosses(`${name} on ${host}`, was.otherConfig, is.otherConfig, /^$/, (key, value) => {
      return `xe pif-param-set uuid=PIF-OF-${was.device} other-config:${key}=${value}`;
    }),
  ];
}

function storageLosses(before: HostInventory, now: HostInventory): readonly Loss[] {
  const asBefore = ({ config }: StorageRecord): string =>
    Object.entries(config)
      .map(([key, value]) => `device-config:${key}=${value.includes(SECRET) ? 'SECRET' : value}`)
      .join(' ');
  return before.storage
    .filter((one) => !COMES_AND_GOES.includes(one.type))
    .flatMap((was): readonly Loss[] => {
      const is = now.storage.find((one) => one.sr === was.sr);
      const doThis = `xe pbd-create host-uuid=${now.uuid} sr-uuid=${was.sr} ${asBefore(was)}; then xe pbd-plug`;
      if (!is) return [{ what: `${now.name} no longer has a PBD of ${was.name} (${was.type}).`, doThis }];
      return settingLosses(
        `the PBD of ${was.name} on ${now.name}`,
        was.config,
        is.config,
        /^$/,
        () => `xe pbd-unplug and pbd-destroy; then ${doThis}`,
      );
    });
}

/** Something that was set is another, or empty. */
function changed(
  was: string,
  is: string,
  { name, doThis }: { readonly name: string; readonly doThis: string },
): readonly Loss[] {
  if (was === '' || was === is) return [];
  return [{ what: `${name} was ${was}, ${is === '' ? 'now it is empty' : `now it is ${is}`}.`, doThis }];
}

const tagLosses = (
  of: string,
  before: readonly string[],
  now: readonly string[],
  doThis: (tag: string) => string,
): readonly Loss[] =>
  before
    .filter((tag) => !CLOUDSTACK_TAG.test(tag) && !now.includes(tag))
    .map((tag) => ({ what: `${of} no longer has the tag ${tag}.`, doThis: doThis(tag) }));

function settingLosses(
  of: string,
  before: Settings,
  now: Settings,
  software: RegExp,
  doThis: (key: string, value: string) => string,
): readonly Loss[] {
  return Object.entries(before).flatMap(([key, was]) =>
    software.test(key)
      ? []
      : changed(was, now[key] ?? '', { name: `${key} of ${of}`, doThis: doThis(key, was) }),
  );
}
