/** Records of SR, PBD, VDI, network and PIF (xapi §6.5, §7). */
import { uuidOf } from '../identity';
import type { SimHost, SimPbd, SimPif, SimPool, SimSr, SimVm } from '../model';
import { stateFileUuid } from './record-host';
import { macOf, pbdFields, pifFields } from './record-traits';
import { bytes, NULL_REF, refOf, type XapiRecord } from './values';

export interface SimVdi {
  readonly uuid: string;
  readonly sr: string;
  readonly name: string;
  readonly type: 'user' | 'system' | 'ha_statefile';
  readonly vms: readonly SimVm[];
  readonly readOnly: boolean;
  /** Bytes; a VM's disk has 8 GiB. */
  readonly size?: number;
  readonly otherConfig?: Readonly<Record<string, string>>;
  readonly description?: string;
}

export const isoUuid = (sr: string, name: string): string => uuidOf('iso', sr, name);
/** The tools ISO's SR is on every host and harmless for migration (xapi §6.5). */
const isToolsSr = (sr: SimSr): boolean => sr.name === 'XenServer Tools';

export function vdisOf(pool: SimPool): SimVdi[] {
  const vdis: SimVdi[] = [];
  const media = new Map<string, { sr: string; name: string; vms: SimVm[] }>();
  for (const vm of pool.vms) {
    for (const [i, disk] of vm.disks.entries())
      vdis.push({
        uuid: disk.vdi,
        sr: disk.sr,
        name: `${vm.name}-disk-${i}`,
        type: 'user',
        vms: [vm],
        readOnly: false,
      });
    if (!vm.cd) continue;
    const uuid = isoUuid(vm.cd.sr, vm.cd.name);
    const medium = media.get(uuid) ?? { sr: vm.cd.sr, name: vm.cd.name, vms: [] };
    medium.vms.push(vm);
    media.set(uuid, medium);
  }
  for (const [uuid, medium] of media) vdis.push({ uuid, ...medium, type: 'user', readOnly: true });
  if (pool.ha.on)
    for (const sr of pool.ha.srs)
      vdis.push({
        uuid: stateFileUuid(pool, sr),
        sr,
        name: 'Statefile for HA',
        type: 'ha_statefile',
        vms: [],
        readOnly: false,
      });
  for (const { uuid, sr, name, description, bytes: size, otherConfig } of pool.patching.disks)
    vdis.push({ uuid, sr, name, type: 'user', vms: [], readOnly: true, size, otherConfig, description });
  return vdis;
}

export const vdiRecord = (vdi: SimVdi): XapiRecord => ({
  name_label: vdi.name,
  SR: refOf(vdi.sr),
  VBDs: vdi.vms.map((vm) =>
    refOf(vdi.readOnly ? (vm.cd?.vbd ?? '') : uuidOf('vbd', vm.uuid, String(diskIndex(vm, vdi.uuid)))),
  ),
  virtual_size: vdi.size === undefined ? bytes(8192) : String(vdi.size),
  physical_utilisation: vdi.size === undefined ? bytes(2048) : String(vdi.size),
  ...(vdi.description !== undefined && { name_description: vdi.description }),
  ...(vdi.otherConfig && { other_config: vdi.otherConfig }),
  type: vdi.type,
  read_only: vdi.readOnly,
  location: vdi.uuid,
  managed: true,
  on_boot: 'persist',
});

const diskIndex = (vm: SimVm, vdi: string): number => vm.disks.findIndex((disk) => disk.vdi === vdi);

export const srRecord = (pool: SimPool, sr: SimSr): XapiRecord => ({
  name_label: sr.name,
  type: sr.type,
  content_type: sr.type === 'iso' || sr.type === 'udev' ? 'iso' : 'user',
  shared: sr.shared,
  VDIs: vdisOf(pool)
    .filter((vdi) => vdi.sr === sr.uuid)
    .map((vdi) => refOf(vdi.uuid)),
  PBDs: pool.hosts.flatMap((host) =>
    host.pbds.filter((pbd) => pbd.sr === sr.uuid).map((pbd) => refOf(pbd.uuid)),
  ),
  physical_size: bytes(1024 * 1024),
  physical_utilisation: bytes(256 * 1024),
  virtual_allocation: bytes(256 * 1024),
  other_config: {
    ...(isToolsSr(sr) && { xenserver_tools_sr: 'true', xensource_internal: 'true' }),
    ...(sr.type === 'udev' && { 'i18n-key': 'local-hotplug-cd' }),
  },
  is_tools_sr: isToolsSr(sr),
});

export const pbdRecord = (host: SimHost, pbd: SimPbd): XapiRecord => ({
  host: refOf(host.uuid),
  SR: refOf(pbd.sr),
  currently_attached: pbd.attached,
  ...pbdFields(host, pbd),
});

export const networkRecord = (pool: SimPool, network: { uuid: string; name: string }): XapiRecord => ({
  name_label: network.name,
  bridge: `xenbr${pool.networks.indexOf(pool.networks.find((one) => one.uuid === network.uuid)!)}`,
  MTU: '1500',
  PIFs: pool.hosts.flatMap((host) =>
    host.pifs.filter((pif) => pif.network === network.name).map((pif) => refOf(pif.uuid)),
  ),
  VIFs: pool.vms.flatMap((vm) =>
    vm.networks.flatMap((name, i) =>
      name === network.name ? [refOf(uuidOf('vif', vm.uuid, String(i)))] : [],
    ),
  ),
  default_locking_mode: 'unlocked',
});

export const pifRecord = (host: SimHost, pif: SimPif): XapiRecord => ({
  device: pif.device,
  network: refOf(host.pool.networks.find((network) => network.name === pif.network)?.uuid ?? ''),
  host: refOf(host.uuid),
  MAC: macOf(pif.uuid),
  MTU: '1500',
  VLAN: '-1',
  physical: true,
  currently_attached: pif.attached,
  ip_configuration_mode: pif.management ? 'Static' : 'None',
  IP: pif.management ? host.address.replace(/:\d+$/, '') : '',
  bond_slave_of: NULL_REF,
  VLAN_master_of: NULL_REF,
  management: pif.management,
  ipv6_configuration_mode: 'None',
  primary_address_type: 'IPv4',
  managed: true,
  ...pifFields(pif),
});
