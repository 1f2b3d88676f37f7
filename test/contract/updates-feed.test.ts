/** A feed of updates over HTTP: read whole, or refused with a sentence; never half of it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { catalogueNow } from '../../src/adapters/hotfix-files';
import { fetchFeed } from '../../src/adapters/updates-feed';

const FEED = `<patchdata><serverversions><version value="6.5.0"><patch uuid="u1"/></version></serverversions>
<patches><patch uuid="u1" name-label="XS65E001"/></patches></patchdata>`;

let server: Server;
let at = '';
beforeAll(async () => {
  server = createServer((request, reply) => {
    if (request.url === '/gone') return reply.writeHead(404).end();
    if (request.url === '/endless') {
      const block = 'x'.repeat(1_000_000);
      const more = (): void => {
        if (!reply.destroyed) reply.write(block, more);
      };
      return more();
    }
    return reply.end(FEED);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(
  () =>
    new Promise((resolve) => {
      server.close(resolve).closeAllConnections();
    }),
);

test('a feed is read', async () => {
  expect(await fetchFeed(`${at}/updates.xml`)).toMatchObject({ hotfixes: [{ name: 'XS65E001' }] });
});

test.each([
  ['/gone', 'is answered with 404'],
  ['/endless', 'is larger than 8000000 bytes'],
])('%s: %s', async (path, wrong) => {
  expect(await fetchFeed(`${at}${path}`)).toEqual({ wrong });
});

test('nobody there: told why', async () => {
  expect(await fetchFeed('http://127.0.0.1:1/updates.xml')).toEqual({
    wrong: expect.stringMatching(/^cannot be fetched: /),
  });
});

test('what is at a URL is looked at as what stands in the file: a stranger or a circle, and there is no catalogue', async () => {
  const own = (name: string, requires: readonly string[]) => ({
    uuid: `uuid-${name}`,
    name,
    kind: 'hotfix' as const,
    versions: ['6.5.0'],
    requires,
    supersedes: [],
    conflicts: [],
    guidance: 'reboot' as const,
  });
  const hotfixFeed = `${at}/updates.xml`;
  const said = (...hotfixes: readonly ReturnType<typeof own>[]) =>
    catalogueNow({ hotfixes, hotfixFeed }, false);
  expect(await said(own('A', ['XS65E001']))).toMatchObject({
    hotfixes: [{ name: 'XS65E001' }, { name: 'A' }],
  });
  expect(await said(own('A', ['XS65E00l']))).toEqual({
    feedUnread:
      'updates.xml and hotfixes.yaml do not fit: A requires XS65E00l, which is not in the catalogue',
  });
  expect(await said(own('A', ['B']), own('B', ['A']))).toEqual({
    feedUnread: 'updates.xml and hotfixes.yaml do not fit: by requires these go round in a circle: A, B, A',
  });
});
