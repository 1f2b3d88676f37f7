/** XAPI's wire, row by row (xapi §12.2 items 1 to 7), over real TLS sockets with a client that has no opinion. */
import https from 'node:https';
import { fieldsOf } from '../../src/sim/xapi/objects';
import { hands } from '../../src/sim/xapi';
import {
  bool,
  methodCall,
  raw,
  rawLogin,
  str,
  untyped,
  wireWorld,
  type RawReply,
  type WireWorld,
} from '../support/sim-xapi-wire';
import { hostOf, ref, vmOf } from '../support/sim-xapi';

let world: WireWorld;
let url: string;
let session: string;

beforeAll(async () => {
  world = await wireWorld({ speed: 600 });
  ({ url } = world.endpoint('host-1'));
  session = await rawLogin(url);
});
afterAll(() => world.close());

const ask = (method: string, ...params: readonly string[]): Promise<RawReply> =>
  raw(url, { body: methodCall(method, str(session), ...params) });
const pool = () => world.cloud.pools[0]!;
const failure = (...words: readonly string[]): string =>
  `<member><name>Status</name><value>Failure</value></member><member><name>ErrorDescription</name><value><array><data>${words
    .map(untyped)
    .join('')}</data></array></value></member>`;

describe('1. types', () => {
  test('strings, references and 64-bit integers are untyped text', async () => {
    const { body } = await ask('VM.get_record', str(ref(vmOf(pool(), 'i-2-10-VM'))));
    expect(body).toContain('<member><name>name_label</name><value>i-2-10-VM</value></member>');
    expect(body).toMatch(/<member><name>memory_dynamic_min<\/name><value>\d+<\/value><\/member>/);
    expect(body).not.toMatch(/<(int|i4|i8|string)>/);
  });

  test('<i4> appears in valid_ref_counts and nowhere else', async () => {
    const { body } = await ask(
      'event.from',
      '<value><array><data><value>host</value></data></array></value>',
      str(''),
      '<value><double>1.5</double></value>',
    );
    const counts =
      /<name>valid_ref_counts<\/name><value>(.*?)<\/value><\/member><member><name>token/.exec(body)?.[1] ??
      '';
    expect(counts).toContain('<value><i4>3</i4></value>');
    expect(body.replace(counts, '')).not.toContain('<i4>');
    expect(body).toMatch(/<name>token<\/name><value>\d{20},\d{20}<\/value>/);
  });

  test('booleans, doubles and dates have their own spelling', async () => {
    const host = await ask('host.get_enabled', str(ref(hostOf(pool(), 'host-1'))));
    expect(host.body).toContain('<name>Value</name><value><boolean>1</boolean></value>');
    const vm = await ask('VM.get_HVM_shadow_multiplier', str(ref(vmOf(pool(), 'i-2-10-VM'))));
    expect(vm.body).toContain('<value><double>1</double></value>');
    const time = await ask('host.get_servertime', str(ref(hostOf(pool(), 'host-1'))));
    expect(time.body).toMatch(/<dateTime.iso8601>\d{8}T\d{2}:\d{2}:\d{2}Z<\/dateTime.iso8601>/);
  });

  test('void is an empty value', async () => {
    const { body } = await ask('pool.set_wlb_enabled', str(ref(pool())), bool(false));
    expect(body).toContain('<name>Value</name><value></value>');
  });

  test('the result of an Async call is a value in XML', async () => {
    const { body } = await ask('Async.host.compute_free_memory', str(ref(hostOf(pool(), 'host-1'))));
    const task = /OpaqueRef:[0-9a-f-]+/.exec(body)?.[0] ?? '';
    const result = await ask('task.get_result', str(task));
    expect(result.body).toMatch(/&lt;value&gt;\d+&lt;\/value&gt;/);
  });

  test('integers are taken as text, <int>, <i4> and <i8>', async () => {
    for (const spelt of [
      '<value>1</value>',
      '<value><int>1</int></value>',
      '<value><i4>1</i4></value>',
      '<value><i8>1</i8></value>',
      str('1'),
    ]) {
      const { body } = await ask('pool.set_ha_host_failures_to_tolerate', str(ref(pool())), spelt);
      expect(body).toContain('<value>Success</value>');
    }
  });
});

describe('2. failures', () => {
  test('an API failure is HTTP 200', async () => {
    const reply = await ask('host.get_record', str('OpaqueRef:nothing'));
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('text/xml');
    expect(reply.body).toContain(failure('HANDLE_INVALID', 'host', 'OpaqueRef:nothing'));
  });

  test.each([
    ['malformed XML', { body: '<methodCall><methodName>x</methodCall>' }, 500],
    ['no XML at all', { body: 'hello' }, 500],
    ['a GET of nothing known', { method: 'GET', path: '/nothing' }, 403],
    ['a method that is none', { method: 'DELETE' }, 501],
  ])('%s is an HTML page', async (_, request, status) => {
    const reply = await raw(url, request);
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('text/html');
  });

  test('a request above 300 KiB is refused', async () => {
    expect((await ask('pool.get_all', str('x'.repeat(310 * 1024)))).status).toBe(500);
  });
});

describe('3. HTTP', () => {
  test('content-length is right and the connection is kept', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const body = methodCall('pool.get_all', str(session));
    const first = await raw(url, { body, agent });
    expect(first.headers['content-length']).toBe(String(Buffer.byteLength(first.body)));
    await raw(url, { body, agent });
    expect(Object.values(agent.freeSockets)).toHaveLength(1);
    agent.destroy();
  });

  test('an answer can be cut in the middle (F7)', async () => {
    world.cloud.faults.add([{ call: 'xapi:pool.get_all', how: 'truncate' }]);
    await expect(ask('pool.get_all')).rejects.toThrow(/aborted|hang up/);
  });

  test('an HTML page can come instead of an answer (F7)', async () => {
    world.cloud.faults.add([{ call: 'xapi:pool.get_all', on: 'pool-a', how: 'html', nth: 1 }]);
    expect(await ask('pool.get_all')).toMatchObject({ status: 500 });
  });
});

describe('4. methods', () => {
  test('a wrong number of parameters is said without the session', async () => {
    const { body } = await ask('host.evacuate', str(ref(hostOf(pool(), 'host-1'))), str('OpaqueRef:NULL'));
    expect(body).toContain(failure('MESSAGE_PARAMETER_COUNT_MISMATCH', 'host.evacuate', '1', '2'));
  });

  test('an unknown method is said', async () => {
    const { body } = await ask('host.explode', str(ref(hostOf(pool(), 'host-1'))));
    expect(body).toContain(failure('MESSAGE_METHOD_UNKNOWN', 'host.explode'));
  });

  test('classes that came later are unknown to an old master', async () => {
    expect((await ask('pool_update.get_all_records')).body).toContain(
      failure('MESSAGE_METHOD_UNKNOWN', 'pool_update.get_all_records'),
    );
  });

  test('there is no Async for sessions, events and tasks', async () => {
    expect((await ask('Async.session.logout')).body).toContain('No async mode for this operation');
  });
});

describe('5. references', () => {
  test('a reference is OpaqueRef:uuid, the same every time, and NULL where there is nothing', async () => {
    const host = hostOf(pool(), 'host-2');
    expect((await ask('host.get_by_uuid', str(host.uuid))).body).toContain(
      `<value>OpaqueRef:${host.uuid}</value>`,
    );
    expect((await ask('VM.get_affinity', str(ref(vmOf(pool(), 'i-2-10-VM'))))).body).toContain(
      '<value>OpaqueRef:NULL</value>',
    );
    expect((await ask('host.get_record', str('OpaqueRef:NULL'))).body).toContain(
      failure('HANDLE_INVALID', 'host', 'OpaqueRef:NULL'),
    );
    expect((await ask('host.get_by_uuid', str('none'))).body).toContain(
      failure('UUID_INVALID', 'host', 'none'),
    );
  });
});

describe('6. login', () => {
  test('a wrong password costs five seconds of pool time (F1)', async () => {
    const before = world.cloud.time.now();
    const { body } = await raw(url, {
      body: methodCall('session.login_with_password', str('root'), str('wrong')),
    });
    expect(body).toContain('SESSION_AUTHENTICATION_FAILED');
    expect(world.cloud.time.now() - before).toBeGreaterThanOrEqual(5000);
  });

  test('a member says who the master is, at an address that can be reached, before it looks at the password (F2)', async () => {
    const { body } = await raw(world.endpoint('host-2').url, {
      body: methodCall('session.login_with_password', str('root'), str('wrong')),
    });
    expect(body).toContain(failure('HOST_IS_SLAVE', url.replace('https://', '')));
  });

  test('a session that is unknown is invalid', async () => {
    const { body } = await raw(url, { body: methodCall('pool.get_all', str('OpaqueRef:old')) });
    expect(body).toContain(failure('SESSION_INVALID', 'OpaqueRef:old'));
  });
});

describe('7. records', () => {
  const CLASSES = [
    'pool',
    'host',
    'VM',
    'VBD',
    'VDI',
    'SR',
    'PBD',
    'PIF',
    'network',
    'VIF',
    'VM_guest_metrics',
    'host_metrics',
  ] as const;

  const namesIn = async (cls: string): Promise<readonly string[]> => {
    const { body } = await ask(`${cls}.get_all`);
    const one = /<data><value>(OpaqueRef:[^<]+)/.exec(body)?.[1] ?? '';
    const record = await ask(`${cls}.get_record`, str(one));
    const value = /<name>Value<\/name><value><struct>(.*)<\/struct>/s.exec(record.body)?.[1] ?? '';
    return topLevel(value);
  };

  test.each(CLASSES)('every field of a 6.5 %s is there, nothing newer', async (cls) => {
    const expected = fieldsOf(cls, '6.5').map(([name]) => name);
    expect((await namesIn(cls)).toSorted()).toEqual(expected.toSorted());
  });

  /** Counted in the published datamodels of both releases. */
  test.each([
    ['pool', 27, 35],
    ['host', 48, 54],
    ['host_metrics', 6, 6],
    ['VM', 75, 80],
    ['VM_metrics', 12, 15],
    ['VM_guest_metrics', 11, 14],
    ['VBD', 22, 22],
    ['VDI', 30, 31],
    ['SR', 19, 21],
    ['PBD', 6, 6],
    ['network', 14, 14],
    ['PIF', 30, 31],
    ['VIF', 21, 27],
    ['task', 17, 17],
    ['message', 7, 7],
    ['pool_patch', 9, 10],
    ['host_patch', 10, 10],
    ['pool_update', 0, 9],
  ] as const)('a %s has as many fields as its release says', (cls, old, recent) => {
    expect([fieldsOf(cls, '6.5').length, fieldsOf(cls, '7.1').length]).toEqual([old, recent]);
  });
});

describe('ports follow the host', () => {
  test('open, then EOF, then silence, then refused while it installs, and open again with another certificate (F6, F58)', async () => {
    const other = await wireWorld({ speed: 120 });
    try {
      const host = hostOf(other.cloud.pools[0]!, 'host-2');
      const endpoint = other.endpoint('host-2');
      const knock = (): Promise<RawReply> =>
        raw(endpoint.url, { body: methodCall('session.login_with_password', str('a'), str('b')) });
      expect((await knock()).status).toBe(200);
      const certificate = endpoint.fingerprint();
      const phase = async (wanted: string): Promise<void> => {
        while (host.phase !== wanted) await new Promise((resolve) => setTimeout(resolve, 2));
      };
      // The master must be newer first, or the member would never come back.
      Object.assign(hostOf(other.cloud.pools[0]!, 'host-1'), { version: '7.1.2', platform: '2.2.0' });
      hands.bootIso(other.cloud, host);
      await expect(knock()).rejects.toThrow(/hang up|ECONNRESET|EPIPE/);
      await phase('installer');
      await new Promise((resolve) => setTimeout(resolve, 50));
      await expect(knock()).rejects.toThrow(/ECONNREFUSED/);
      other.drive.setSpeed(2000);
      await phase('up');
      expect((await knock()).status).toBe(200);
      expect(endpoint.fingerprint()).not.toBe(certificate);
    } finally {
      await other.close();
    }
  });
});

/** Names of the outermost members of a struct. */
function topLevel(xml: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const tag of xml.matchAll(/<(\/?)struct>|<name>([^<]*)<\/name>/g)) {
    if (tag[2] !== undefined) {
      if (depth === 0) names.push(tag[2]);
    } else depth += tag[1] === '/' ? -1 : 1;
  }
  return names;
}
