/** Records of VM, VM_metrics, VM_guest_metrics, VBD and VIF (xapi §6.1, §6.5). */
import { overheadOf } from '../build-pool';
import { uuidOf } from '../identity';
import { hasSince, profileOf } from '../profiles';
import { hostByName, type SimHost, type SimPool, type SimVm } from '../model';
import { dom0Mib } from './record-host';
import { isoUuid } from './record-storage';
import { vmFields } from './record-traits';
import { vmTraitsOf } from '../traits';
import { bytes, NULL_REF, refOf, type XapiRecord } from './values';
import type { XapiWorld } from './world';

export interface SimVbd {
  readonly uuid: string;
  readonly vm: SimVm;
  readonly type: 'Disk' | 'CD';
  readonly vdi?: string;
  readonly position: number;
}

export interface SimVif {
  readonly uuid: string;
  readonly vm: SimVm;
  readonly network: string;
  readonly position: number;
}

/** dom0 as a VM: resident for ever, the one VM that does not count (xapi §5.1). */
const controlDomains = new WeakMap<SimHost, SimVm>();
export function controlDomain(host: SimHost): SimVm {
  const known = controlDomains.get(host);
  if (known) return known;
  const made = bare(
    host.pool,
    `Control domain on host: ${host.name}`,
    uuidOf('dom0', host.uuid),
    dom0Mib(host),
  );
  made.power = 'Running';
  made.on = host.name;
  controlDomains.set(host, made);
  return made;
}

const templates = new WeakMap<SimPool, SimVm>();
export function templateOf(pool: SimPool): SimVm {
  const known = templates.get(pool);
  if (known) return known;
  const made = bare(pool, 'Other install media', uuidOf('template', pool.uuid), 256);
  templates.set(pool, made);
  return made;
}

const bare = (pool: SimPool, name: string, uuid: string, memoryMib: number): SimVm => ({
  pool,
  name,
  uuid,
  kind: 'guest',
  power: 'Halted',
  memoryMib,
  overheadMib: 0,
  vcpus: 1,
  tools: false,
  disks: [],
  networks: [],
  devices: [],
  traits: vmTraitsOf(undefined),
  migrations: 0,
  stops: 0,
  starts: 0,
});

const isDom0 = (vm: SimVm): boolean => vm.name.startsWith('Control domain on host: ');
const isTemplate = (vm: SimVm): boolean => vm === templateOf(vm.pool);

export function vmRecord(world: XapiWorld, vm: SimVm): XapiRecord {
  const memory = bytes(vm.memoryMib);
  const host = hostByName(vm.pool, vm.on);
  const real = !isDom0(vm) && !isTemplate(vm);
  return {
    name_label: vm.name,
    power_state: vm.power,
    is_a_template: isTemplate(vm),
    is_default_template: isTemplate(vm),
    is_control_domain: isDom0(vm),
    allowed_operations: !real ? [] : vm.operation ? [] : operationsOf(vm),
    resident_on: host ? refOf(host.uuid) : NULL_REF,
    memory_overhead: bytes(vm.overheadMib || (real ? overheadOf(vm.memoryMib, vm.vcpus) : 0)),
    memory_target: memory,
    memory_static_max: memory,
    memory_dynamic_max: memory,
    memory_dynamic_min: memory,
    memory_static_min: bytes(Math.min(vm.memoryMib, 128)),
    VCPUs_max: String(vm.vcpus),
    VCPUs_at_startup: String(vm.vcpus),
    actions_after_shutdown: 'destroy',
    actions_after_reboot: 'restart',
    actions_after_crash: 'destroy',
    VBDs: real ? vbdsOf(vm).map((vbd) => refOf(vbd.uuid)) : [],
    VIFs: real ? vifsOf(vm).map((vif) => refOf(vif.uuid)) : [],
    attached_PCIs: pcisOf(vm).map((pci) => refOf(pci.uuid)),
    VGPUs: vm.devices
      .filter((device) => device === 'vgpu')
      .map((_, i) => refOf(uuidOf('vgpu', vm.uuid, String(i)))),
    HVM_boot_policy: isDom0(vm) ? '' : 'BIOS order',
    HVM_boot_params: isDom0(vm) ? {} : { order: 'cd' },
    HVM_shadow_multiplier: 1,
    ...vmFields(vm),
    other_config: {
      ...(vm.traits.autoPowerOn && { auto_poweron: 'true' }),
      ...Object.fromEntries(world.of(vm.pool).otherConfig.get(vm.uuid) ?? []),
    },
    domid: vm.power === 'Running' ? '1' : '-1',
    metrics: refOf(uuidOf('vm_metrics', vm.uuid)),
    guest_metrics: vm.tools ? refOf(uuidOf('guest_metrics', vm.uuid)) : NULL_REF,
    snapshots: vm.traits.snapshotAt === undefined ? [] : [refOf(snapshotUuid(vm))],
    snapshot_of: NULL_REF,
    version: '0',
  };
}

export const snapshotUuid = (vm: SimVm): string => uuidOf('vm-snapshot', vm.uuid);

/** A snapshot is a VM that is a template and knows what it is of (xapi §6.1). */
export const snapshotRecord = (vm: SimVm): XapiRecord => ({
  name_label: `${vm.name} snapshot`,
  power_state: 'Halted',
  is_a_template: true,
  is_a_snapshot: true,
  snapshot_of: refOf(vm.uuid),
  snapshot_time: new Date(vm.traits.snapshotAt ?? 0),
  resident_on: NULL_REF,
  affinity: NULL_REF,
  metrics: NULL_REF,
  guest_metrics: NULL_REF,
  HVM_boot_policy: 'BIOS order',
  version: '0',
});

/** USB controllers and virtual functions are passed through as PCI devices before 7.3 (xapi §6.1). */
const PCI_CLASS: Readonly<Record<string, string>> = {
  pci: 'RAID bus controller',
  usb: 'USB controller',
  sriov: 'Ethernet Virtual Function',
};

export interface SimPci {
  readonly uuid: string;
  readonly vm: SimVm;
  readonly className: string;
  readonly position: number;
}

export const pcisOf = (vm: SimVm): SimPci[] =>
  vm.devices.flatMap((device, position) => {
    const className = PCI_CLASS[device];
    return className === undefined
      ? []
      : [{ uuid: uuidOf('pci', vm.uuid, String(position)), vm, className, position }];
  });

export const pciRecord = (pci: SimPci): XapiRecord => ({
  class_name: pci.className,
  vendor_name: 'Intel Corporation',
  device_name: pci.className,
  host: refOf(hostByName(pci.vm.pool, pci.vm.on ?? pci.vm.pool.master)!.uuid),
  pci_id: `0000:0${pci.position}:00.0`,
});

function operationsOf(vm: SimVm): string[] {
  if (vm.power === 'Running')
    return [
      'clean_shutdown',
      'hard_shutdown',
      'clean_reboot',
      'hard_reboot',
      'pause',
      'suspend',
      'pool_migrate',
    ];
  if (vm.power === 'Halted') return ['start', 'start_on', 'clone', 'copy', 'destroy', 'export'];
  return vm.power === 'Paused' ? ['unpause', 'hard_shutdown'] : ['resume', 'resume_on', 'hard_shutdown'];
}

export const vmMetricsRecord = (vm: SimVm): XapiRecord => ({
  memory_actual: bytes(vm.memoryMib),
  VCPUs_number: String(vm.vcpus),
  hvm: !isDom0(vm),
});

/** XAPI's test "has PV drivers" is that the version carries major and minor (xapi §6.1). */
export function guestMetricsRecord(world: XapiWorld, vm: SimVm): XapiRecord {
  const master = hostByName(vm.pool, vm.pool.master)!;
  return {
    os_version: { name: 'Debian GNU/Linux 8', distro: 'debian', major: '8', minor: '0' },
    PV_drivers_version: { major: '6', minor: '5', micro: '0', build: '89' },
    // ≤ 6.5: "the same version as the host's tools"; ≥ 7.0 equal to detected.
    PV_drivers_up_to_date:
      vm.traits.toolsOutdated !== true || hasSince(profileOf(master.version, master.brand).release, '7.0'),
    PV_drivers_detected: true,
    networks: { '0/ip': '10.1.1.10' },
    other: { 'feature-suspend': '1', 'feature-poweroff': '1', 'feature-balloon': '1' },
    last_updated: new Date(world.machine(master).lastHeartbeat),
    live: vm.power === 'Running',
    can_use_hotplug_vbd: 'yes',
    can_use_hotplug_vif: 'yes',
  };
}

export function vbdsOf(vm: SimVm): SimVbd[] {
  const disks = vm.disks.map((disk, i): SimVbd => ({
    uuid: uuidOf('vbd', vm.uuid, String(i)),
    vm,
    type: 'Disk',
    vdi: disk.vdi,
    position: i,
  }));
  // CloudStack gives every VM a drive at position 3 (its ISO slot).
  const drive: SimVbd = {
    uuid: vm.cd?.vbd ?? uuidOf('vbd-cd', vm.uuid),
    vm,
    type: 'CD',
    ...(vm.cd && { vdi: isoUuid(vm.cd.sr, vm.cd.name) }),
    position: 3,
  };
  return [...disks, drive];
}

export const vbdRecord = (vbd: SimVbd): XapiRecord => ({
  VM: refOf(vbd.vm.uuid),
  VDI: vbd.vdi === undefined ? NULL_REF : refOf(vbd.vdi),
  device: vbd.vm.power === 'Running' ? `xvd${'abcdefgh'[vbd.position] ?? 'z'}` : '',
  userdevice: String(vbd.position),
  bootable: vbd.position === 0,
  mode: vbd.type === 'CD' ? 'RO' : 'RW',
  type: vbd.type,
  empty: vbd.vdi === undefined,
  currently_attached: vbd.vm.power === 'Running',
  allowed_operations: vbd.type === 'CD' ? (vbd.vdi === undefined ? ['insert'] : ['eject']) : ['attach'],
});

export const vifsOf = (vm: SimVm): SimVif[] =>
  vm.networks.map((network, i) => ({ uuid: uuidOf('vif', vm.uuid, String(i)), vm, network, position: i }));

export const vifRecord = (vif: SimVif): XapiRecord => ({
  VM: refOf(vif.vm.uuid),
  network: refOf(vif.vm.pool.networks.find((network) => network.name === vif.network)?.uuid ?? ''),
  device: String(vif.position),
  MTU: '1500',
  currently_attached: vif.vm.power === 'Running',
  locking_mode: 'network_default',
  ipv4_configuration_mode: 'None',
  ipv6_configuration_mode: 'None',
});
