/** CloudStack about itself: capabilities, settings, jobs, events, alerts, hypervisor rows, and the list of commands. */
import { compareVersions } from '../../../domain/version';
import { ADMIN, OS_TYPE } from '../catalogue';
import { unfinishedJobs } from '../jobs';
import { invalid } from '../refusal';
import { jobRow } from '../render';
import { type CloudStackSide, idOf, type Row, type SimNotice } from '../side';
import { type Command, date, list, page, row } from './command';
import { matches, textOf } from './hosts';

const listCapabilities: Command = {
  name: 'listCapabilities',
  description: 'Tells the version and what the caller may do.',
  takes: '',
  answers: 'capability',
  mutates: false,
  run: ({ side }) => ({
    capability: {
      securitygroupsenabled: false,
      dynamicrolesenabled: true,
      cloudstackversion: side.profile.version,
      userpublictemplateenabled: true,
      supportELB: 'false',
      projectinviterequired: false,
      allowusercreateprojects: true,
      customdiskofferingminsize: 1,
      customdiskofferingmaxsize: 1024,
      regionsecondaryenabled: false,
      kvmsnapshotenabled: false,
      allowuserviewdestroyedvm: false,
      allowuserexpungerecovervm: false,
    },
  }),
};

/** Jobs are in the database: any management server answers for all of them (cs §12.4). */
const queryAsyncJobResult: Command = {
  name: 'queryAsyncJobResult',
  description: 'Tells the state and result of a job.',
  takes: 'jobid!',
  answers: 'asyncjobs',
  mutates: false,
  run: ({ side, params }) => {
    const job = params.job('jobid');
    const asked = params.text('jobid');
    if (!job)
      throw invalid(
        `Unable to execute API command queryasyncjobresult due to invalid value. Invalid parameter jobid value=${asked} due to incorrect long value format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.`,
      );
    return jobRow(side, job, ADMIN.accountId, ADMIN.userId);
  },
};

/** Only unfinished jobs: the row of a finished one is `removed` (cs §2.5). */
const listAsyncJobs = list(
  'listAsyncJobs',
  'asyncjobs',
  'Lists pending jobs.',
  'account domainid:uuid isrecursive:boolean listall:boolean startdate:date',
  (call) => {
    const keyword = call.params.text('keyword');
    const rows = unfinishedJobs(call.side).map((job) =>
      jobRow(call.side, job, ADMIN.accountId, ADMIN.userId),
    );
    return page(
      call,
      'asyncjobs',
      rows.filter((one) => keyword === undefined || textOf(one['cmd']).includes(keyword)),
    );
  },
);

export const ENFORCE_POST = 'enforce.post.requests.and.timestamps';

/** Settings with their default (cs §7.5): name → [value, category]. */
function settingsOf(side: CloudStackSide): ReadonlyMap<string, string> {
  const { knobs, version } = side.profile;
  const has = (since: string): boolean => compareVersions(version, since) >= 0;
  const defaults: Readonly<Record<string, string | number>> = {
    'ping.interval': knobs.pingInterval,
    'ping.timeout': knobs.pingTimeout,
    'alert.wait': knobs.alertWait,
    'ha.workers': knobs.haWorkers,
    'migrate.retry.interval': knobs.migrateRetry,
    'investigate.retry.interval': knobs.investigateRetry,
    'restart.retry.interval': knobs.restartRetry,
    'host.maintenance.retries': knobs.maintenanceRounds,
    'direct.agent.scan.interval': knobs.scanInterval,
    'direct.agent.load.size': knobs.scanLoad,
    'default.page.size': knobs.pageSize,
    migratewait: knobs.migrateWait,
    wait: 1800,
    xapiwait: 60,
    'job.expire.minutes': knobs.jobExpire / 60,
    'job.cancel.threshold.minutes': 60,
    'integration.api.port': 0,
    'xenserver.heartbeat.timeout': 120,
    'xenserver.heartbeat.interval': knobs.heartbeatInterval,
    'force.ha': 'false',
    'enable.usage.server': 'true',
    'usage.execution.timezone': '',
    'usage.stats.job.aggregation.range': 1440,
    'usage.stats.job.exec.time': '00:15',
    ...(has('4.11') && { 'ha.vm.restart.hostup': 'true' }),
    ...(has('4.14') && { 'vm.ha.migration.max.retries': 5 }),
    ...(has('4.15') && { 'set.host.down.to.maintenance': 'false' }),
    ...(has('4.16') && {
      'host.maintenance.local.storage.strategy': 'Error',
      'migrate.vm.across.clusters': 'false',
    }),
    ...(has('4.20.1') && { 'vm.ha.enabled': 'true' }),
    ...(side.profile.mayEnforcePost && { [ENFORCE_POST]: 'false' }),
  };
  const values = Object.entries(defaults).map(([name, value]): [string, string] => [name, String(value)]);
  return new Map([...values, ...side.settings]);
}

const settingRow = (name: string, value: string): Row => ({
  category: 'Advanced',
  name,
  value,
  description: '',
});

const listConfigurations = list(
  'listConfigurations',
  'configuration',
  'Lists settings.',
  'name category zoneid:zone clusterid:cluster accountid:uuid storageid:uuid',
  (call) => {
    const rows = [...settingsOf(call.side)].map(([name, value]) => settingRow(name, value));
    return page(
      call,
      'configuration',
      rows.filter((one) => matches(call, one, ['name', 'category'])),
    );
  },
);

const updateConfiguration: Command = {
  name: 'updateConfiguration',
  description: 'Changes a setting.',
  takes: 'name! value zoneid:zone clusterid:cluster accountid:uuid storageid:uuid',
  answers: 'configuration',
  mutates: true,
  run: ({ side, params }) => {
    const name = params.text('name')!;
    if (!settingsOf(side).has(name)) throw invalid(`Config parameter with name ${name} doesn't exist`);
    const value = params.text('value') ?? '';
    side.settings.set(name, value);
    return { configuration: settingRow(name, value) };
  },
};

const listHypervisorCapabilities = list(
  'listHypervisorCapabilities',
  'hypervisorCapabilities',
  'Lists what each hypervisor version may carry.',
  'id:uuid hypervisor',
  (call) => {
    const rows = Object.entries(call.side.profile.capabilities).map(
      ([version, [guests, volumes, motion]]) => ({
        id: idOf('capability', version),
        hypervisor: 'XenServer',
        hypervisorversion: version,
        maxguestslimit: call.side.guestLimits.get(version) ?? guests,
        maxdatavolumeslimit: volumes,
        securitygroupenabled: false,
        storagemotionenabled: motion,
      }),
    );
    return page(
      call,
      'hypervisorCapabilities',
      rows.filter((one) => matches(call, one, ['id', 'hypervisor'])),
    );
  },
);

const updateHypervisorCapabilities: Command = {
  name: 'updateHypervisorCapabilities',
  description: 'Changes the guest limit of a hypervisor version.',
  takes: 'id:uuid securitygroupenabled:boolean maxguestslimit:integer',
  answers: 'hypervisorCapabilities',
  mutates: true,
  run: ({ side, params }) => {
    const version = Object.keys(side.profile.capabilities).find(
      (one) => idOf('capability', one) === params.text('id'),
    );
    if (version === undefined)
      throw invalid(`unable to find the hypervisor capabilities ${params.text('id') ?? ''}`);
    const limit = params.number('maxguestslimit') ?? side.profile.capabilities[version]![0];
    side.guestLimits.set(version, limit);
    return {
      hypervisorcapabilities: { id: params.text('id')!, hypervisorversion: version, maxguestslimit: limit },
    };
  },
};

const listGuestOsMapping = list(
  'listGuestOsMapping',
  'guestosmapping',
  'Lists names of guest systems per hypervisor version.',
  'id:uuid ostypeid:uuid hypervisor hypervisorversion',
  (call) =>
    page(
      call,
      'guestosmapping',
      mappings(call.side).filter((one) =>
        matches(call, one, ['id', 'ostypeid', 'hypervisor', 'hypervisorversion']),
      ),
    ),
);

const mappings = (side: CloudStackSide): readonly Row[] => [
  ...mappingCounts(side).flatMap(([version, count]) =>
    Array.from({ length: count }, (_, i) =>
      i === 0
        ? mappingRow(version, OS_TYPE.id, OS_TYPE.name, 'Debian Jessie 8.0')
        : mappingRow(version, idOf('os-type', String(i)), `CentOS 7.${i} (64-bit)`, `CentOS 7.${i}`),
    ),
  ),
  ...side.guestOsMappings,
];

/** One name a version unless the snapshot file counts them. */
const mappingCounts = ({ told, profile }: CloudStackSide): readonly (readonly [string, number])[] =>
  told.guestOsMappings
    ? Object.entries(told.guestOsMappings)
    : Object.keys(profile.capabilities)
        .filter((version) => version !== 'default')
        .map((version) => [version, 1]);

const mappingRow = (version: string, osType: string, guestOs: string, name: string): Row => ({
  id: idOf('mapping', version, osType),
  hypervisor: 'XenServer',
  hypervisorversion: version,
  ostypeid: osType,
  osdisplayname: guestOs,
  osnameforhypervisor: name,
  isuserdefined: 'false',
});

const addGuestOsMapping: Command = {
  name: 'addGuestOsMapping',
  description: 'Adds the name of a guest system for a hypervisor version.',
  takes: 'ostypeid:uuid osdisplayname hypervisor! hypervisorversion! osnameforhypervisor!',
  answers: 'guestosmapping',
  mutates: true,
  begin: ({ side, params }) => {
    const version = params.text('hypervisorversion')!;
    const osType = params.text('ostypeid') ?? OS_TYPE.id;
    const known = mappings(side).filter((one) => one['ostypeid'] === osType);
    const guestOs = textOf(known[0]?.['osdisplayname'] ?? OS_TYPE.name);
    if (known.some((one) => one['hypervisorversion'] === version))
      throw invalid(
        `Mapping from hypervisor : XenServer, version : ${version} and guest OS : ${guestOs} already exists!`,
      );
    const added: Row = {
      ...mappingRow(version, osType, guestOs, params.text('osnameforhypervisor')!),
      isuserdefined: 'true',
    };
    return {
      instanceType: 'None',
      instanceId: idOf('mapping', version, osType),
      on: '',
      work: (finish) => {
        side.guestOsMappings.push(added);
        finish({ guestosmapping: added });
      },
    };
  },
};

const eventRow = (one: SimNotice): Row =>
  row({
    id: one.id,
    username: ADMIN.user,
    account: ADMIN.account,
    type: one.type,
    level: one.level,
    state: one.state,
    description: one.text,
    created: date(one.at),
  });

const newestFirst = (notices: readonly SimNotice[]): readonly SimNotice[] => notices.toReversed();

const listEvents = list(
  'listEvents',
  'event',
  'Lists events, newest first.',
  'id:uuid type level startdate:date enddate:date startid:uuid listall:boolean',
  (call) => {
    const since = Date.parse(call.params.text('startdate') ?? '');
    const rows = newestFirst(call.side.events)
      .filter((one) => Number.isNaN(since) || one.at >= since)
      .map(eventRow);
    return page(
      call,
      'event',
      rows.filter((one) => matches(call, one, ['id', 'type', 'level'])),
    );
  },
);

const listAlerts = list('listAlerts', 'alert', 'Lists alerts, newest first.', 'id:uuid name type', (call) => {
  const rows = newestFirst(call.side.alerts).map((one): Row => ({
    id: one.id,
    type: Number(one.type),
    description: one.text,
    sent: date(one.at),
  }));
  return page(
    call,
    'alert',
    rows.filter((one) => matches(call, { ...one, name: one['description'] ?? '' }, ['type'])),
  );
});

export const SYSTEM_COMMANDS: readonly Command[] = [
  listCapabilities,
  queryAsyncJobResult,
  listAsyncJobs,
  listConfigurations,
  updateConfiguration,
  listHypervisorCapabilities,
  updateHypervisorCapabilities,
  listGuestOsMapping,
  addGuestOsMapping,
  listEvents,
  listAlerts,
];
