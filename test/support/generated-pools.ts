/**
 * Pools as planning.md §3 describes them, from a seed: identical hosts, mixed hosts, and mixed hosts with policy. Memory
 * used is given as a share of what VMs may use once every host keeps its reserve, so 0.9 is tight and 1 is full.
 */
import type { HostSnapshot, Snapshot, VmSnapshot } from '../../src/domain/pool';
import { chanceOf, type Chance } from './random';
import { GIB, healthyPool, hostOf, localSr, NFS, vmOf } from './snapshots';

export type Profile = 'identical' | 'mixed' | 'constrained';
export const PROFILES: readonly Profile[] = ['identical', 'mixed', 'constrained'];

export interface PoolWish {
  readonly profile: Profile;
  readonly hosts: number;
  /** Share of the memory that VMs may use, 0 to 1. */
  readonly used: number;
  readonly seed: number;
}

/** What every host keeps free, as `simpleRules` has it. */
const RESERVE = 0.05;
/** Xen and the control domain, MiB. */
const DOM0_MIB = 4 * GIB;
/** Host sizes and service offerings of planning.md §3, GiB. */
const SIZES = [256, 384, 512, 768] as const;
const OFFERINGS = [0.5, 1, 2, 4, 8, 16, 32, 64, 128] as const;

/** An SR that two hosts of five see, and a network that is wired to one host of eight: tags and dedication, as XAPI sees them. */
const TAGGED = { uuid: 'sr-tagged', name: 'tagged', type: 'lvmoiscsi', shared: true };
const DEDICATED = 'dedicated';

export function generatedPool({ profile, hosts: count, used, seed }: PoolWish): Snapshot {
  const chance = chanceOf(seed * 7919 + count * 31 + Math.round(used * 1000) + profile.length);
  const sizes = profile === 'identical' ? [512] : chance.shuffled(SIZES).slice(0, chance.whole(2, 3));
  const hosts = Array.from({ length: count }, (_, at) =>
    hostFor(at, count, profile, chance.oneOf(sizes) * GIB),
  );
  const usable = hosts.map((host) => host.memoryMib.total - DOM0_MIB - reserveOf(host));
  const goal = usable.reduce((sum, mib) => sum + mib, 0) * used;
  const room = [...usable];
  const vms: VmSnapshot[] = [];
  let placed = 0;
  // a pool that is nearly full refuses big ones: forty in a row and it is as full as it gets
  for (let misses = 0; placed < goal && misses < 40;) {
    const mib = sizeFor(chance);
    const vm = vmFor(vms.length, mib, profile, hosts, chance);
    const fitting = hosts.filter((host, at) => room[at]! >= mib && sees(host, vm, hosts));
    if (placed + mib > goal + GIB || fitting.length === 0) {
      misses += 1;
      continue;
    }
    const on = chance.oneOf(fitting);
    room[hosts.indexOf(on)]! -= mib;
    placed += mib;
    vms.push(running(vm, on));
  }
  if (profile === 'constrained') vms.push(...routerPairs(hosts, room, chance));
  return {
    ...healthyPool({ hosts: [], vms: [] }),
    master: hosts[0]!.name,
    hosts: hosts.map((host) => ({
      ...host,
      memoryMib: { total: host.memoryMib.total, free: freeOn(host, vms) },
    })),
    vms,
    srs: [NFS, TAGGED, ...hosts.map((host) => localSr(host.name))],
  };
}

const reserveOf = (host: HostSnapshot): number => Math.ceil(host.memoryMib.total * RESERVE);
const freeOn = (host: HostSnapshot, vms: readonly VmSnapshot[]): number =>
  vms.filter((vm) => vm.on === host.name).reduce((left, vm) => left - vm.memoryMib, host.memoryMib.total) -
  DOM0_MIB;

function hostFor(at: number, count: number, profile: Profile, total: number): HostSnapshot {
  const plain = hostOf(`host-${at + 1}`, { memoryMib: { total, free: 0 } });
  if (profile !== 'constrained') return plain;
  return {
    ...plain,
    pbds: [...plain.pbds, ...(at % 5 < 2 ? [{ sr: TAGGED.uuid, attached: true }] : [])],
    pifs: [
      ...plain.pifs,
      // at least two, else its VMs could not leave
      ...(at % 8 === 3 || (count <= 8 && at === 5)
        ? [{ device: 'eth2', network: DEDICATED, attached: true, management: false }]
        : []),
    ],
  };
}

/** Lognormal, median 4 GiB, snapped to an offering. */
function sizeFor(chance: Chance): number {
  const gib = 4 * Math.exp(chance.normal());
  const offering = OFFERINGS.find((one) => one >= gib) ?? OFFERINGS.at(-1)!;
  return offering * GIB;
}

/** Twelve in a hundred need the tagged SR, three the dedicated network, three have no tools, one a local disk. */
function vmFor(
  at: number,
  memoryMib: number,
  profile: Profile,
  hosts: readonly HostSnapshot[],
  chance: Chance,
): VmSnapshot {
  const plain = vmOf(`i-2-${at + 10}-VM`, '', { memoryMib, vcpus: 1 });
  if (profile !== 'constrained') return plain;
  const dice = chance.whole(0, 99);
  if (dice < 12) return { ...plain, disks: [TAGGED.uuid] };
  if (dice < 15) return { ...plain, networks: [DEDICATED] };
  if (dice < 18) return { ...plain, tools: false };
  if (dice < 19) return { ...plain, disks: [localSr(chance.oneOf(hosts).name).uuid] };
  return plain;
}

const sees = (host: HostSnapshot, vm: VmSnapshot, hosts: readonly HostSnapshot[]): boolean =>
  vm.disks.every((sr) => host.pbds.some((pbd) => pbd.sr === sr)) &&
  vm.networks.every(
    (network) =>
      host.pifs.some((pif) => pif.network === network) ||
      !hosts.some((one) => one.pifs.some((pif) => pif.network === network)),
  );

const running = (vm: VmSnapshot, on: HostSnapshot): VmSnapshot => ({
  ...vm,
  on: on.name,
  ...(vm.cloudstack && { cloudstack: { ...vm.cloudstack, on: on.name } }),
});

/** One redundant pair for every two hosts, its halves apart. */
function routerPairs(hosts: readonly HostSnapshot[], room: number[], chance: Chance): readonly VmSnapshot[] {
  return Array.from({ length: Math.floor(hosts.length / 2) }, (_, pair) => {
    const homes = chance.shuffled(hosts.filter((_host, at) => room[at]! >= 512)).slice(0, 2);
    return homes.map((home, half) => {
      room[hosts.indexOf(home)]! -= 512;
      return vmOf(`r-${pair * 2 + half + 1}-VM`, home.name, {
        kind: 'router',
        memoryMib: 512,
        vcpus: 1,
        cloudstack: { redundantGroup: `net-${pair}` },
      });
    });
  }).flat();
}
