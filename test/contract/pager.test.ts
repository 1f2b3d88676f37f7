/** The pager over HTTP: one key is one page, a limit is tried again, a refusal is said once. */
import { pagerDuty } from '../../src/adapters/pager-duty';
import { NotSent, Refused, Unreachable } from '../../src/domain/errors';
import type { Page } from '../../src/ports';
import { makeCloud, type Cloud } from '../../src/sim/cloud';
import { PAGER_ROUTING_KEY } from '../../src/sim/credentials';
import { listenPager, type PagerPort } from '../../src/sim/pager';

let cloud: Cloud;
let port: PagerPort;
beforeEach(async () => {
  cloud = makeCloud();
  port = await listenPager(cloud, 0);
});
afterEach(() => port.close());

const page = (changes: Partial<Page> = {}): Page => ({
  action: 'trigger',
  dedupKey: 'xsu:run-1:host-2:SAME_VERSION',
  severity: 'error',
  summary: 'host-2 rebooted but still runs 6.5',
  source: 'pool-a',
  details: { run: 'run-1' },
  ...changes,
});
const pager = (routingKey = PAGER_ROUTING_KEY) => pagerDuty({ url: port.url, routingKey });

test('trigger, acknowledge and resolve are one page by its key', async () => {
  for (const action of ['trigger', 'acknowledge', 'resolve'] as const) await pager().send(page({ action }));

  expect(cloud.pages.map((one) => [one.dedupKey, one.action, one.severity, one.summary])).toEqual(
    ['trigger', 'acknowledge', 'resolve'].map((action) => [
      'xsu:run-1:host-2:SAME_VERSION',
      action,
      'error',
      'host-2 rebooted but still runs 6.5',
    ]),
  );
  expect(cloud.calls.map((call) => [call.face, call.call, call.ok])).toEqual(
    cloud.pages.map(() => ['pager', 'enqueue', true]),
  );
});

test("a summary longer than the service's limit is cut, not refused", async () => {
  await pager().send(page({ summary: 'x'.repeat(5000) }));

  expect(cloud.pages[0]?.summary).toHaveLength(1024);
});

test.each(['429', '500', '503'])('HTTP %s is to be tried again', async (code) => {
  cloud.faults.add([{ call: 'pager:enqueue', how: 'refuse', code }]);

  await expect(pager().send(page())).rejects.toBeInstanceOf(Unreachable);
  await pager().send(page());

  expect(cloud.pages).toHaveLength(1);
});

test('an event that the service finds invalid is Refused and names the key to correct', async () => {
  const refusal = await pager('0'.repeat(32))
    .send(page())
    .catch((error: unknown) => error);

  expect(refusal).toBeInstanceOf(Refused);
  expect((refusal as Refused).problem).toMatchObject({
    code: 'PAGE_REFUSED',
    why: 'It does not know the routing key.',
  });
  expect(cloud.pages).toEqual([]);
});

test('a refused connection is NotSent, a lost answer is Unreachable although the page was taken', async () => {
  cloud.faults.add([{ call: 'pager:enqueue', how: 'lose-answer' }]);
  await expect(pager().send(page())).rejects.toBeInstanceOf(Unreachable);
  expect(cloud.pages).toHaveLength(1);

  await port.close();
  await expect(pager().send(page())).rejects.toBeInstanceOf(NotSent);
});

test.each([
  ['not JSON', 'nonsense'],
  [
    'an unknown action',
    JSON.stringify({ routing_key: PAGER_ROUTING_KEY, event_action: 'shout', dedup_key: 'a' }),
  ],
  [
    'a trigger without payload',
    JSON.stringify({ routing_key: PAGER_ROUTING_KEY, event_action: 'trigger', dedup_key: 'a' }),
  ],
  ['a resolve without key', JSON.stringify({ routing_key: PAGER_ROUTING_KEY, event_action: 'resolve' })],
])('the service answers 400 to %s and keeps nothing', async (_, body) => {
  const response = await fetch(`${port.url}/v2/enqueue`, { method: 'POST', body });

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ status: 'invalid event' });
  expect(cloud.pages).toEqual([]);
});
