/** The login of the media server goes to the hosts and to nobody else: no answer, no problem and no error repeats it. */
import * as fc from 'fast-check';
import type { Wire, XapiTransport } from '../../../src/adapters/xapi/transport';
import { xapiPool } from '../../../src/adapters/xapi/xapi-pool';
import { urlMistake } from '../../../src/domain/installer';

const UUID = '2b6f4b1e-77a0-4a4e-b8d9-3f7f1f0c2e13';
const MEDIA = 'http://media.example/xs';

/** A host whose plugin repeats what it was given, in whatever it says, and fails as often as not. */
function gossip(fails: boolean, received: string[]): XapiTransport {
  const ok = (Value: Wire) => ({ Status: 'Success', Value });
  return {
    fingerprint: async () => 'AA',
    put: () => Promise.resolve(500),
    get: async () => ({ status: 404, body: Buffer.alloc(0) }),
    async call(_address, method, params) {
      if (method === 'session.login_with_password') return ok('session-1');
      if (method.endsWith('.get_by_uuid')) return ok('OpaqueRef:host');
      if (method.endsWith('.get_name_label')) return ok('host-1');
      if (method !== 'host.call_plugin') return ok('OpaqueRef:x');
      const { url } = params[4] as { readonly url: string };
      received.push(url);
      const said = `cannot read ${url}: ${decodeURIComponent(url)}`;
      return fails
        ? { Status: 'Failure', ErrorDescription: ['XENAPI_PLUGIN_FAILURE', 'testUrl', 'Exception', said] }
        : ok(params[3] === 'getEUA' ? JSON.stringify({ eua: said }) : said);
    },
  };
}

const word = fc
  .string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 24 })
  .filter((text) => text.trim().length >= 6);

test('whatever a plugin repeats, the password is in nothing that comes back', async () => {
  await fc.assert(
    fc.asyncProperty(word, fc.boolean(), async (password, fails) => {
      const received: string[] = [];
      const client = xapiPool({
        pool: 'pool-a',
        hosts: [{ uuid: UUID, name: 'host-1', address: '10.0.0.1', fingerprint: 'AA' }],
        user: 'root',
        password: 'another',
        transport: gossip(fails, received),
        media: { user: 'media', password },
      });
      const asked = await client.installer(UUID, MEDIA);
      const failed: unknown = await client.prepareInstaller(UUID, MEDIA).catch((error: unknown) => error);
      const licence = await client.licence(UUID, MEDIA);
      expect(licence.has).toBe(fails ? 'refused' : 'text');
      const told = JSON.stringify([asked, licence, failed, String(failed), Object(failed)]);
      expect(received.every((url) => url.includes(`:${encodeURIComponent(password)}@`))).toBe(true);
      for (const secret of [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1)])
        expect(told.includes(secret)).toBe(false);
      await client.close();
    }),
    { numRuns: 200 },
  );
});

test('a URL with a login in it is refused, in words that do not repeat it', () => {
  fc.assert(
    fc.property(word, word, (user, password) => {
      const mistake = urlMistake(
        `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@media.example/xs`,
      );
      expect(mistake).toBeDefined();
      expect(mistake).not.toContain(password);
    }),
  );
  expect(urlMistake(MEDIA)).toBeUndefined();
  expect(urlMistake('nfs://10.0.0.9/media/xs')).toBeUndefined();
  expect(urlMistake('ssh://10.0.0.9/media')).toMatch(/http, https, ftp or nfs/);
  expect(urlMistake('http://a b')).toMatch(/one word/);
});
