/** Both checks of messages speak of one directory: what lies beside it, RRDs among it, is neither counted nor removed. */
import { lookAt } from './pool-files';

const MESSAGES = '/var/lib/xcp/blobs/messages';
const pathsIn = (words: string): readonly string[] => words.match(/\/var\/lib\/xcp\/[^\s"',]*/g) ?? [];

test.each([
  ['message-files', 'blobs', 'host-3'],
  ['many-messages', 'message-count', 'host-1'],
])('%s: nothing but messages is named', async (pool, check, keeps) => {
  const { findings } = await lookAt(pool, '7.1.2');
  const [finding, ...more] = findings.filter((one) => one.check === check);

  expect(more).toEqual([]);
  expect(finding?.what).toContain(keeps);
  const paths = pathsIn(JSON.stringify(finding));
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => path !== MESSAGES)).toEqual([]);
});
