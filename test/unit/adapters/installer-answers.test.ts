/** What the upgrade plugin says, in whatever shape: nothing that it says is lost, and only a plain yes is a yes. */
import type { Wire, XapiTransport } from '../../../src/adapters/xapi/transport';
import { xapiPool } from '../../../src/adapters/xapi/xapi-pool';
import type { InstallerAnswers } from '../../../src/domain/installer';
import { licenceDigest } from '../../../src/domain/licence';

const UUID = '2b6f4b1e-77a0-4a4e-b8d9-3f7f1f0c2e13';
type Says = Readonly<Record<string, string | Error>>;

/** `says`: by function; an Error is a Python exception, what is left out the plugin does not have. */
function plugin(says: Says): XapiTransport {
  const ok = (Value: Wire) => ({ Status: 'Success', Value });
  const failed = (...ErrorDescription: string[]) => ({ Status: 'Failure', ErrorDescription });
  return {
    fingerprint: async () => 'AA',
    get: async () => ({ status: 404, body: Buffer.alloc(0) }),
    put: async () => 404,
    async call(_address, method, params) {
      if (method === 'session.login_with_password') return ok('session-1');
      if (method.endsWith('.get_name_label')) return ok('host-1');
      if (method !== 'host.call_plugin') return ok('OpaqueRef:x');
      const fn = params[3] as string;
      const all: Says = { testUrl: 'true', ...says };
      const answer = all[fn];
      if (answer === undefined) return failed('UNKNOWN_XENAPI_PLUGIN_FUNCTION', fn);
      return typeof answer === 'string'
        ? ok(answer)
        : failed('XENAPI_PLUGIN_FAILURE', fn, 'Exception', answer.message);
    },
  };
}

async function asked(says: Says): Promise<InstallerAnswers> {
  const client = xapiPool({
    pool: 'pool-a',
    hosts: [{ uuid: UUID, name: 'host-1', address: '10.0.0.1', fingerprint: 'AA' }],
    user: 'root',
    password: 'secret',
    transport: plugin(says),
  });
  try {
    return await client.installer(UUID, 'http://media.example/xs');
  } finally {
    await client.close();
  }
}

test('an old plugin has no objections and no licence to tell of', async () => {
  expect(await asked({})).toEqual({ plugin: 'present' });
});

test.each([
  ['true', []],
  ['True', []],
  ['[]', []],
  ['["BIOS_BOOT", "FCOE"]', ['BIOS_BOOT', 'FCOE']],
  ['[{"code": 7}]', ['{"code":7}']],
  ['BIOS_BOOT', ['BIOS_BOOT']],
  ['{"ok": false}', ['{"ok": false}']],
  ['false', ['false']],
  ['', ['nothing']],
  [new Error('FCOE_IN_USE'), ['FCOE_IN_USE']],
])('checkHost says %s', async (checkHost, host) => {
  expect(await asked({ checkHost })).toEqual({ plugin: 'present', objections: { host } });
});

test('of media that it cannot read it objects to nothing but those', async () => {
  expect(await asked({ testUrl: new Error('NOT_FOUND'), checkHost: new Error('NOT_FOUND') })).toEqual({
    plugin: 'present',
    refused: 'NOT_FOUND',
  });
});

test.each([
  ['{"eua": "one\\r\\ntwo"}', { digest: licenceDigest('one\ntwo') }],
  ['{"eua": " "}', { refused: 'what the host says is no licence' }],
  ['no JSON', { refused: 'what the host says is no licence' }],
  ['{}', { refused: 'what the host says is no licence' }],
  [`{"eua": "${'x'.repeat(500_001)}"}`, { refused: 'it has 500001 characters, which nobody reads' }],
  [new Error('TIMEOUT'), { refused: 'the server does not answer the host in time' }],
])('getEUA says %.40s', async (getEUA, licence) => {
  expect(await asked({ getEUA })).toEqual({ plugin: 'present', licence });
});
