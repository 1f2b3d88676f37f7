/** The clocks: the wall's own, and one that follows the simulator. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simClock, systemClock, type SimClock } from '../../src/adapters/clock';

const POOL = Date.UTC(2016, 5, 1);
let server: Server;
let answer: () => string;
let asked = 0;
let clock: SimClock | undefined;

beforeEach(async () => {
  asked = 0;
  server = createServer((request, response) => {
    asked++;
    response.end(request.url === '/clock' ? answer() : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  clock?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const says = (poolNow: number | string, speed: number): string =>
  JSON.stringify({ poolNow, wallNow: Date.now(), speed });
const wallMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wallMs(5);
}

test('of a real pool the time is the machine’s, at speed 1', () => {
  const real = systemClock();

  expect(Math.abs(real.now() - Date.now())).toBeLessThan(100);
  expect(real.speed()).toBe(1);
  expect(real.monotonic()).toBeLessThanOrEqual(real.monotonic());
});

test('the simulator’s time is carried on between two answers at the speed that it told', async () => {
  const start = performance.now();
  answer = () => says(POOL + (performance.now() - start) * 600, 600);

  clock = await simClock(url());
  const first = clock.now();
  const askedBefore = asked;
  await wallMs(50);
  const second = clock.now();

  expect(asked).toBe(askedBefore);
  expect(clock.speed()).toBe(600);
  expect(second - first).toBeGreaterThan(40 * 600);
  expect(second - first).toBeLessThan(500 * 600);
});

test('a time in ISO 8601 is understood', async () => {
  answer = () => says(new Date(POOL).toISOString(), 1);

  clock = await simClock(url());

  expect(Math.abs(clock.now() - POOL)).toBeLessThan(500);
});

test('a changed speed is followed', async () => {
  answer = () => says(POOL, 60);
  clock = await simClock(url());

  answer = () => says(POOL + 3_600_000, 1000);
  await until(() => clock?.speed() === 1000);

  expect(clock.now()).toBeGreaterThanOrEqual(POOL + 3_600_000);
});

test('time never goes back: it stands still until the simulator has caught up', async () => {
  answer = () => says(POOL + 60_000, 1);
  clock = await simClock(url());
  const before = clock.now();
  const askedBefore = asked;

  answer = () => says(POOL, 1);
  await until(() => asked > askedBefore + 1);
  const behind = clock.now();
  answer = () => says(POOL + 3_600_000, 1);
  await until(() => (clock?.now() ?? 0) > behind);

  expect(behind).toBeGreaterThanOrEqual(before);
  expect(behind - before).toBeLessThan(1_500);
  expect(clock.now()).toBeGreaterThanOrEqual(POOL + 3_600_000);
});

test('when the simulator stops answering, time stands still after a second', async () => {
  answer = () => says(POOL, 1);
  clock = await simClock(url());
  answer = () => 'nonsense';
  await wallMs(1_300);

  const stopped = clock.now();
  await wallMs(100);

  expect(clock.now()).toBe(stopped);
});

test('a simulator that is not there is out of reach, and one that talks nonsense is malformed', async () => {
  await expect(simClock('http://127.0.0.1:1')).rejects.toMatchObject({ name: 'Unreachable' });
  answer = () => JSON.stringify({ poolNow: 'tomorrow', speed: 1 });
  await expect(simClock(url())).rejects.toMatchObject({ name: 'Malformed' });
  answer = () => JSON.stringify({ poolNow: POOL, speed: 0 });
  await expect(simClock(url())).rejects.toMatchObject({ name: 'Malformed' });
});
