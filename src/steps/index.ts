/** The table of contents: every step, by kind. A test compares it with the folder. */
import { acceptLicence } from './accept-licence';
import { addGuestOsNames } from './add-guest-os-names';
import { allowOperations } from './allow-operations';
import { applyHotfixes } from './apply-hotfixes';
import { approveHost } from './approve-host';
import { approveHotfixes } from './approve-hotfixes';
import { approveReboots } from './approve-reboots';
import { approveRepartition } from './approve-repartition';
import { approveRun } from './approve-run';
import { attachStorage } from './attach-storage';
import { awaitHost } from './await-host';
import { awaitMembers } from './await-members';
import { awaitUp } from './await-up';
import { backUpDatabases } from './back-up-databases';
import { blockOperations } from './block-operations';
import { byHand } from './by-hand';
import { byHandSeen } from './by-hand-seen';
import { changeSetting } from './change-setting';
import { cleanHotfixes } from './clean-hotfixes';
import { clearVmopsTag } from './clear-vmops-tag';
import { compareCustomisations } from './compare-customisations';
import { compareInventory } from './compare-inventory';
import { confirmApproval } from './confirm-approval';
import { createTestNetwork } from './create-test-network';
import { createTestVm } from './create-test-vm';
import { destroyMessages } from './destroy-messages';
import { disableClusterAllocation } from './disable-cluster-allocation';
import { disableHa } from './disable-ha';
import { disableHost } from './disable-host';
import { disableHostAllocation } from './disable-host-allocation';
import { drainHost } from './drain-host';
import { dumpDatabase } from './dump-database';
import { ejectCds } from './eject-cds';
import { enableClusterAllocation } from './enable-cluster-allocation';
import { enableHost } from './enable-host';
import { enableHostAllocation } from './enable-host-allocation';
import { endMaintenanceMode } from './end-maintenance-mode';
import { enterMaintenance } from './enter-maintenance';
import { expectOneVersion } from './expect-one-version';
import { keepPartitions } from './keep-partitions';
import { leaveMaintenance } from './leave-maintenance';
import { listGuestTools } from './list-guest-tools';
import { manageCluster } from './manage-cluster';
import { moveBack } from './move-back';
import { pauseWlb } from './pause-wlb';
import { plugStorage } from './plug-storage';
import { precheckHotfixes } from './precheck-hotfixes';
import { prepareInstaller } from './prepare-installer';
import { proveHotfixes } from './prove-hotfixes';
import { proveReboot } from './prove-reboot';
import { proveUpgrade } from './prove-upgrade';
import { rebootAfterHotfixes } from './reboot-after-hotfixes';
import { rebootHost } from './reboot-host';
import { rebootIntoInstaller } from './reboot-into-installer';
import { recheckHost } from './recheck-host';
import { recordInventory } from './record-inventory';
import { removeTestNetwork } from './remove-test-network';
import { removeTestVm } from './remove-test-vm';
import { restartToolstack } from './restart-toolstack';
import { restoreAutoStart } from './restore-auto-start';
import { restoreHa } from './restore-ha';
import { restoreSettings } from './restore-settings';
import { resumeWlb } from './resume-wlb';
import { settleAccount } from './settle-account';
import { smokeTestHost } from './smoke-test-host';
import { stageHotfixes } from './stage-hotfixes';
import { startServices } from './start-services';
import { startVms } from './start-vms';
import type { AnyStep } from './step';
import { stopAutoStart } from './stop-auto-start';
import { stopServices } from './stop-services';
import { stopVms } from './stop-vms';
import { syncDatabase } from './sync-database';
import { synchroniseUpdates } from './synchronise-updates';
import { takeBackInstaller } from './take-back-installer';
import { trustHost } from './trust-host';
import { unmanageCluster } from './unmanage-cluster';
import { upgradeByHand } from './upgrade-by-hand';
import { verifyAgent } from './verify-agent';

const verbs = [
  addGuestOsNames,
  allowOperations,
  applyHotfixes,
  approveHost,
  approveHotfixes,
  approveReboots,
  approveRepartition,
  approveRun,
  acceptLicence,
  attachStorage,
  awaitHost,
  awaitMembers,
  awaitUp,
  backUpDatabases,
  blockOperations,
  byHand,
  byHandSeen,
  changeSetting,
  cleanHotfixes,
  clearVmopsTag,
  compareCustomisations,
  compareInventory,
  confirmApproval,
  createTestNetwork,
  createTestVm,
  destroyMessages,
  disableClusterAllocation,
  disableHa,
  disableHost,
  disableHostAllocation,
  drainHost,
  dumpDatabase,
  ejectCds,
  enableClusterAllocation,
  enableHost,
  enableHostAllocation,
  endMaintenanceMode,
  enterMaintenance,
  expectOneVersion,
  keepPartitions,
  leaveMaintenance,
  listGuestTools,
  manageCluster,
  moveBack,
  pauseWlb,
  plugStorage,
  precheckHotfixes,
  prepareInstaller,
  proveHotfixes,
  proveReboot,
  proveUpgrade,
  rebootAfterHotfixes,
  rebootHost,
  rebootIntoInstaller,
  recheckHost,
  recordInventory,
  removeTestNetwork,
  removeTestVm,
  restartToolstack,
  restoreAutoStart,
  restoreHa,
  restoreSettings,
  resumeWlb,
  settleAccount,
  smokeTestHost,
  stageHotfixes,
  startServices,
  startVms,
  stopAutoStart,
  stopServices,
  stopVms,
  syncDatabase,
  synchroniseUpdates,
  takeBackInstaller,
  trustHost,
  unmanageCluster,
  upgradeByHand,
  verifyAgent,
];

export const steps: ReadonlyMap<string, AnyStep> = new Map(verbs.map(({ step }) => [step.kind, step]));
