/** Killed at every seam of a whole upgrade: whoever comes next finishes it, and no host boots twice. */
import type { Run } from '../../src/domain/run';
import { mortal, type Moment } from '../support/killing';
import { rulesBroken, truthOf, upgraded } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type Story } from '../support/story';

jest.setTimeout(300_000);

/** A worker lives for at least so many seams after the last death: one line is over before the next worker dies. */
const APART = 9;
/** A second try of these needs a person, because the first may not be taken back. */
const ONE_WAY = /-(enter-maintenance|start-vms|create-test-vm)$/;

/** All seams of a whole upgrade that nobody disturbs; the same ones every time. */
async function undisturbed(): Promise<readonly string[]> {
  const it = story({ pools: [smallPool] });
  const observed = mortal();
  const run = await it.play(await it.start(await it.plan()), { workers: [it.worker(observed.wrap)] });
  expect(run.phase).toBe('finished');
  return [...new Set(observed.seams)];
}

function wellEnded(it: Story, run: Run): void {
  expect(it.errors).toEqual([]);
  expect(rulesBroken(it)).toEqual([]);
  expect(run.phase).toBe('finished');
  expect(run.owed).toEqual([]);
  expect(truthOf(it)).toEqual(upgraded(it));
  // a person is asked only about what cannot be taken back, and then it was not made twice
  const asked = run.questions.filter(({ ask }) => ask.kind === 'retry').map(({ line }) => line);
  expect(asked.filter((line) => !ONE_WAY.test(line))).toEqual([]);
  const sent = (call: string): readonly string[] =>
    it.cloud.calls.filter((one) => one.call === call).map(({ on }) => on);
  expect(sent('prepareHostForMaintenance')).toEqual(['host-1', 'host-2']);
  expect(sent('startVirtualMachine')).toEqual(['i-2-13-VM']);
  expect(sent('deployVirtualMachine')).toHaveLength(1);
}

/** One worker after the other dies at the next seam that is still `open`, until the run is over. */
async function oneAfterAnother(open: Set<string>, moment: Moment, workers: number): Promise<number> {
  const it = story({ pools: [smallPool] });
  const id = await it.start(await it.plan());
  let deaths = 0;
  const born = () => {
    const youngest = deaths === 0 ? 1 : APART;
    const soul = mortal((seam, passed) => passed >= youngest && open.delete(seam), moment);
    return { soul, engine: it.worker(soul.wrap) };
  };
  let alive = Array.from({ length: workers }, born);
  for (;;) {
    const run = await it.play(id, {
      workers: alive.map(({ engine }) => engine),
      together: workers > 1,
      until: () => alive.some(({ soul }) => soul.dead),
    });
    const dead = alive.filter(({ soul }) => soul.dead);
    if (dead.length === 0) {
      wellEnded(it, run);
      return deaths;
    }
    deaths += dead.length;
    alive = alive.map((one) => (one.soul.dead ? born() : one));
  }
}

/** Told again and again until nobody is left to die where nobody has died yet. */
async function everywhere(
  seams: readonly string[],
  moment: Moment,
  workers: number,
): Promise<readonly string[]> {
  const open = new Set(seams);
  for (let stories = 0; open.size > 0 && stories < 4 * APART; stories++)
    if ((await oneAfterAnother(open, moment, workers)) === 0) break;
  return [...open];
}

const acts = (seams: readonly string[]): readonly string[] => seams.filter((seam) => seam.startsWith('act '));
const sampled = (seams: readonly string[], stride: number): readonly string[] =>
  seams.filter((_, i) => i % stride === 0);

test('the whole upgrade of the small pool has more than 200 seams, 30 of them acts', async () => {
  const seams = await undisturbed();
  expect([seams.length > 200, acts(seams).length > 30]).toEqual([true, true]);
});

test('one worker, killed before each of them, one seam after the other: another finishes', async () => {
  expect(await everywhere(await undisturbed(), 'before', 1)).toEqual([]);
});

test.each<Moment>(['during', 'after'])(
  'one worker, killed %s each of its acts: another finishes',
  async (moment) => {
    expect(await everywhere(acts(await undisturbed()), moment, 1)).toEqual([]);
  },
);

test('two workers at once, one of them killed before every second seam: the others finish', async () => {
  expect(await everywhere(sampled(await undisturbed(), 2), 'before', 2)).toEqual([]);
});

test('three workers at once, one of them killed before every fifth seam: the others finish', async () => {
  expect(await everywhere(sampled(await undisturbed(), 5), 'before', 3)).toEqual([]);
});

test('two workers at once, one of them killed during each of its acts: the others finish', async () => {
  expect(await everywhere(acts(await undisturbed()), 'during', 2)).toEqual([]);
});
