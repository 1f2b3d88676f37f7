/** What XAPI can see of the never list: each breach is reported when it is asked for, carried out or not. */
import { compareVersions } from '../../domain/version';
import { isLocal } from '../boot';
import { isMixed, residentsOf, type SimHost, type SimPool, type SimVm } from '../model';
import type { RuleId } from '../rules';
import { isMasterHost, masterOf, type XapiWorld } from './world';

const isManaged = (pool: SimPool): boolean => pool.cluster.managedState === 'Managed';
const inMaintenance = (host: SimHost): boolean => host.cs.resourceState === 'Maintenance';

function hostOffence(world: XapiWorld, rule: RuleId, host: SimHost, by: string, detail: string): void {
  world.cloud.offend(rule, { pool: host.pool.name, host: host.name, by, detail });
}

export function seeDisable(world: XapiWorld, host: SimHost, by: string, what: string): void {
  if (!isManaged(host.pool)) return;
  if (!inMaintenance(host))
    hostOffence(
      world,
      'disable-outside-maintenance',
      host,
      by,
      `${what} while CloudStack says ${host.cs.resourceState}`,
    );
  if (isMasterHost(host) && what === 'host.disable')
    hostOffence(
      world,
      'master-disabled-while-managed',
      host,
      by,
      `${what} of the master while the cluster is Managed`,
    );
}

/** Reboot, shutdown, toolstack restart, patch: everything that takes a host's xapi or VMs away. */
export function seeOutage(
  world: XapiWorld,
  host: SimHost,
  by: string,
  what: 'host.reboot' | 'host.shutdown' | 'host.restart_agent' | 'boot-iso' | 'power-off',
  version?: string,
): void {
  const { pool } = host;
  if (isManaged(pool) && !inMaintenance(host))
    hostOffence(
      world,
      'reboot-outside-maintenance',
      host,
      by,
      `${what} while CloudStack says ${host.cs.resourceState}`,
    );
  if (isManaged(pool) && isMasterHost(host))
    hostOffence(
      world,
      'master-rebooted-while-managed',
      host,
      by,
      `${what} of the master while the cluster is Managed`,
    );
  if (host.enabled) hostOffence(world, 'reboot-while-enabled', host, by, `${what} while enabled in XAPI`);
  const residents = residentsOf(host);
  if (residents.length > 0)
    hostOffence(
      world,
      'reboot-with-residents',
      host,
      by,
      `${what} with ${residents.map((vm) => vm.name).join(', ')}`,
    );
  if (what === 'host.restart_agent') return;
  const { safe2upgrade, disk } = host.dom0;
  const meant = world.cloud.hidden[pool.name]?.mayRepartition?.includes(host.name) && !holdsDisks(host);
  if (!meant && what === 'host.reboot' && host.prepared && safe2upgrade && disk.layout === 'old')
    hostOffence(world, 'repartitioned', host, by, `${what} into an installer that partitions the disk anew`);
  seeUpgradeOrder(world, host, by, what, version ?? host.nextVersion);
}

/** A hotfix or update is put onto a host: what counts for a reboot counts for this. */
export function seePatch(world: XapiWorld, host: SimHost, by: string, what: string): void {
  const managed = isManaged(host.pool);
  const state = host.cs.resourceState;
  if (managed && !inMaintenance(host))
    hostOffence(world, 'reboot-outside-maintenance', host, by, `${what} while CloudStack says ${state}`);
  if (managed && isMasterHost(host))
    hostOffence(
      world,
      'master-rebooted-while-managed',
      host,
      by,
      `${what} on the master while the cluster is Managed`,
    );
  const residents = residentsOf(host).map((vm) => vm.name);
  if (host.enabled) hostOffence(world, 'patched-in-service', host, by, `${what} while enabled in XAPI`);
  if (residents.length > 0)
    hostOffence(world, 'patched-in-service', host, by, `${what} with ${residents.join(', ')}`);
}

/** A disk of a VM is on storage of this host alone. */
const holdsDisks = (host: SimHost): boolean =>
  host.pool.vms.some((vm) =>
    vm.disks.some(({ sr }) => isLocal(host, sr) && host.pbds.some((pbd) => pbd.sr === sr)),
  );

function seeUpgradeOrder(
  world: XapiWorld,
  host: SimHost,
  by: string,
  what: string,
  next: string | undefined,
): void {
  const { cameBackOn } = host;
  if (cameBackOn !== undefined && (next === undefined || compareVersions(next, cameBackOn) <= 0))
    hostOffence(
      world,
      'rebooted-twice',
      host,
      by,
      `${what} after ${host.name} had come back on ${cameBackOn}`,
    );
  const master = masterOf(host.pool);
  if (next !== undefined && host !== master && compareVersions(next, master.version) > 0)
    hostOffence(
      world,
      'member-before-master',
      host,
      by,
      `${what} into ${next} while the master runs ${master.version}`,
    );
}

export function seeRoleChange(world: XapiWorld, to: SimHost, by: string, what: string): void {
  hostOffence(world, 'master-role-changed', to, by, `${what} to ${to.name}`);
}

export function seeMigration(world: XapiWorld, vm: SimVm, by: string, what: string): void {
  if (vm.cs && isManaged(vm.pool))
    world.cloud.offend('xapi-migration-while-managed', {
      ...whereOf(vm),
      by,
      detail: `${what} of ${vm.name}`,
    });
}

export function seePower(world: XapiWorld, vm: SimVm, by: string, what: string): void {
  if (vm.cs)
    world.cloud.offend('xapi-power-of-cloudstack-vm', {
      ...whereOf(vm),
      by,
      detail: `${what} of ${vm.name}`,
    });
}

const whereOf = (vm: SimVm): { pool: string; host?: string; vm: string } => ({
  pool: vm.pool.name,
  ...(vm.on !== undefined && { host: vm.on }),
  vm: vm.name,
});

export function seeDump(world: XapiWorld, pool: SimPool, by: string): void {
  if (isMixed(pool))
    world.cloud.offend('dump-in-mixed-pool', {
      pool: pool.name,
      by,
      detail: 'GET /pool/xmldbdump while versions differ',
    });
}

export function seeFlagWrite(world: XapiWorld, pool: SimPool, by: string, what: string): void {
  world.cloud.offend('rolling-flag-written', {
    pool: pool.name,
    by,
    detail: `${what} rolling_upgrade_in_progress`,
  });
}

/** One VM on two hosts: started although it still runs where the pool lost sight of it. */
export function seeStartedTwice(world: XapiWorld, vm: SimVm, on: SimHost, by: string): void {
  world.cloud.offend('started-twice', {
    ...whereOf(vm),
    by,
    detail: `${vm.name} started on ${on.name} while it runs on ${vm.on ?? 'another host'}`,
  });
}

/** A lost answer was followed by no look: remember it, so that the same call again is a breach. */
export function rememberDoubt(world: XapiWorld, by: string, call: string, on: string): void {
  const doubts = world.doubts.get(by) ?? new Set();
  doubts.add(`${call} ${on}`);
  world.doubts.set(by, doubts);
}

/** Any read ends this client's doubts. */
export const sawState = (world: XapiWorld, by: string): void => void world.doubts.delete(by);

export function seeRepetition(world: XapiWorld, pool: SimPool, by: string, call: string, on: string): void {
  if (world.doubts.get(by)?.has(`${call} ${on}`))
    world.cloud.offend('repeated-blindly', {
      pool: pool.name,
      by,
      detail: `${call} on ${on} again without looking`,
    });
}
