/** Killed at every seam of a whole upgrade: whoever comes next finishes it, and no host boots twice. */
import type { Run } from '../../src/domain/run';
import { acts, killedEverywhere, sampled } from '../support/killed-everywhere';
import type { Moment } from '../support/killing';
import { rulesBroken, truthOf, upgraded } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type Story } from '../support/story';

jest.setTimeout(300_000);

/** A second try of these needs a person, because the first may not be taken back. */
const ONE_WAY = /-(enter-maintenance|start-vms|create-test-vm)$/;

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

const { undisturbed, everywhere } = killedEverywhere({
  begin: async () => {
    const it = story({ pools: [smallPool] });
    return { it, id: await it.start(await it.plan()) };
  },
  wellEnded,
  apart: 9,
});

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
