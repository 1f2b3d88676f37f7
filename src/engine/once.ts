/** One look a tick: every lane of a tick sees the same world, and a large pool is read once. */
import type {
  CloudStack,
  CloudStackDb,
  CloudStackReads,
  Dom0,
  ManagementServers,
  World,
  XenPool,
  XenPoolReads,
} from '../ports';
import type { Patching } from '../ports-patching';

const XEN_READS = [
  'pool',
  'hosts',
  'vms',
  'srs',
  'disksOn',
  'inventory',
  'evacuationBlockers',
  'identity',
  'installer',
  'readDump',
] as const satisfies readonly (keyof XenPoolReads)[];
const CLOUDSTACK_READS = [
  'version',
  'clockSkew',
  'hosts',
  'cluster',
  'vms',
  'jobs',
  'job',
  'candidates',
  'managementServers',
  'systemVmsUp',
  'network',
] as const satisfies readonly (keyof CloudStackReads)[];
const DATABASE_READS = [
  'haWork',
  'hostTransfers',
  'jobs',
  'transitions',
  'managementServers',
  'schemaVersion',
] as const satisfies readonly (keyof CloudStackDb)[];
const PATCHING_READS = ['seen', 'precheck'] as const satisfies readonly (keyof Patching)[];
const DOM0_READS = ['agent', 'look', 'nextBoot'] as const satisfies readonly (keyof Dom0)[];
const SERVER_READS = ['service', 'backup'] as const satisfies readonly (keyof ManagementServers)[];

/** The same world, whose reads are asked at most once for the same arguments. Acts pass through. */
export function oncePerTick(world: World): World {
  return {
    ...world,
    xen: once<XenPool>(world.xen, XEN_READS),
    cloudStack: once<CloudStack>(world.cloudStack, CLOUDSTACK_READS),
    ...(world.cloudStackDb && { cloudStackDb: once(world.cloudStackDb, DATABASE_READS) }),
    ...(world.patching && { patching: once(world.patching, PATCHING_READS) }),
    ...(world.dom0 && { dom0: once(world.dom0, DOM0_READS) }),
    ...(world.managementServers && { managementServers: once(world.managementServers, SERVER_READS) }),
  };
}

function once<T extends object>(target: T, reads: readonly (keyof T)[]): T {
  const answers = new Map<string, unknown>();
  return new Proxy(target, {
    get(object, name, receiver): unknown {
      const member: unknown = Reflect.get(object, name, receiver);
      if (typeof member !== 'function') return member;
      const call = (...args: readonly unknown[]): unknown => Reflect.apply(member, object, args);
      if (!(reads as readonly PropertyKey[]).includes(name)) return call;
      return (...args: readonly unknown[]): unknown => {
        const key = `${String(name)}(${JSON.stringify(args)})`;
        if (!answers.has(key)) answers.set(key, call(...args));
        return answers.get(key);
      };
    },
  });
}
