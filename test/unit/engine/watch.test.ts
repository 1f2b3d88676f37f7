/** The watch rings for what only CloudStack shows: how soon, and that it rings for nothing else. Pool time throughout. */
import { watch, type Watch } from '../../../src/engine/watch';
import type { World } from '../../../src/ports';
import { pass } from '../../support/sim-xapi';
import { smallPool } from '../../support/small-pool';
import { story, type Story } from '../../support/story';

let it: Story;
let run: string;
let watching: Watch;
let rings: number[];

beforeEach(async () => {
  it = story({ pools: [smallPool] });
  run = await it.start(await it.plan());
  const worlds: World[] = [];
  it.worker(({ journal, world }) => {
    worlds.push(world);
    return { journal, world };
  });
  rings = [];
  // XAPI says nothing here: what rings is CloudStack's
  const silent: World = { ...worlds[0]!, xen: { ...worlds[0]!.xen, watch: async () => undefined } };
  watching = watch({
    journal: it.journal,
    world: () => silent,
    ring: () => void rings.push(it.cloud.time.now()),
    speed: () => 1,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = it.cloud.time.in(ms / 1000, resolve);
        signal.addEventListener('abort', () => (timer.cancel(), resolve()), { once: true });
      }),
  });
  await watching.follow();
});
afterEach(() => watching.close());

/** Pool seconds from now until the first ring within so many; undefined when there is none. */
async function rungWithin(seconds: number): Promise<number | undefined> {
  rings = [];
  const from = it.cloud.time.now();
  await pass(it.cloud, seconds);
  return rings[0] === undefined ? undefined : (rings[0] - from) / 1000;
}

test('where nothing happens nobody is rung, however long', async () => {
  await pass(it.cloud, 2);
  expect(await rungWithin(1800)).toBeUndefined();
});

test('a host that CloudStack alone calls something else rings within five seconds in the first ten minutes', async () => {
  await pass(it.cloud, 60);
  it.host('host-2').cs.state = 'Connecting';
  expect(await rungWithin(60)).toBeLessThanOrEqual(5.5);
});

test('after a move of the run one look follows within a second or so, though it was asleep for fifteen', async () => {
  await pass(it.cloud, 1800);
  await watching.follow(run);
  // a job that began and ended in this second would be seen by no comparison
  expect(await rungWithin(60)).toBeLessThanOrEqual(1.5);
  expect(rings).toHaveLength(1);
});

test('a run that moves three times a second is still looked at', async () => {
  rings = [];
  for (let n = 0; n < 30; n++) {
    await pass(it.cloud, 0.3);
    await watching.follow(run);
  }
  expect(rings.length).toBeGreaterThanOrEqual(5);
});

test('a run that is over is watched no longer', async () => {
  await it.journal.append(run, await it.journal.lastSeq(run), { type: 'RunFinished' });
  await watching.follow(run);
  it.host('host-2').cs.state = 'Connecting';
  expect(await rungWithin(600)).toBeUndefined();
});
