/** Pool time by the wall: exact at its events, late after a stall, never out of order. */
import { drive, type Drive } from '../../../src/sim/drive';
import { Timeline } from '../../../src/sim/time';

const START = Date.UTC(2026, 0, 15);
const wall = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Holds the event loop, as a long computation or a suspended process does. */
function stall(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

let running: Drive | undefined;
afterEach(() => running?.stop());

function driven(speed: number): Timeline {
  const time = new Timeline(START);
  running = drive(time, speed);
  return time;
}

/** Waits for the wall until this is so, for as long as a busy machine may need. */
async function until(so: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !so() && performance.now() < end;) await wall(5);
}

test('pool time runs at its speed, also where nothing happens', async () => {
  const before = performance.now();
  const time = driven(100);

  await wall(100);

  const passed = time.now() - START;
  expect(passed).toBeGreaterThanOrEqual(9_900);
  expect(passed).toBeLessThanOrEqual((performance.now() - before) * 100);
});

test('an event sees its own instant, not the moment at which the process got to it', async () => {
  const time = driven(1000);
  const seen: number[] = [];
  time.in(1, () => {
    const begun = time.now();
    for (const seconds of [7, 3, 20]) time.in(seconds, () => seen.push((time.now() - begun) / 1000));
  });

  await until(() => seen.length === 3);

  expect(seen).toEqual([3, 7, 20]);
});

test('a stall makes events late, never out of order, and sleepers wake at their own times', async () => {
  const time = driven(1000);
  const seen: string[] = [];
  time.in(1, () => {
    const begun = time.now();
    const note = (who: string): void => void seen.push(`${who} ${(time.now() - begun) / 1000}`);
    void (async () => {
      for (let round = 0; round < 3; round++) {
        await time.sleep(100);
        note('sleeper');
      }
    })();
    time.in(150, () => note('event'));
    time.in(250, () => note('event'));
  });

  await until(() => time.now() > START + 1000);
  stall(500);
  await until(() => seen.length === 5);

  expect(seen).toEqual(['sleeper 100', 'event 150', 'sleeper 200', 'event 250', 'sleeper 300']);
});

test('stalled again and again at speed 1000, every clock of the cloud keeps its order', async () => {
  const time = driven(1000);
  const seen: number[] = [];
  time.every(60, () => seen.push(time.now()));
  time.every(90, () => seen.push(time.now()));

  for (let round = 0; round < 3; round++) {
    stall(200);
    await wall(20);
  }

  expect(seen.length).toBeGreaterThan(10);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

test('another speed changes what is to come and nothing that has been', async () => {
  const time = driven(1);
  let woke = 0;
  time.in(60, () => (woke = time.now()));
  await wall(20);
  const before = time.now();

  running!.setSpeed(6000);
  await wall(60);

  expect(before - START).toBeLessThan(1000);
  expect(woke - START).toBeGreaterThanOrEqual(60_000);
  expect(woke - START).toBeLessThan(60_100);
  expect(running!.speed()).toBe(6000);
});

test('an event made while the process waits for a later one is not late', async () => {
  const time = driven(1);
  let woke: number | undefined;
  time.in(3600, () => undefined);
  await wall(10);
  const asked = performance.now();

  time.in(0.02, () => (woke = performance.now()));
  await wall(100);

  expect(woke! - asked).toBeLessThan(80);
});

test('stopped, pool time stands still', async () => {
  const time = driven(1000);
  await wall(10);
  running!.stop();
  const stopped = time.now();

  await wall(30);

  expect(time.now()).toBe(stopped);
});
