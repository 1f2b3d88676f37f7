/** CloudStack's rows as our words. A missing or mistyped field that we need is Malformed, never a guess. */
import { Malformed } from '../../domain/errors';
import type { CsCandidate, CsCluster, CsHost, CsJob, CsVm } from '../../ports';
import { type Fields, isFields } from './answer';

const SOURCE = 'CloudStack';

/** Ids and numbers come as strings or as numbers, by version (cs §2.3). */
export function text(fields: Fields, name: string): string {
  const value = optional(fields, name);
  if (value === undefined) throw new Malformed(SOURCE, `a row without ${name}`);
  return value;
}

export function optional(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Malformed(SOURCE, `a row whose ${name} is no text`);
}

export function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (value === undefined || value === null || value === false || value === 'false') return false;
  if (value === true || value === 'true') return true;
  throw new Malformed(SOURCE, `a row whose ${name} is neither true nor false`);
}

export function hostOf(row: Fields): CsHost {
  const owner = optional(row, 'managementserverid');
  const allocation =
    optional(row, 'resourcestate') === undefined ? optional(row, 'allocationstate') : undefined;
  const hostTags = tagsOf(row);
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    address: text(row, 'ipaddress'),
    state: text(row, 'state'),
    resourceState: optional(row, 'resourcestate') ?? stateBefore3(row),
    hypervisorVersion: optional(row, 'hypervisorversion') ?? '',
    ...(allocation !== undefined && { allocation }),
    ...(owner !== undefined && { managementServer: owner }),
    ...(hostTags.length > 0 && { hostTags }),
  };
}

const MAINTENANCE = ['PrepareForMaintenance', 'ErrorInMaintenance', 'Maintenance'];

/** 2.2 has no resource state: maintenance is a status, allocation a field of its own (cs §4.1). */
function stateBefore3(row: Fields): string {
  const status = text(row, 'state');
  return MAINTENANCE.includes(status) ? status : text(row, 'allocationstate');
}

export const clusterOf = (row: Fields): CsCluster => ({
  id: text(row, 'id'),
  name: text(row, 'name'),
  managedState: text(row, 'managedstate'),
  allocationState: text(row, 'allocationstate'),
});

/** A project's VM has no account. */
const accountOf = (row: Fields): string => {
  const project = optional(row, 'project');
  return optional(row, 'account') ?? (project === undefined ? 'system' : `project:${project}`);
};

const domainOf = (row: Fields): { domain?: string } => {
  // newer releases tell the whole path beside the name
  const domain = optional(row, 'domainpath') ?? optional(row, 'domain');
  return domain === undefined ? {} : { domain };
};

const whereOf = (row: Fields): { hostId?: string } => {
  const hostId = optional(row, 'hostid');
  return hostId === undefined ? {} : { hostId };
};

/** What user VMs refer to. */
export interface Beside {
  /** Host tags that an offering asks for, by its id. */
  readonly offerings: ReadonlyMap<string, readonly string[]>;
  /** Numbers of accounts by name, for 2.2, which does not tell the instance name (cs §8.1). */
  readonly accounts: ReadonlyMap<string, string>;
}

export function userVmOf(row: Fields, { offerings, accounts }: Beside): CsVm {
  const isoId = optional(row, 'isoid');
  const hostTags = offerings.get(optional(row, 'serviceofferingid') ?? '') ?? [];
  const apart = apartOf(row);
  return {
    id: text(row, 'id'),
    instanceName:
      optional(row, 'instancename') ??
      `i-${accounts.get(text(row, 'account')) ?? 'unknown'}-${text(row, 'id')}-VM`,
    displayName: optional(row, 'displayname') ?? text(row, 'name'),
    kind: 'guest',
    account: accountOf(row),
    ...domainOf(row),
    state: text(row, 'state'),
    ...whereOf(row),
    haEnabled: flag(row, 'haenable'),
    ...(isoId !== undefined && { isoId }),
    ...(hostTags.length > 0 && { hostTags }),
    ...(apart.length > 0 && { apart }),
  };
}

/** Names of its host anti-affinity groups (4.2 and later), sorted; other kinds of groups do not keep VMs apart. */
const apartOf = (row: Fields): readonly string[] =>
  fieldsIn(row, 'affinitygroup')
    .filter((group) => optional(group, 'type') === 'host anti-affinity')
    .map((group) => text(group, 'name'))
    .toSorted();

const fieldsIn = (row: Fields, name: string): readonly Fields[] => {
  const value = row[name];
  return Array.isArray(value) ? value.filter(isFields) : [];
};

/** A list with commas, sorted. */
export const tagsOf = (row: Fields): readonly string[] =>
  (optional(row, 'hosttags') ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
    .toSorted();

/** CloudStack restarts its own VMs whatever their offering says: they count as HA-enabled (cs §6, §7). */
export function routerOf(row: Fields): CsVm {
  const group = flag(row, 'isredundantrouter')
    ? (optional(row, 'vpcid') ?? optional(row, 'guestnetworkid'))
    : undefined;
  return {
    ...ownVmOf(row),
    kind: 'router',
    account: accountOf(row),
    ...domainOf(row),
    ...(group !== undefined && { redundantGroup: group }),
  };
}

export function systemVmOf(row: Fields): CsVm {
  const agentState = optional(row, 'agentstate');
  return {
    ...ownVmOf(row),
    kind: text(row, 'systemvmtype') === 'secondarystoragevm' ? 'ssvm' : 'cpvm',
    account: 'system',
    ...(agentState !== undefined && { agentState }),
  };
}

const ownVmOf = (row: Fields) => ({
  id: text(row, 'id'),
  instanceName: text(row, 'name'),
  displayName: text(row, 'name'),
  state: text(row, 'state'),
  ...whereOf(row),
  haEnabled: true,
});

export const candidateOf = (row: Fields): CsCandidate => ({
  hostId: text(row, 'id'),
  // before 4.2 CloudStack only says whether there is room, in 2.2 spelled with capitals
  suitable:
    row['suitableformigration'] === undefined
      ? flag(row, 'hasenoughcapacity') || flag(row, 'hasEnoughCapacity')
      : flag(row, 'suitableformigration'),
});

/** `…admin.host.PrepareForMaintenanceCmd` is `prepareForMaintenance` to people; the class differs by version (cs §2.5). */
function commandOf(javaClass: string): string {
  const name = javaClass
    .split('.')
    .at(-1)!
    .replace(/Cmd(ByAdmin)?$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/**
 * Status 3 (cancelled) counts as failed. A failed job without a result was cut off by a stop of its server: nobody
 * knows what became of it, and it carries no error (cs fact 21).
 */
export function jobOf(row: Fields): CsJob {
  const status = Number(row['jobstatus']);
  if (![0, 1, 2, 3].includes(status)) throw new Malformed(SOURCE, 'a job without a status');
  const result = row['jobresult'];
  const error = isFields(result) ? optional(result, 'errortext') : undefined;
  const code = Number(
    isFields(result) ? (result['errorcode'] ?? row['jobresultcode']) : row['jobresultcode'],
  );
  return {
    id: text(row, 'jobid'),
    status: status === 0 || status === 1 ? status : 2,
    command: commandOf(optional(row, 'cmd') ?? 'unknown'),
    ...(status >= 2 && error !== undefined && { error }),
    ...(status >= 2 && !Number.isNaN(code) && { errorCode: code }),
  };
}
