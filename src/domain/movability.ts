/** What keeps a VM where it is. Live migration needs tools, nothing passed through, and its SRs and networks at the other end. */
import { madeOnDemand } from './made-on-demand';
import type { Obligation } from './obligation';
import type { HostSnapshot, Snapshot, VmSnapshot } from './pool';
import { compareVersions } from './version';

export interface Nail {
  readonly by: 'no-tools' | 'device' | 'paused';
  /** Goes after the VM's name: "has no XenServer Tools …". */
  readonly cause: string;
  /** True when it can run on another host once it has been stopped. */
  readonly startsElsewhere: boolean;
}

/**
 * Why a VM cannot be moved anywhere while it runs, or undefined. An inserted CD is not a reason: CDs are ejected
 * before the first host. System VMs boot paravirtualised and move without tools (xapi §6.2; seed 002 excepts them).
 * `target`: the master judges by its own release, so the newer of the two versions speaks.
 */
export function nailOf(vm: VmSnapshot, version: string, target: string): Nail | undefined {
  if (vm.power === 'Paused')
    return {
      by: 'paused',
      cause: 'is paused, and a paused VM cannot be moved (xapi §6.2)',
      startsElsewhere: true,
    };
  if (vm.devices.length > 0)
    return {
      by: 'device',
      cause: `has ${vm.devices.join(', ')} of its host passed through`,
      startsElsewhere: false,
    };
  if (vm.kind === 'guest' && !vm.tools) {
    const judge = compareVersions(version, target) > 0 ? version : target;
    return { by: 'no-tools', cause: `has no tools; ${withoutTools(version, judge)}`, startsElsewhere: true };
  }
  return undefined;
}

/** pool_migrate of an HVM guest without PV drivers, by release (table of xapi §6.2). */
function withoutTools(version: string, judge: string): string {
  const code = refusalWithoutTools(version) ?? refusalWithoutTools(judge);
  const tries = refusalWithoutTools(version) === undefined;
  if (tries)
    return `${version} would try and may hang the guest${code === undefined ? '' : `, ${judge} refuses with ${code}`}`;
  return `${version} refuses to move it with ${code}`;
}

/** XAPI's code, or undefined where it tries (6.5). */
export function refusalWithoutTools(version: string): string | undefined {
  if (compareVersions(version, '6.5') < 0) return 'VM_MISSING_PV_DRIVERS';
  if (compareVersions(version, '7.0') < 0) return undefined;
  if (compareVersions(version, '7.1') < 0) return 'VM_LACKS_FEATURE_SUSPEND';
  return 'VM_LACKS_FEATURE';
}

/**
 * Names of the SRs and networks that a VM needs and a host cannot offer (VM_REQUIRES_SR, VM_REQUIRES_NETWORK), and of the
 * host tags that its offering asks for.
 */
export type Missing = (vm: VmSnapshot, host: string) => readonly string[];

/** Asked for every VM and host of a pool, so what depends on the pool alone is worked out once. */
export function missingIn(pool: Snapshot): Missing {
  const attached = new Map(
    pool.hosts.map((host) => [
      host.name,
      new Set(host.pbds.filter((pbd) => pbd.attached).map((pbd) => pbd.sr)),
    ]),
  );
  const wired = new Map(pool.hosts.map((host) => [host.name, new Set(host.pifs.map((pif) => pif.network))]));
  // a network without any PIF is internal: it can be made on every host
  const somewhere = new Set(pool.hosts.flatMap((host) => host.pifs.map((pif) => pif.network)));
  const canBeMade = madeOnDemand(pool);
  const tags = new Map(pool.hosts.map((host) => [host.name, new Set(host.cloudstack?.hostTags)]));
  return (vm, host) => {
    const srsOfHost = attached.get(host) ?? NONE;
    const networksOfHost = wired.get(host) ?? NONE;
    const lacksNetwork = (network: string): boolean =>
      somewhere.has(network) &&
      !networksOfHost.has(network) &&
      // CloudStack makes it before it moves or starts a VM of its own; what it does not know is moved by XAPI alone
      !(vm.cloudstack && canBeMade(network, host));
    const wanted = vm.cloudstack?.hostTags?.filter((tag) => !tags.get(host)?.has(tag)) ?? NOTHING;
    // nearly always: of a large pool a quarter of a million times
    if (wanted.length === 0 && vm.disks.every((sr) => srsOfHost.has(sr)) && !vm.networks.some(lacksNetwork))
      return NOTHING;
    const srs = vm.disks.filter((sr) => !srsOfHost.has(sr));
    const networks = vm.networks.filter(lacksNetwork);
    return [
      ...new Set([
        ...srs.map((sr) => `SR ${srName(pool, sr)}`),
        ...networks.map((network) => `network ${network}`),
        ...wanted.map((tag) => `host tag ${tag}`),
      ]),
    ];
  };
}

const NOTHING: readonly string[] = [];
const NONE: ReadonlySet<string> = new Set();

/** A host that may take VMs now: live and enabled in XAPI, Up and Enabled in CloudStack. */
const takesVmsNow = (host: HostSnapshot): boolean =>
  host.live && host.enabled && host.cloudstack?.state === 'Up' && host.cloudstack.resourceState === 'Enabled';

/**
 * Names of the hosts that take VMs when the first host's turn comes: those that do now, and those that an earlier run
 * has upgraded and owes back, because they are given back first. An Unmanaged cluster shows its hosts as not Up
 * (cs §8.6); where it is ours it is managed again by then.
 */
export function takers(pool: Snapshot, target: string, owed: readonly Obligation[]): ReadonlySet<string> {
  const unmanaged = owed.some((one) => one.what === 'cluster-unmanaged');
  const givenBack = (host: HostSnapshot): boolean =>
    host.live && compareVersions(host.version, target) >= 0 && owed.some((one) => one.on === host.name);
  const connectedAgain = (host: HostSnapshot): boolean =>
    unmanaged && host.live && host.enabled && host.cloudstack?.resourceState === 'Enabled';
  return new Set(
    pool.hosts
      .filter((host) => takesVmsNow(host) || givenBack(host) || connectedAgain(host))
      .map((host) => host.name),
  );
}

export const srName = (pool: Snapshot, uuid: string): string =>
  pool.srs.find((sr) => sr.uuid === uuid)?.name ?? uuid;
