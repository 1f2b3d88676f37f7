/** Pre-flight: the table of contents. Every check is looked at, so that all findings are seen at once. */
import type { Finding } from '../domain/finding';
import { ownerOf } from '../domain/owner-words';
import type { Snapshot } from '../domain/pool';
import type { Check, Extra } from './check';
import { anotherHost } from './another-host';
import { apiKey } from './api-key';
import { autoStart } from './auto-start';
import { backupRoom } from './backup-room';
import { blobs } from './blobs';
import { bootTimes } from './boot-times';
import { capabilityRows } from './capability-rows';
import { certificateKeys } from './certificate-keys';
import { cloudstackClock } from './cloudstack-clock';
import { cloudstackOpenWork } from './cloudstack-open-work';
import { cloudstackSettings } from './cloudstack-settings';
import { clustering } from './clustering';
import { cpuLevel } from './cpu-level';
import { customisations } from './customisations';
import { dellUtilityPartition } from './dell-utility-partition';
import { deprecatedStorage } from './deprecated-storage';
import { dom0Python } from './dom0-python';
import { dom0Space } from './dom0-space';
import { era } from './era';
import { featuresThatGo } from './features-that-go';
import { guestOsMappings } from './guest-os-mappings';
import { guestTools } from './guest-tools';
import { haAndWlb } from './ha-and-wlb';
import { haProtectedVms } from './ha-protected-vms';
import { haltedVmsOnLocalStorage } from './halted-vms-on-local-storage';
import { hardware } from './hardware';
import { hostClocks } from './host-clocks';
import { hostTags } from './host-tags';
import { hostsReady } from './hosts-ready';
import { hotfixFile } from './hotfix-file';
import { hotfixPrechecks } from './hotfix-prechecks';
import { hotfixesConflict } from './hotfixes-conflict';
import { hotfixesMissing } from './hotfixes-missing';
import { installerFiles } from './installer-files';
import { installerHotfix } from './installer-hotfix';
import { installerLicence } from './installer-licence';
import { installerMedia } from './installer-media';
import { installerMemory } from './installer-memory';
import { installerObjections } from './installer-objections';
import { installerPartitions } from './installer-partitions';
import { iscsiNames } from './iscsi-names';
import { licences } from './licences';
import { maintenanceMode } from './maintenance-mode';
import { managementInterface } from './management-interface';
import { managementServerClocks } from './management-server-clocks';
import { managementServers } from './management-servers';
import { messageCount } from './message-count';
import { patchMechanism } from './patch-mechanism';
import { paravirtualGuests } from './paravirtual-guests';
import { partitionLayout } from './partition-layout';
import { pendingReboots } from './pending-reboots';
import { roomForEachHost } from './room-for-each-host';
import { routerPairs } from './router-pairs';
import { safe2upgradeMark } from './safe2upgrade-mark';
import { sameCpus } from './same-cpus';
import { sameMachines } from './same-machines';
import { sameNetworks } from './same-networks';
import { smokeTest } from './smoke-test';
import { snapshotSchedules } from './snapshot-schedules';
import { sourcesConfigured } from './sources-configured';
import { sourcesRead } from './sources-read';
import { storageEverywhere } from './storage-everywhere';
import { storagePlugged } from './storage-plugged';
import { suspendedVms } from './suspended-vms';
import { systemDisk } from './system-disk';
import { targetNewer } from './target-newer';
import { timeSync } from './time-sync';
import { updateSync } from './update-sync';
import { usageJobs } from './usage-jobs';
import { vcpuTopology } from './vcpu-topology';
import { versionsAndHotfixes } from './versions-and-hotfixes';
import { vmBackups } from './vm-backups';
import { vmsBlocked } from './vms-blocked';
import { vmsBound } from './vms-bound';
import { vmsCanMove } from './vms-can-move';
import { waysIn } from './ways-in';
import { xapiWork } from './xapi-work';

export { SOURCES, type Check, type Extra } from './check';

export const checks: readonly Check[] = [
  sourcesRead,
  era,
  targetNewer,
  versionsAndHotfixes,
  hotfixesMissing,
  patchMechanism,
  hotfixesConflict,
  hotfixFile,
  hotfixPrechecks,
  sameMachines,
  anotherHost,
  hostsReady,
  waysIn,
  maintenanceMode,
  bootTimes,
  pendingReboots,
  updateSync,
  hostClocks,
  timeSync,
  certificateKeys,
  sameCpus,
  cpuLevel,
  licences,
  hardware,
  managementServers,
  managementServerClocks,
  backupRoom,
  apiKey,
  cloudstackClock,
  cloudstackSettings,
  capabilityRows,
  guestOsMappings,
  hostTags,
  cloudstackOpenWork,
  snapshotSchedules,
  usageJobs,
  xapiWork,
  storagePlugged,
  storageEverywhere,
  deprecatedStorage,
  clustering,
  iscsiNames,
  sameNetworks,
  featuresThatGo,
  vmsCanMove,
  vmsBlocked,
  vmsBound,
  autoStart,
  haProtectedVms,
  paravirtualGuests,
  vcpuTopology,
  guestTools,
  suspendedVms,
  haltedVmsOnLocalStorage,
  routerPairs,
  roomForEachHost,
  messageCount,
  blobs,
  systemDisk,
  partitionLayout,
  safe2upgradeMark,
  dellUtilityPartition,
  dom0Space,
  customisations,
  dom0Python,
  managementInterface,
  installerHotfix,
  installerMedia,
  installerFiles,
  installerLicence,
  installerObjections,
  installerPartitions,
  installerMemory,
  haAndWlb,
  vmBackups,
  sourcesConfigured,
  smokeTest,
];

/** Everything found, in the order of the checks. Pure: the same snapshot gives the same findings. */
export function findingsOf(pool: Snapshot, target: string, extra: Extra): readonly Finding[] {
  const vms = new Map(pool.vms.map((vm) => [vm.name, vm]));
  return checks.flatMap((check) =>
    check.look(pool, target, extra).map((finding) => {
      // whoever reads of a VM has to talk to its owner (R38)
      const vm = vms.get(finding.on);
      return vm ? { ...finding, evidence: [...finding.evidence, `owner: ${ownerOf(vm)}`] } : finding;
    }),
  );
}
