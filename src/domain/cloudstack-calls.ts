/** What this product asks of CloudStack: the calls its key must be allowed, and the settings that change behaviour (cs §3, §7.5). */
import { compareVersions } from './version';

/** First CloudStack with the call; '' for those that all known releases have. */
const CALLS: Readonly<Record<string, string>> = {
  addGuestOsMapping: '4.4',
  cancelHostMaintenance: '',
  createNetwork: '',
  deleteNetwork: '',
  deployVirtualMachine: '',
  destroyVirtualMachine: '',
  detachIso: '',
  findHostsForMigration: '4.0',
  getUser: '3.0.4',
  listAccounts: '',
  listApis: '4.1',
  listAsyncJobs: '',
  listCapabilities: '',
  listClusters: '',
  listConfigurations: '',
  listGuestOsMapping: '4.4',
  listHosts: '',
  listHypervisorCapabilities: '3.0',
  listManagementServers: '4.12',
  listNetworks: '',
  listRouters: '',
  listServiceOfferings: '',
  listSnapshots: '',
  listStoragePools: '',
  listSystemVms: '',
  listVirtualMachines: '',
  listVolumes: '',
  migrateSystemVm: '',
  migrateVirtualMachine: '',
  prepareHostForMaintenance: '',
  queryAsyncJobResult: '',
  reconnectHost: '',
  startRouter: '',
  startSystemVm: '',
  startVirtualMachine: '',
  stopRouter: '',
  stopSystemVm: '',
  stopVirtualMachine: '',
  updateCluster: '',
  updateConfiguration: '',
  updateHost: '',
};

/** Calls that only some lines make: a plan without such a line does without the call. */
export const MADE_BY_LINES: Readonly<Record<string, readonly string[]>> = {
  addGuestOsMapping: ['add-guest-os-names'],
  createNetwork: ['create-test-network'],
  deleteNetwork: ['remove-test-network'],
  deployVirtualMachine: ['create-test-vm'],
  destroyVirtualMachine: ['remove-test-vm'],
  listNetworks: ['create-test-network', 'remove-test-network'],
  // tells a person how old backups are; no line makes it
  listSnapshots: [],
  updateConfiguration: ['change-setting', 'restore-settings'],
};

export const ALL_CALLS: readonly string[] = Object.keys(CALLS);

/** Names of the calls that are made to a CloudStack of this version, sorted. */
export const callsMadeTo = (cloudStack: string): readonly string[] =>
  ALL_CALLS.filter((name) => compareVersions(cloudStack, CALLS[name] || '0') >= 0);

/** Settings that a check reads, or that a person wants to see beside them (cs §7.5). */
export const WATCHED_SETTINGS: readonly string[] = [
  'alert.wait',
  'direct.agent.scan.interval',
  'force.ha',
  'ha.tag',
  'ha.vm.restart.hostup',
  'host.maintenance.local.storage.strategy',
  'host.maintenance.retries',
  'integration.api.port',
  'job.cancel.threshold.minutes',
  'job.expire.minutes',
  'migrate.vm.across.clusters',
  'migratewait',
  'ping.interval',
  'ping.timeout',
  'set.host.down.to.maintenance',
  'vm.ha.enabled',
  'vm.ha.migration.max.retries',
  'wait',
  'xapiwait',
  'xenserver.heartbeat.interval',
  'xenserver.heartbeat.timeout',
];
