/**
 * Every answer that planning reads, spoilt in every way: a field that is missing, of another type or no number, an answer of
 * another shape, an empty list, a page past the end. None of it is read as "all is well": the plan is blocked.
 */
import { inspect } from '../../../src/engine/inspect';
import { makeCloud } from '../../../src/sim/cloud';
import { sidesOf } from '../../../src/sim/sides';
import { worldInMemory, type Sides } from '../../support/in-memory-world';
import { patiently } from '../../support/patiently';
import { poolFile } from './pool-files';

type Spoil = NonNullable<Sides['spoil']>;
const TARGET = '7.1.2';

/** Fields that came with a later release than the oldest we know, or that XAPI leaves out (xapi App. B). */
const MAY_BE_MISSING: readonly string[] = [
  // for names in sentences only
  'VDI.name_label',
  'VM.VGPUs',
  'VM.appliance',
  'VM.attached_PCIs',
  'pool.vswitch_controller',
];
/** Nothing kept, and a certificate, which nobody needs where the target is older than 8.3 (certificate-keys). */
const SHAPES_THAT_FIT: readonly string[] = ['host.get_server_certificate "<html>"', 'message.get_all []'];
/** Fields of rows that planning reads; true: without it nothing can be told. */
const FIELDS_OF_CLOUDSTACK: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  listHosts: {
    id: true,
    name: true,
    ipaddress: true,
    state: true,
    resourcestate: true,
    hypervisorversion: false,
    hosttags: false,
  },
  listClusters: { id: true, name: true, managedstate: true, allocationstate: true },
  listVirtualMachines: {
    id: true,
    instancename: true,
    state: true,
    displayname: false,
    haenable: false,
    hostid: false,
    isoid: false,
    account: false,
  },
  listRouters: {
    id: true,
    name: true,
    state: true,
    hostid: false,
    isredundantrouter: false,
    guestnetworkid: false,
  },
  listSystemVms: { id: true, name: true, state: true, systemvmtype: true, hostid: false },
  listConfigurations: { name: true, value: false },
  listHypervisorCapabilities: {
    hypervisorversion: false,
    maxguestslimit: false,
    storagemotionenabled: false,
  },
  listGuestOsMapping: { hypervisorversion: false },
};

/** Two hosts of a healthy pool, and what runs there: this many answers are spoilt one by one. */
const SMALL = poolFile('healthy').pools.map((pool) => ({
  ...pool,
  hosts: pool.hosts?.filter(({ name }) => name !== 'host-2'),
  vms: pool.vms?.filter(({ on }) => on !== 'host-2'),
}));

async function blocksOf(spoil: Spoil): Promise<readonly string[]> {
  const cloud = makeCloud({ pools: SMALL });
  const world = worldInMemory({ cloud, ...sidesOf(cloud), spoil }, cloud.pools[0]!, {
    canaryVm: 'i-2-10-VM',
    smokeTest: { templateId: 't', serviceOfferingId: 's', networkOfferingId: 'n' },
  });
  const { findings } = await patiently(
    cloud,
    inspect(world, { target: TARGET, owed: [], at: cloud.time.now() }),
  );
  return findings.filter(({ severity }) => severity === 'block').map(({ check }) => check);
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** A value of another type than this one. */
const otherType = (value: unknown): unknown => (typeof value === 'string' ? 7 : 'nan');
const isNumber = (value: unknown): boolean => typeof value === 'string' && /^-?\d+$/.test(value);

describe('XAPI', () => {
  /** `class.field` → a value of it, of everything that is read. */
  const fields = new Map<string, unknown>();
  const calls = new Map<string, unknown>();

  const watching: Spoil = (source, call, answer) => {
    if (source !== 'xapi' || !isFields(answer)) return answer;
    const value = answer['Value'];
    const [cls = '', method] = call.split('.');
    if (method !== 'get_all_records' || !isFields(value)) {
      if (cls !== 'session' && value !== undefined) calls.set(call, value);
      return answer;
    }
    const watched = Object.entries(value).map(([ref, record]) => [
      ref,
      new Proxy(record as Fields, {
        get: (target, name) => {
          if (typeof name === 'string' && name in target) fields.set(`${cls}.${name}`, target[name]);
          return Reflect.get(target, name) as unknown;
        },
      }),
    ]);
    return { ...answer, Value: Object.fromEntries(watched) as unknown };
  };

  const spoiling =
    (field: string, how: (record: Fields, name: string) => void): Spoil =>
    (source, call, answer) => {
      const [cls = '', name = ''] = field.split('.');
      if (source !== 'xapi' || call !== `${cls}.get_all_records` || !isFields(answer)) return answer;
      const records = Object.entries(answer['Value'] as Fields).map(([ref, record]) => {
        const spoilt = { ...(record as Fields) };
        how(spoilt, name);
        return [ref, spoilt];
      });
      return { ...answer, Value: Object.fromEntries(records) as unknown };
    };

  beforeAll(async () => {
    expect(await blocksOf(watching)).toEqual([]);
  });

  test('what is read is known by watching', () => {
    expect(fields.size).toBeGreaterThan(80);
    expect([...fields.keys()]).toEqual(
      expect.arrayContaining([
        'host.enabled',
        'host_metrics.live',
        'VM.power_state',
        'PBD.currently_attached',
      ]),
    );
  });

  test('a field of another type blocks, whichever it is', async () => {
    const silent: string[] = [];
    for (const [field, value] of fields) {
      const found = await blocksOf(spoiling(field, (record, name) => (record[name] = otherType(value))));
      if (found.length === 0) silent.push(field);
    }
    expect(silent).toEqual([]);
  });

  test('a number that is none blocks', async () => {
    const silent: string[] = [];
    for (const [field, value] of fields)
      if (
        isNumber(value) &&
        (await blocksOf(spoiling(field, (record, name) => (record[name] = 'nan')))).length === 0
      )
        silent.push(field);
    expect(silent).toEqual([]);
  });

  test('a field that is missing blocks, but for those that some release does not have', async () => {
    const silent: string[] = [];
    for (const field of fields.keys())
      if ((await blocksOf(spoiling(field, (record, name) => delete record[name]))).length === 0)
        silent.push(field);
    expect(silent.toSorted()).toEqual(MAY_BE_MISSING);
  });

  test('an answer of another shape blocks, whichever call it is of', async () => {
    const silent: string[] = [];
    for (const [call] of calls)
      for (const value of ['<html>', 7, []]) {
        const spoil: Spoil = (source, asked, answer) =>
          source === 'xapi' && asked === call && isFields(answer) ? { ...answer, Value: value } : answer;
        if ((await blocksOf(spoil)).length === 0) silent.push(`${call} ${JSON.stringify(value)}`);
      }
    expect(silent.toSorted()).toEqual(SHAPES_THAT_FIT);
  });

  test('a list that is empty blocks where there is always something in it', async () => {
    const classes = new Set([...fields.keys()].map((field) => field.split('.')[0] ?? ''));
    const silent: string[] = [];
    for (const cls of classes) {
      const spoil: Spoil = (source, call, answer) =>
        source === 'xapi' && call === `${cls}.get_all_records` && isFields(answer)
          ? { ...answer, Value: {} }
          : answer;
      if ((await blocksOf(spoil)).length === 0) silent.push(cls);
    }
    // a VM may refer to a row that went: without it nothing says that it has tools, and people are asked
    expect(silent).toEqual(['VM_guest_metrics']);
  });
});

describe('CloudStack', () => {
  const bodies = new Map<string, Fields>();
  const watching: Spoil = (source, call, answer) => {
    if (source !== 'cloudstack') return answer;
    const parsed = JSON.parse(String(answer)) as Fields;
    const [content] = Object.values(parsed);
    if (isFields(content) && !bodies.has(call)) bodies.set(call, content);
    return answer;
  };
  const spoiling =
    (command: string, how: (content: Fields) => unknown): Spoil =>
    (source, call, answer) => {
      if (source !== 'cloudstack' || call !== command) return answer;
      const [[name, content] = ['', {}]] = Object.entries(JSON.parse(String(answer)) as Fields);
      return JSON.stringify({ [name]: how(content as Fields) });
    };
  /** The rows of the answer, each changed. */
  const inRows =
    (how: (row: Fields) => void) =>
    (content: Fields): Fields =>
      Object.fromEntries(
        Object.entries(content).map(([key, value]) => [
          key,
          Array.isArray(value)
            ? value.map((row: Fields) => {
                const changed = { ...row };
                how(changed);
                return changed;
              })
            : value,
        ]),
      );
  const isList = (content: Fields): boolean => Object.values(content).some(Array.isArray);

  beforeAll(async () => {
    expect(await blocksOf(watching)).toEqual([]);
  });

  test.each(Object.entries(FIELDS_OF_CLOUDSTACK))(
    '%s: a field of another type, or missing where it must be there',
    async (command, names) => {
      expect([...bodies.keys()]).toContain(command);
      const silent: string[] = [];
      for (const [name, must] of Object.entries(names)) {
        const wrong = spoiling(
          command,
          inRows((row) => (row[name] = { nan: 'nan' })),
        );
        if ((await blocksOf(wrong)).length === 0) silent.push(`${name} wrong`);
        const missing = spoiling(
          command,
          inRows((row) => delete row[name]),
        );
        if (must && (await blocksOf(missing)).length === 0) silent.push(`${name} missing`);
      }
      expect(silent).toEqual([]);
    },
  );

  test('another shape, rows that are none, and a count that more belongs to than comes block, whichever list it is', async () => {
    const silent: string[] = [];
    for (const [command, content] of bodies) {
      if (!isList(content)) continue;
      const hows: Readonly<Record<string, (content: Fields) => unknown>> = {
        'no object': () => '<html>',
        'rows that are none': (all) =>
          Object.fromEntries(
            Object.entries(all).map(([key, value]) => [key, Array.isArray(value) ? ['nan'] : value]),
          ),
        'no list': (all) =>
          Object.fromEntries(
            Object.entries(all).map(([key, value]) => [key, Array.isArray(value) ? 'nan' : value]),
          ),
        'a page past the end': () => ({ count: 4000 }),
        'a count that is no number': (all) => ({ ...all, count: 'nan' }),
      };
      for (const [how, change] of Object.entries(hows))
        if ((await blocksOf(spoiling(command, change))).length === 0) silent.push(`${command}: ${how}`);
    }
    expect(silent).toEqual([]);
  });
});

test('a row of CloudStack’s database without its columns, or with others, blocks', async () => {
  const queries = new Set<string>();
  await blocksOf((source, call, answer) => {
    if (source === 'database') queries.add(call);
    return answer;
  });
  const silent: string[] = [];
  for (const query of queries)
    for (const rows of [[{}], [{ nan: 1 }], ['<html>'], '<html>']) {
      const spoil: Spoil = (source, call, answer) =>
        source === 'database' && call === query ? rows : answer;
      if ((await blocksOf(spoil)).length === 0) silent.push(`${query} ${JSON.stringify(rows)}`);
    }
  expect(queries.size).toBeGreaterThan(5);
  expect(silent).toEqual([]);
});

test('what a program prints over SSH and cannot be read blocks', async () => {
  const commands = new Set<string>();
  await blocksOf((source, call, answer) => {
    if (source === 'ssh') commands.add(call);
    return answer;
  });
  const silent: string[] = [];
  for (const command of commands)
    for (const stdout of ['<html>\n', 'nan\n']) {
      const spoil: Spoil = (source, call, answer) =>
        source === 'ssh' && call === command ? { code: 0, stdout, stderr: '' } : answer;
      if ((await blocksOf(spoil)).length === 0) silent.push(`${command}: ${stdout.trim()}`);
    }
  expect(commands.size).toBeGreaterThan(10);
  expect(silent).toEqual([]);
});
