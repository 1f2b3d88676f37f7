/** What an API command is: a name, typed parameters, and what it does. The parameters are checked before it runs. */
import { compareVersions } from '../../../domain/version';
import type { SimHost, SimManagementServer, SimPool } from '../../model';
import { ZONE } from '../catalogue';
import { jobById, type JobOrder } from '../jobs';
import { invalid } from '../refusal';
import {
  type CloudStackSide,
  hostsOf,
  type KnownVm,
  type Plain,
  type Row,
  type SimJob,
  vmsOf,
} from '../side';

type ParamType = 'string' | 'boolean' | 'integer' | 'list' | 'map' | 'date' | 'uuid' | EntityKind;
type EntityKind = 'host' | 'cluster' | 'vm' | 'router' | 'systemvm' | 'anyvm' | 'zone' | 'network' | 'job';

export interface Param {
  readonly name: string;
  readonly type: ParamType;
  readonly required: boolean;
  /** Older ones ignore it without a word (cs §2.3). */
  readonly since?: string;
}

export interface Call {
  readonly side: CloudStackSide;
  readonly server: SimManagementServer;
  readonly command: Command;
  /** Name of the user whose key signed it. */
  readonly by: string;
  readonly params: Params;
}

interface Described {
  readonly name: string;
  readonly description: string;
  /** `id!:host name details:list ids:list@4.4`: name, `!` when required, type (string when left out), first CloudStack. */
  readonly takes: string;
  /** Key of the object that it answers with. */
  readonly answers: string;
  /** Changes something. */
  readonly mutates: boolean;
  /** First CloudStack that has it; absent: older than all of ours. */
  readonly since?: string;
}

export interface SyncCommand extends Described {
  readonly run: (call: Call) => Row | Promise<Row>;
}

/** `id` is answered beside the jobid by commands that create something. */
export interface AsyncCommand extends Described {
  readonly begin: (call: Call) => Omit<JobOrder, 'command' | 'by'> & { readonly id?: string };
}

export type Command = SyncCommand | AsyncCommand;
export const isAsync = (command: Command): command is AsyncCommand => 'begin' in command;

const parsed = new WeakMap<Command, readonly Param[]>();

export function paramsOf(command: Command): readonly Param[] {
  const known = parsed.get(command) ?? parse(command.takes);
  parsed.set(command, known);
  return known;
}

function parse(takes: string): readonly Param[] {
  if (takes === '') return [];
  return takes.split(' ').map((word) => {
    const [spelled = '', since] = word.split('@');
    const [named, type] = spelled.split(':');
    return {
      ...(since !== undefined && { since }),
      name: named!.replace('!', ''),
      type: (type ?? 'string') as ParamType,
      required: named!.endsWith('!'),
    };
  });
}

/** `page`, `pagesize` and `keyword` belong to every list command. */
const OF_LISTS = 'keyword page:integer pagesize:integer';
export const list = (
  name: string,
  answers: string,
  description: string,
  takes: string,
  run: SyncCommand['run'],
): SyncCommand => ({
  name,
  description,
  takes: `${takes} ${OF_LISTS}`.trim(),
  answers,
  mutates: false,
  run,
});

/** Values of one request, by lower-case name. Everything CloudStack does not know is ignored without a word (cs §2.3). */
export class Params {
  constructor(
    private readonly side: CloudStackSide,
    private readonly command: Command,
    private readonly values: ReadonlyMap<string, string>,
  ) {}

  /** Types and presence, in CloudStack's words (cs §2.4). */
  check(): void {
    const name = this.command.name.toLowerCase();
    for (const param of paramsOf(this.command)) {
      const value = this.text(param.name);
      if (value === undefined) {
        if (param.required)
          throw invalid(`Unable to execute API command ${name} due to missing parameter ${param.name}`);
        continue;
      }
      if (param.type === 'integer' && !/^-?\d+$/.test(value))
        throw invalid(
          `Unable to execute API command ${name} due to invalid value ${value} for parameter ${param.name}`,
        );
      if (!this.exists(param, value))
        throw invalid(
          `Unable to execute API command ${name} due to invalid value. Invalid parameter ${param.name} value=${value} due to incorrect long value format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.`,
        );
    }
  }

  private exists(param: Param, value: string): boolean {
    // -1 is passed through: "all projects", "unlimited" (cs §2.3).
    if (value === '-1') return true;
    return lookups[param.type as EntityKind]?.(this.side, value) !== undefined || !(param.type in lookups);
  }

  text(name: string): string | undefined {
    const since = paramsOf(this.command).find((param) => param.name === name)?.since;
    if (since !== undefined && compareVersions(this.side.profile.version, since) < 0) return undefined;
    const value = this.values.get(name);
    return value === undefined || value === '' ? undefined : value;
  }

  /** Only `true`, in any case, is true (cs §2.3). */
  flag(name: string): boolean {
    return this.values.get(name)?.toLowerCase() === 'true';
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : Number(value);
  }

  words(name: string): readonly string[] {
    return (this.text(name) ?? '').split(',').filter((word) => word !== '');
  }

  host(name: string): SimHost | undefined {
    return this.entity(name, hostBy);
  }
  cluster(name: string): SimPool | undefined {
    return this.entity(name, clusterBy);
  }
  vm(name: string): KnownVm | undefined {
    return this.entity(name, anyVmBy);
  }
  job(name: string): SimJob | undefined {
    return this.entity(name, jobById);
  }

  private entity<T>(
    name: string,
    find: (side: CloudStackSide, value: string) => T | undefined,
  ): T | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : find(this.side, value);
  }

  /** Name of the host, VM or cluster that the request is about; '' for none. */
  subject(): string {
    for (const param of paramsOf(this.command)) {
      const value = this.text(param.name);
      if (value === undefined || !(param.type in lookups) || param.type === 'zone') continue;
      const found = lookups[param.type as EntityKind](this.side, value);
      if (found) return found;
    }
    return this.command.mutates ? (this.text('name') ?? '') : '';
  }
}

const is = (id: string, dbId: number, value: string): boolean => id === value || String(dbId) === value;
const hostBy = (side: CloudStackSide, value: string): SimHost | undefined =>
  hostsOf(side).find((host) => is(host.cs.id, host.cs.dbId, value));
const clusterBy = (side: CloudStackSide, value: string): SimPool | undefined =>
  side.cloud.pools.find((pool) => is(pool.cluster.id, pool.cluster.dbId, value));
const anyVmBy = (side: CloudStackSide, value: string): KnownVm | undefined =>
  vmsOf(side).find((vm) => is(vm.cs.id, vm.cs.dbId, value));
const vmBy =
  (...kinds: readonly KnownVm['kind'][]) =>
  (side: CloudStackSide, value: string): string | undefined => {
    const vm = anyVmBy(side, value);
    return vm && kinds.includes(vm.kind) ? vm.name : undefined;
  };

/** Entity kind → the name of what an id means, or undefined: "entity does not exist". */
const lookups: Readonly<Record<EntityKind, (side: CloudStackSide, value: string) => string | undefined>> = {
  host: (side, value) => hostBy(side, value)?.name,
  cluster: (side, value) => clusterBy(side, value)?.cluster.name,
  vm: vmBy('guest'),
  router: vmBy('router'),
  systemvm: vmBy('ssvm', 'cpvm'),
  anyvm: (side, value) => anyVmBy(side, value)?.name,
  zone: (_side, value) => (is(ZONE.id, ZONE.dbId, value) ? ZONE.name : undefined),
  network: (side, value) => side.networks.find((network) => is(network.id, network.dbId, value))?.name,
  job: (side, value) => jobById(side, value)?.on,
};

/** A page of rows as CloudStack answers it: count of all, array only when the page has rows (cs §2.3, §2.6). */
export function page(call: Call, key: string, rows: readonly Row[]): Row {
  const { params, side } = call;
  const most = side.profile.knobs.pageSize;
  const number = params.number('page');
  const size = params.number('pagesize');
  if (number === undefined && size !== undefined && size !== -1)
    throw invalid('"page" parameter is required when "pagesize" is specified');
  if (size === undefined && number !== undefined)
    throw invalid('"pagesize" parameter is required when "page" is specified');
  if (size === -1 && number !== undefined)
    throw invalid("Can't specify page parameter when pagesize is -1 (Unlimited)");
  if (size !== undefined && size > most)
    throw invalid(`Page size can't exceed max allowed page size value: ${most}`);
  const taken = size === -1 ? rows.length : (size ?? most);
  const from = ((number ?? 1) - 1) * taken;
  const shown = rows.slice(from, from + taken);
  if (rows.length === 0) return {};
  return shown.length === 0 ? { count: rows.length } : { count: rows.length, [key]: shown };
}

/** Synchronous success: the string "true" until 4.11.3 (cs §2.3). */
export const success = (side: CloudStackSide): Row =>
  side.profile.successIsText ? { success: 'true' } : { success: true };

/** Leaves out what is undefined, as CloudStack leaves out null fields. */
export function row(fields: Readonly<Record<string, Plain | undefined>>): Row {
  const entries = Object.entries(fields).filter((entry): entry is [string, Plain] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

/** `yyyy-MM-dd'T'HH:mm:ssZ` in the server's zone, which is UTC here. */
export const date = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}+0000`;
