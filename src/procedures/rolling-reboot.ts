/** docs/runbooks/rolling-reboot.md: same order, same words. The lines of a rolling upgrade around a reboot instead of an installer. */
import { hostNamed, isMaster, type HostSnapshot } from '../domain/pool';
import { approveHost } from '../steps/approve-host';
import { approveReboots } from '../steps/approve-reboots';
import { awaitMembers } from '../steps/await-members';
import { clearVmopsTag } from '../steps/clear-vmops-tag';
import { compareInventory } from '../steps/compare-inventory';
import { confirmApproval } from '../steps/confirm-approval';
import { disableHa } from '../steps/disable-ha';
import { disableHost } from '../steps/disable-host';
import { disableHostAllocation } from '../steps/disable-host-allocation';
import { drainHost } from '../steps/drain-host';
import { ejectCds } from '../steps/eject-cds';
import { enableHost } from '../steps/enable-host';
import { enableHostAllocation } from '../steps/enable-host-allocation';
import { enterMaintenance } from '../steps/enter-maintenance';
import { manageCluster } from '../steps/manage-cluster';
import { pauseWlb } from '../steps/pause-wlb';
import { plugStorage } from '../steps/plug-storage';
import { proveReboot } from '../steps/prove-reboot';
import { rebootHost } from '../steps/reboot-host';
import { recheckHost } from '../steps/recheck-host';
import { recordInventory } from '../steps/record-inventory';
import { restoreHa } from '../steps/restore-ha';
import { resumeWlb } from '../steps/resume-wlb';
import { settleAccount } from '../steps/settle-account';
import { smokeTestHost } from '../steps/smoke-test-host';
import { startVms } from '../steps/start-vms';
import { stopVms } from '../steps/stop-vms';
import { syncDatabase } from '../steps/sync-database';
import { takeBackInstaller } from '../steps/take-back-installer';
import { unmanageCluster } from '../steps/unmanage-cluster';
import { filesRemoved } from './files-removed';
import { openForVms } from './open-for-vms';
import { carriesInstaller, unseen } from './into-installer';
import { block, defineProcedure, hostSection, poolSection, when, type ProcedureInput } from './procedure';
import { remediesGivenBack, remedyLines } from './remedies';
import { rebootFacts } from './run-facts';
import {
  argsOf,
  binFor,
  clusterOf,
  haBefore,
  nextOnto,
  skipsMaintenance,
  storageOf,
  wasHaOn,
  wasWlbOn,
} from './what-is';

export const rollingReboot = defineProcedure({
  name: 'rolling-reboot',
  summary: 'Reboot hosts of a pool that CloudStack manages, one after the other, the master first.',
  aim: 'reboot',
  sections: (input) => {
    const { snapshot: pool, placement } = input;
    const hosts = placement.order.map((name) => hostNamed(pool, name));

    return [
      poolSection(
        'Before the first host',
        approveReboots({ pool: pool.name, facts: rebootFacts(input, hosts) }),
        remedyLines(input),
        when(pool.ha.on, disableHa({ pool: pool.name })),
        when(pool.wlb.on, pauseWlb({ pool: pool.name })),
        ejectCds({ pool: pool.name }),
        syncDatabase({ pool: pool.name }),
        recordInventory({ pool: pool.name }),
      ),

      ...hosts.map((host) => hostSection(host.name, host.name, ...oneHost(input, host))),

      poolSection(
        'After the last host',
        startVms({ vms: [], last: true, label: 'that are still held' }),
        filesRemoved(input),
        remediesGivenBack(input),
        when(wasWlbOn(input), resumeWlb({ pool: pool.name })),
        when(wasHaOn(input), restoreHa({ pool: pool.name, before: haBefore(input) })),
        settleAccount({ pool: pool.name }),
      ),
    ];
  },
});

/** One host. The master the same way, with its cluster Unmanaged while it is away. */
function oneHost(input: ProcedureInput, host: HostSnapshot) {
  const { snapshot: pool, placement } = input;
  const args = argsOf(pool, host);
  const { cluster } = clusterOf(input);
  const stops = placement.hosts.find((one) => one.host === host.name)?.stops ?? [];
  const stopped = stops.map((stop) => stop.vm);
  const master = isMaster(pool, host);
  const withoutMaintenance = skipsMaintenance(input, host);

  return [
    recheckHost({ ...args, from: host.version }),
    approveHost({ ...args, work: 'Reboot' }),
    confirmApproval({ ...args, from: host.version, work: 'Reboot' }),
    disableHostAllocation(args),
    drainHost({ ...args, stops: stopped, atOnce: input.migrationsPerHost }),
    when(
      stops.length > 0,
      stopVms({ ...args, vms: stops.map(({ vm, why, startOn }) => ({ vm, why, startOn })) }),
      startVms({ vms: stopped, notOn: host.name, last: false, label: 'elsewhere' }),
    ),
    block(
      `maintenance of ${host.name}`,
      when(!withoutMaintenance, enableHostAllocation(args), enterMaintenance(args)),
      when(master, unmanageCluster({ ...args, cluster, ...(withoutMaintenance && { withoutMaintenance }) })),
      disableHost(args),
      when(carriesInstaller(input, host), takeBackInstaller({ ...args, ...unseen(input, host) })),
      rebootHost(args),
      proveReboot({ ...args, version: host.version }),
      when(master, awaitMembers(args)),
      plugStorage({ ...args, ...storageOf(pool, host) }),
      enableHost(args),
      clearVmopsTag({ ...args, ...binFor(input) }),
      when(master, manageCluster({ cluster, master: host.name, masterUuid: host.uuid })),
      compareInventory(args),
      openForVms(input, host),
    ),
    when(
      stops.length > 0,
      startVms({ vms: stopped, prefer: host.name, last: false, label: `now that ${host.name} is back` }),
    ),
    smokeTestHost({ ...args, vms: nextOnto(input, host) }),
  ];
}
