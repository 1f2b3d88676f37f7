/** CloudStack without a socket answers as a socket would, and keeps nothing of what it has answered. */
import { getEventListeners } from 'node:events';
import { Unreachable } from '../../../src/domain/errors';
import { inMemoryTransport } from '../../../src/sim/cloudstack/in-memory';
import { makeWorld, signed } from './cloudstack-world';

const params = { command: 'listCapabilities', response: 'json' };
const request = {
  method: 'GET',
  url: `http://10.0.0.5:8080/client/api?${new URLSearchParams(signed(params)).toString()}`,
} as const;

test('an answer that has come is no longer waited for: its deadline holds nothing', async () => {
  const { side } = makeWorld();
  const { signal } = new AbortController();

  const answer = await inMemoryTransport(side)({ ...request, signal });

  expect(answer.status).toBe(200);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('an answer that never comes is given up at the deadline, and not before', async () => {
  const { side, cloud } = makeWorld();
  cloud.faults.add([{ call: 'cloudstack:listCapabilities', how: 'hang' }]);
  const deadline = new AbortController();
  const answer = inMemoryTransport(side)({ ...request, signal: deadline.signal });
  const first = await Promise.race([
    answer.catch(() => 'given up'),
    new Promise((resolve) => setImmediate(() => resolve('nothing yet'))),
  ]);

  deadline.abort();

  expect(first).toBe('nothing yet');
  await expect(answer).rejects.toBeInstanceOf(Unreachable);
  expect(getEventListeners(deadline.signal, 'abort')).toEqual([]);
});
