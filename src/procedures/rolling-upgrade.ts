/** docs/runbooks/rolling-upgrade.md: same order, same words. Sources: seeds 000 and 001; cs §9.5, with what differs by era from domain/version-eras. */
import { masterFirst, isMaster, type HostSnapshot } from '../domain/pool';
import { approveHost } from '../steps/approve-host';
import { approveRepartition } from '../steps/approve-repartition';
import { approveRun } from '../steps/approve-run';
import { awaitHost } from '../steps/await-host';
import { awaitMembers } from '../steps/await-members';
import { clearVmopsTag } from '../steps/clear-vmops-tag';
import { compareCustomisations } from '../steps/compare-customisations';
import { compareInventory } from '../steps/compare-inventory';
import { confirmApproval } from '../steps/confirm-approval';
import { disableClusterAllocation } from '../steps/disable-cluster-allocation';
import { disableHa } from '../steps/disable-ha';
import { disableHost } from '../steps/disable-host';
import { disableHostAllocation } from '../steps/disable-host-allocation';
import { drainHost } from '../steps/drain-host';
import { ejectCds } from '../steps/eject-cds';
import { enableClusterAllocation } from '../steps/enable-cluster-allocation';
import { enableHost } from '../steps/enable-host';
import { enableHostAllocation } from '../steps/enable-host-allocation';
import { enterMaintenance } from '../steps/enter-maintenance';
import { expectOneVersion } from '../steps/expect-one-version';
import { listGuestTools } from '../steps/list-guest-tools';
import { manageCluster } from '../steps/manage-cluster';
import { pauseWlb } from '../steps/pause-wlb';
import { plugStorage } from '../steps/plug-storage';
import { proveUpgrade } from '../steps/prove-upgrade';
import { recheckHost } from '../steps/recheck-host';
import { recordInventory } from '../steps/record-inventory';
import { restoreHa } from '../steps/restore-ha';
import { resumeWlb } from '../steps/resume-wlb';
import { settleAccount } from '../steps/settle-account';
import { smokeTestHost } from '../steps/smoke-test-host';
import { startVms } from '../steps/start-vms';
import { stopVms } from '../steps/stop-vms';
import { syncDatabase } from '../steps/sync-database';
import { dumpDatabase } from '../steps/dump-database';
import { takeBackInstaller } from '../steps/take-back-installer';
import { trustHost } from '../steps/trust-host';
import { unmanageCluster } from '../steps/unmanage-cluster';
import {
  carriesInstaller,
  installsWith,
  intoInstaller,
  unseen,
  mayLose,
  mayRepartition,
} from './into-installer';
import { filesRemoved } from './files-removed';
import { licenceAgain, licenceFirst } from './licence';
import { remediesGivenBack, remedyLines } from './remedies';
import { openForVms } from './open-for-vms';
import { runFacts } from './run-facts';
import { block, defineProcedure, hostSection, poolSection, when, type ProcedureInput } from './procedure';
import {
  addedTo,
  alreadyThere,
  argsOf,
  bridgeOf,
  binFor,
  clusterOf,
  haBefore,
  inPlannedOrder,
  isOwed,
  nextOnto,
  skipsMaintenance,
  sourcesOf,
  storageOf,
  wasHaOn,
  wasWlbOn,
} from './what-is';
import { backUpCloudStack, testNewVms } from './with-or-without';

export const rollingUpgrade = defineProcedure({
  name: 'rolling-upgrade',
  summary: 'Upgrade every host of a pool that CloudStack manages, the master first.',
  sections: (input) => {
    const { snapshot: pool, target, owed } = input;
    const left = inPlannedOrder(input).filter((host) => !alreadyThere(host, target));
    const half = left.length < pool.hosts.length;
    const cluster = clusterOf(input);

    return [
      poolSection(
        'Before the first host',
        approveRun({ pool: pool.name, from: sourcesOf(pool), to: target, facts: runFacts(input, left) }),
        licenceFirst(input, left),
        remedyLines(input),
        when(pool.ha.on, disableHa({ pool: pool.name })),
        when(pool.wlb.on, pauseWlb({ pool: pool.name })),
        when(!input.verifiedBackup, backUpCloudStack(input)),
        ejectCds({ pool: pool.name }),
        syncDatabase({ pool: pool.name }),
        when(!half, dumpDatabase({ pool: pool.name, path: input.dumpPath })),
        recordInventory({ pool: pool.name }),
        when(input.disableClusterAllocation, disableClusterAllocation(cluster)),
      ),

      ...masterFirst(pool)
        .filter((host) => alreadyThere(host, target) && isOwed(owed, host))
        .map((host) =>
          hostSection(`${host.name}, already on ${target}`, host.name, ...backToWork(input, host)),
        ),

      ...left.map((host) => hostSection(host.name, host.name, ...oneHost(input, host))),

      poolSection(
        'After the last host',
        expectOneVersion({ pool: pool.name, to: target }),
        when(
          input.disableClusterAllocation || isOwed(owed, cluster.cluster),
          enableClusterAllocation(cluster),
        ),
        startVms({ vms: [], last: true, label: 'that are still held' }),
        testNewVms(input),
        listGuestTools({ pool: pool.name }),
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
  const { snapshot: pool, target, placement } = input;
  const args = argsOf(pool, host);
  const { cluster } = clusterOf(input);
  const stops = placement.hosts.find((one) => one.host === host.name)?.stops ?? [];
  const stopped = stops.map((stop) => stop.vm);
  const master = isMaster(pool, host);
  const withoutMaintenance = skipsMaintenance(input, host);
  const recorded = addedTo(host);

  return [
    recheckHost({ ...args, from: host.version }),
    licenceAgain(input, host),
    approveHost(args),
    when(mayRepartition(input, host), approveRepartition(args)),
    confirmApproval({ ...args, from: host.version }),
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
      intoInstaller(input, host),
      awaitHost({ ...args, ...installsWith(input, host) }),
      trustHost(args),
      proveUpgrade({ ...args, from: host.version, to: target, ...installsWith(input, host) }),
      when(carriesInstaller(input, host), takeBackInstaller({ ...args, ...unseen(input, host) })),
      when(master, awaitMembers(args)),
      plugStorage({ ...args, ...storageOf(pool, host, mayLose(input, host)) }),
      enableHost(args),
      clearVmopsTag({ ...args, ...binFor(input) }),
      when(master, manageCluster({ cluster, master: host.name, masterUuid: host.uuid })),
      compareInventory({ ...args, ...bridgeOf(host) }),
      recorded !== undefined && compareCustomisations({ ...args, recorded }),
      openForVms(input, host),
    ),
    when(
      stops.length > 0,
      startVms({ vms: stopped, prefer: host.name, last: false, label: `now that ${host.name} is back` }),
    ),
    smokeTestHost({ ...args, vms: nextOnto(input, host) }),
  ];
}

/** A host that an earlier run has upgraded and not yet given back. */
function backToWork(input: ProcedureInput, host: HostSnapshot) {
  const { snapshot: pool } = input;
  const args = argsOf(pool, host);
  const { cluster } = clusterOf(input);
  return [
    recheckHost(args),
    approveHost(args),
    block(
      `maintenance of ${host.name}`,
      trustHost(args),
      when(carriesInstaller(input, host), takeBackInstaller({ ...args, ...unseen(input, host) })),
      when(isMaster(pool, host), awaitMembers(args)),
      plugStorage({ ...args, ...storageOf(pool, host) }),
      enableHost(args),
      clearVmopsTag({ ...args, ...binFor(input) }),
      when(isMaster(pool, host), manageCluster({ cluster, master: host.name, masterUuid: host.uuid })),
      compareInventory(args),
      openForVms(input, host),
    ),
  ];
}
