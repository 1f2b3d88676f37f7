/** VMs as XAPI shows them, in our words; templates, snapshots and control domains left out (xapi §6.1, §6.5). */
import type { PowerState } from '../../domain/pool';
import { Malformed, Refused } from '../../domain/errors';
import type { XenVmSeen } from '../../ports';
import { namesOfNetworks, type Look } from './read-hosts';
import { textFrom, type XapiObject } from './record';
import { assertListed, mibUp, NULL_REF, type Table } from './tables';
import { hasTools, vmTraits } from './traits';

interface VmTables {
  readonly guestMetrics: Table;
  readonly vbds: Table;
  readonly vdis: Table;
  readonly vifs: Table;
  readonly srs: Table;
  readonly hosts: Table;
  readonly networks: ReadonlyMap<string, string>;
  readonly pcis: Table;
  readonly pool: XapiObject | undefined;
  /** Of VMs and of disks: reference → when the newest snapshot of it was taken, epoch milliseconds. */
  readonly snapshots: ReadonlyMap<string, number>;
}

export async function readVms(look: Look): Promise<readonly XenVmSeen[]> {
  const { session, directory } = look;
  const table = (cls: string): Promise<Table> => directory.table(session, cls);
  const [vms, guestMetrics, vbds, vdis, vifs, srs, hosts, networks, pools] = await Promise.all([
    directory.learnVms(session),
    table('VM_guest_metrics'),
    table('VBD'),
    table('VDI'),
    table('VIF'),
    table('SR'),
    table('host'),
    table('network'),
    table('pool'),
  ]);
  const [pool] = pools.values();
  const real = [...vms.values()].filter(isReal);
  const listed = (cls: string, rows: Table, refs: readonly string[]): void =>
    assertListed(look.source, cls, rows, refs);
  listed(
    'VBD',
    vbds,
    real.flatMap((vm) => vm.set('VBDs')),
  );
  listed(
    'VIF',
    vifs,
    real.flatMap((vm) => vm.set('VIFs')),
  );
  listed(
    'VDI',
    vdis,
    [...vbds.values()].map((vbd) => vbd.text('VDI')),
  );
  listed(
    'SR',
    srs,
    [...vdis.values()].map((vdi) => vdi.text('SR')),
  );
  listed(
    'network',
    networks,
    [...vifs.values()].map((vif) => vif.text('network')),
  );
  const needsPcis = real.some((vm) => vm.has('attached_PCIs') && vm.set('attached_PCIs').length > 0);
  const pcis: Table = needsPcis ? await table('PCI') : new Map();
  const tables = {
    guestMetrics,
    vbds,
    vdis,
    vifs,
    srs,
    hosts,
    networks: namesOfNetworks(networks),
    pcis,
    pool,
    snapshots: newestSnapshots([...vms.values(), ...vdis.values()]),
  };
  return real.map((vm) => vmSeen(vm, tables, look.source));
}

const isReal = (vm: XapiObject): boolean =>
  !vm.flag('is_a_template') && !vm.flag('is_control_domain') && !vm.flag('is_a_snapshot');

/** Volume snapshots of CloudStack are snapshots of a disk, snapshots with memory are of the VM (xapi §6.1, §6.5). */
function newestSnapshots(records: readonly XapiObject[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const record of records) {
    if (!record.flag('is_a_snapshot')) continue;
    const of = record.text('snapshot_of');
    newest.set(of, Math.max(newest.get(of) ?? 0, record.time('snapshot_time')));
  }
  return newest;
}

function vmSeen(vm: XapiObject, tables: VmTables, source: string): XenVmSeen {
  const host = tables.hosts.get(vm.text('resident_on'));
  const metrics = tables.guestMetrics.get(vm.text('guest_metrics'));
  const vbds = vm.set('VBDs').flatMap((ref) => tables.vbds.get(ref) ?? []);
  const cd = vbds.map((vbd) => mediumIn(vbd, tables)).find((medium) => medium !== undefined);
  const disks = vbds
    .filter((vbd) => vbd.text('type') === 'Disk')
    .flatMap((vbd) => tables.vdis.get(vbd.text('VDI')) ?? [])
    .flatMap((vdi) => tables.srs.get(vdi.text('SR')) ?? [])
    .map((sr) => sr.text('uuid'));
  const snapshotAt = Math.max(
    ...[vm.ref, ...vbds.map((vbd) => vbd.text('VDI'))].map((ref) => tables.snapshots.get(ref) ?? 0),
  );
  return {
    uuid: vm.text('uuid'),
    name: vm.text('name_label'),
    power: powerOf(vm.text('power_state'), source),
    ...(host && { on: host.text('uuid') }),
    memoryMib: mibUp(vm.integer('memory_dynamic_min') + vm.integer('memory_overhead')),
    vcpus: vm.integer('VCPUs_max'),
    tools: hasTools(metrics),
    ...(cd && { cd }),
    disks: [...new Set(disks)],
    networks: vm.set('VIFs').flatMap((ref) => {
      const vif = tables.vifs.get(ref);
      return vif ? [tables.networks.get(vif.text('network')) ?? ''] : [];
    }),
    devices: devicesOf(vm, tables.pcis),
    traits: {
      ...vmTraits(vm, tables.hosts, metrics, tables.pool),
      ...(snapshotAt > 0 && { snapshotAt: new Date(snapshotAt).toISOString() }),
    },
  };
}

function powerOf(word: string, source: string): PowerState {
  if (word === 'Running' || word === 'Halted' || word === 'Suspended' || word === 'Paused') return word;
  throw new Malformed(source, 'a VM is in no power state that is known here');
}

/** The tools ISO is on every host and does not count (xapi §6.5). */
function mediumIn(vbd: XapiObject, { vdis, srs }: VmTables): XenVmSeen['cd'] {
  if (vbd.text('type') !== 'CD' || vbd.flag('empty') || vbd.text('VDI') === NULL_REF) return undefined;
  const vdi = vdis.get(vbd.text('VDI'));
  const sr = vdi && srs.get(vdi.text('SR'));
  if (!vdi || !sr || isToolsSr(sr)) return undefined;
  return { vbd: vbd.text('uuid'), sr: sr.text('uuid'), name: vdi.text('name_label') };
}

function isToolsSr(sr: XapiObject): boolean {
  const other = sr.map('other_config');
  return (
    (sr.has('is_tools_sr') && sr.flag('is_tools_sr')) ||
    'xenserver_tools_sr' in other ||
    'xensource_internal' in other
  );
}

/** What nails a VM to its host; before 7.3 USB and SR-IOV are PCI devices passed through (xapi §6.1). */
function devicesOf(vm: XapiObject, pcis: Table): readonly string[] {
  const devices: string[] = (vm.has('attached_PCIs') ? vm.set('attached_PCIs') : []).map((ref) => {
    const kind = pcis.get(ref)?.text('class_name') ?? '';
    if (/usb/i.test(kind)) return 'usb';
    return /virtual function/i.test(kind) ? 'sriov' : 'pci';
  });
  if (devices.length === 0 && vm.map('other_config')['pci'] !== undefined) devices.push('pci');
  if (vm.has('VGPUs')) devices.push(...vm.set('VGPUs').map(() => 'vgpu'));
  if (vm.has('VUSBs')) devices.push(...vm.set('VUSBs').map(() => 'usb'));
  return devices;
}

/** VM name to XAPI's code and parameters, names for references. */
export async function readBlockers(
  look: Look,
  hostRef: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { session, directory, source } = look;
  const answer = await session.read(
    'host.get_vms_which_prevent_evacuation',
    [hostRef],
    'ask what cannot be evacuated',
  );
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    throw new Malformed(source, 'a map of VMs was expected');
  const blockers: Record<string, readonly string[]> = {};
  for (const [ref, error] of Object.entries(answer)) {
    const name = directory.nameOf(ref) ?? (await nameOfVm(look, ref));
    const words = Array.isArray(error)
      ? error.filter((word): word is string => typeof word === 'string')
      : [];
    blockers[name] = words.map(
      (word) => directory.nameOf(word) ?? word.replace(/OpaqueRef:\S+/g, 'an object'),
    );
  }
  return blockers;
}

async function nameOfVm({ session, source }: Look, ref: string): Promise<string> {
  try {
    return textFrom(await session.read('VM.get_name_label', [ref]), source);
  } catch (error) {
    // Gone between two calls: it prevents nothing any more, but it was said.
    if (error instanceof Refused) return 'a VM that is gone';
    throw error;
  }
}
