/** CloudStack through its API. Reads change nothing; each act is sent once and returns when it is accepted. */
import { adviseCloudStack } from '../../domain/cloudstack-advice';
import { Malformed, Refused } from '../../domain/errors';
import type { Problem } from '../../domain/problem';
import { findsHosts, listsManagementServers, showsConnection } from '../../domain/version-eras';
import type { CloudStack, CloudStackActs, CloudStackReads, CsVm } from '../../ports';
import { type Fields, isFields } from './answer';
import { apiClient, type ApiClient, type ClientOptions, type Values } from './client';
import { candidateOf, clusterOf, hostOf, jobOf, optional, text } from './rows';
import { capabilitiesOf, traitsOf } from './traits';
import { backupsOf } from './backups';
import { vmsOf, volumesInWork } from './vms';

/** Unmanaging keeps its caller waiting up to 200 s (cs fact 12). */
const UNMANAGE_SECONDS = 320;
/** Every other call answers at once or not at all. */
const DEADLINE_SECONDS = 30;
/** CloudStack is not upgraded faster than that. Wall milliseconds. */
const KNOWN_MS = 60_000;

export type CloudStackOptions = Omit<ClientOptions, 'wallNow' | 'deadlineSeconds'> &
  Partial<Pick<ClientOptions, 'wallNow' | 'deadlineSeconds'>>;

/**
 * One CloudStack by its API address (a management server or the balancer before them), with the keys of a root
 * admin. Errors: Refused with advice, NotSent, Unreachable, Malformed (see domain/errors).
 */
export function cloudStack(options: CloudStackOptions): CloudStack {
  const api = apiClient({
    ...options,
    wallNow: options.wallNow ?? Date.now,
    deadlineSeconds: options.deadlineSeconds ?? DEADLINE_SECONDS,
  });
  const known = lately(api);
  return { ...reads(api, known, options.apiKey), ...acts(api, known) };
}

async function versionOf(api: ApiClient): Promise<string> {
  const { capability } = await api.get('listCapabilities');
  if (!isFields(capability)) throw new Malformed('CloudStack', 'listCapabilities without a capability');
  return text(capability, 'cloudstackversion');
}

/** The version as it was within the last minute. */
function lately(api: ApiClient): () => Promise<string> {
  let seen: { readonly version: string; readonly at: number } | undefined;
  return async () => {
    if (!seen || performance.now() - seen.at > KNOWN_MS)
      seen = { version: await versionOf(api), at: performance.now() };
    return seen.version;
  };
}

function reads(api: ApiClient, known: () => Promise<string>, apiKey: string): CloudStackReads {
  const version = (): Promise<string> => versionOf(api);
  const clusterRow = async (id: string): Promise<Fields | undefined> => {
    const [row] = await unlessGone(() => api.list('listClusters', 'cluster', { id }));
    return row;
  };
  const hosts: CloudStackReads['hosts'] = async (clusterid) => {
    const rows = await api.list('listHosts', 'host', { clusterid, type: 'Routing', details: 'all' });
    for (const row of rows) api.remember(text(row, 'id'), text(row, 'name'));
    return rows.map(hostOf);
  };
  return {
    version,
    clockSkew: () => api.clockSkew(),
    hosts,
    cluster: async (id) => {
      const row = await clusterRow(id);
      if (!row) return undefined;
      api.remember(id, text(row, 'name'));
      return clusterOf(row);
    },
    vms: async (clusterId) => {
      const [row, seen] = await Promise.all([clusterRow(clusterId), hosts(clusterId)]);
      if (!row) throw new Refused(unknownCluster(clusterId));
      return vmsOf(api, row, new Set(seen.map((host) => host.id)));
    },
    jobs: async () => (await api.list('listAsyncJobs', 'asyncjobs', { listall: 'true' })).map(jobOf),
    job: async (jobid) => {
      const [row] = await unlessGone(async () => [await api.get('queryAsyncJobResult', { jobid })]);
      if (!row) return undefined;
      const job = jobOf({ jobid, ...row });
      return job.error === undefined ? job : { ...job, error: withNames(api, job.error) };
    },
    candidates: async (virtualmachineid) => {
      // never tried out: an unknown command is answered like a bad key (cs §2.7)
      const command = findsHosts(await known()) ? 'findHostsForMigration' : 'listHosts';
      return (await api.list(command, 'host', { virtualmachineid })).map(candidateOf);
    },
    managementServers: async () => {
      if (!listsManagementServers(await version())) return [];
      const rows = await api.list('listManagementServers', 'managementserver');
      return rows.map((row) => ({
        name: text(row, 'name'),
        state: text(row, 'state'),
        version: optional(row, 'version') ?? '',
      }));
    },
    systemVmsUp: async (zoneOfCluster) => {
      // The id of a zone, or of a cluster in it.
      const zoneid = optional((await clusterRow(zoneOfCluster)) ?? {}, 'zoneid') ?? zoneOfCluster;
      const [vms, agents] = await Promise.all([
        api.list('listSystemVms', 'systemvm', { zoneid }),
        Promise.all(
          ['SecondaryStorageVM', 'ConsoleProxy'].map((type) =>
            api.list('listHosts', 'host', { zoneid, type }),
          ),
        ),
      ]);
      // Before 4.13.1 the agent's state is the state of the host of the same name (cs §12.3).
      const byName = new Map(agents.flat().map((row) => [text(row, 'name'), text(row, 'state')]));
      return vms.map((row) => {
        const name = text(row, 'name');
        const agentState = optional(row, 'agentstate') ?? byName.get(name);
        return { name, state: text(row, 'state'), ...(agentState !== undefined && { agentState }) };
      });
    },
    network: async (name) => {
      const rows = await api.list('listNetworks', 'network', { listall: 'true', keyword: name });
      const row = rows.find((one) => one['name'] === name);
      return row && { id: text(row, 'id'), state: text(row, 'state') };
    },
    volumesInWork: (clusterId) => volumesInWork(api, clusterId),
    backups: (clusterId) => backupsOf(api, clusterId),
    traits: async () => traitsOf(api, apiKey, await version()),
    capabilities: () => capabilitiesOf(api),
    setting: async (name) => {
      // the name matches parts of names too
      const rows = await api.list('listConfigurations', 'configuration', { name });
      const row = rows.find((one) => one['name'] === name);
      return row && (optional(row, 'value') ?? '');
    },
    guestOsNames: async (hypervisorversion) => {
      const params = { hypervisor: 'XenServer', hypervisorversion };
      const rows = await api.list('listGuestOsMapping', 'guestosmapping', params);
      return rows.map((row) => ({
        osTypeId: text(row, 'ostypeid'),
        guestOs: optional(row, 'osdisplayname') ?? text(row, 'osnameforhypervisor'),
        name: text(row, 'osnameforhypervisor'),
      }));
    },
  };
}

const unknownCluster = (id: string): Problem =>
  adviseCloudStack({
    code: 431,
    text: 'entity does not exist',
    command: 'listClusters',
    subject: `cluster ${id}`,
  });

const withNames = (api: ApiClient, sentence: string): string =>
  // XAPI's exceptions come through in the errors of jobs, references and all
  sentence
    .replaceAll(/OpaqueRef:[0-9A-Za-z-]+/g, 'an object')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => api.nameOf(id));

/** An id that CloudStack no longer knows is answered with 431: that is "not there", not a refusal. */
async function unlessGone(ask: () => Promise<readonly Fields[]>): Promise<readonly Fields[]> {
  try {
    return await ask();
  } catch (error) {
    if (
      error instanceof Refused &&
      error.code === '431' &&
      /value=|entity does not exist/.test(error.params[0] ?? '')
    )
      return [];
    throw error;
  }
}

type Kind = CsVm['kind'];
/** One verb, three commands: user VMs, routers and system VMs are different things to CloudStack. */
const VERBS: Readonly<Record<'start' | 'stop' | 'migrate', Readonly<Record<Kind, string>>>> = {
  start: {
    guest: 'startVirtualMachine',
    router: 'startRouter',
    ssvm: 'startSystemVm',
    cpvm: 'startSystemVm',
  },
  stop: { guest: 'stopVirtualMachine', router: 'stopRouter', ssvm: 'stopSystemVm', cpvm: 'stopSystemVm' },
  migrate: {
    guest: 'migrateVirtualMachine',
    router: 'migrateSystemVm',
    ssvm: 'migrateSystemVm',
    cpvm: 'migrateSystemVm',
  },
};

function acts(api: ApiClient, known: () => Promise<string>): CloudStackActs {
  const job = async (command: string, params: Values, id: string): Promise<{ readonly job: string }> => ({
    job: text(await api.change(command, params, api.nameOf(id)), 'jobid'),
  });
  return {
    setHostAllocation: async (id, to) => {
      // 2.2 takes the state, later ones the event (cs §3)
      const allocationstate = showsConnection(await known()) ? to : `${to}d`;
      await api.change('updateHost', { id, allocationstate }, api.nameOf(id));
    },
    prepareHostForMaintenance: (id) => job('prepareHostForMaintenance', { id }, id),
    cancelHostMaintenance: (id) => job('cancelHostMaintenance', { id }, id),
    reconnectHost: (id) => job('reconnectHost', { id }, id),
    setManaged: async (id, managed) =>
      void (await api.change(
        'updateCluster',
        { id, managedstate: managed ? 'Managed' : 'Unmanaged' },
        api.nameOf(id),
        UNMANAGE_SECONDS,
      )),
    setClusterAllocation: async (id, enabled) =>
      void (await api.change(
        'updateCluster',
        { id, allocationstate: enabled ? 'Enabled' : 'Disabled' },
        api.nameOf(id),
      )),
    migrateVm: (vm, hostid) => job(VERBS.migrate[vm.kind], { virtualmachineid: vm.id, hostid }, vm.id),
    stopVm: (vm) => job(VERBS.stop[vm.kind], { id: vm.id }, vm.id),
    // Only a user VM's start can name a host (cs §3).
    startVm: (vm, hostid) =>
      job(VERBS.start[vm.kind], { id: vm.id, ...(vm.kind === 'guest' && { hostid }) }, vm.id),
    detachIso: (virtualmachineid) => job('detachIso', { virtualmachineid }, virtualmachineid),
    createNetwork: async (spec) => {
      const { network } = await api.change(
        'createNetwork',
        {
          name: spec.name,
          displaytext: spec.name,
          networkofferingid: spec.offeringId,
          zoneid: spec.zoneId,
          account: spec.account,
          domainid: spec.domainId,
        },
        spec.name,
      );
      if (!isFields(network)) throw new Malformed('CloudStack', 'createNetwork answered without the network');
      api.remember(text(network, 'id'), spec.name);
      return { id: text(network, 'id') };
    },
    deleteNetwork: (id) => job('deleteNetwork', { id }, id),
    deployVm: async (spec) => {
      const accepted = await api.change(
        'deployVirtualMachine',
        {
          name: spec.name,
          displayname: spec.name,
          templateid: spec.templateId,
          serviceofferingid: spec.offeringId,
          zoneid: spec.zoneId,
          networkids: spec.networkId,
          hostid: spec.hostId,
          account: spec.account,
          domainid: spec.domainId,
        },
        spec.name,
      );
      api.remember(text(accepted, 'id'), spec.name);
      return { id: text(accepted, 'id'), job: text(accepted, 'jobid') };
    },
    addGuestOsName: async (hypervisorversion, { osTypeId, guestOs, name }) => ({
      job: text(
        await api.change(
          'addGuestOsMapping',
          { hypervisor: 'XenServer', hypervisorversion, ostypeid: osTypeId, osnameforhypervisor: name },
          guestOs,
        ),
        'jobid',
      ),
    }),
    changeSetting: async (name, value) =>
      void (await api.change('updateConfiguration', { name, value }, name)),
    expungeVm: (id) => job('destroyVirtualMachine', { id, expunge: 'true' }, id),
  };
}
