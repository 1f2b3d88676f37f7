/** Killed at every seam of a whole rolling reboot: whoever comes next finishes it, and no host is rebooted twice. */
import type { Run } from '../../src/domain/run';
import { rollingReboot } from '../../src/procedures/rolling-reboot';
import { acts, killedEverywhere } from '../support/killed-everywhere';
import type { Moment } from '../support/killing';
import { rulesBroken, truthOf, upgraded } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type Story } from '../support/story';

jest.setTimeout(300_000);

/** A second try of these needs a person, because the first may not be taken back. */
const ONE_WAY = /-(enter-maintenance|start-vms|reboot-host)$/;

function wellEnded(it: Story, run: Run): void {
  expect(it.errors).toEqual([]);
  expect(rulesBroken(it)).toEqual([]);
  expect(run.phase).toBe('finished');
  expect(run.owed).toEqual([]);
  expect(truthOf(it)).toEqual(upgraded(it, it.pool, '6.5.0'));
  const asked = run.questions.filter(({ ask }) => ask.kind === 'retry').map(({ line }) => line);
  expect(asked.filter((line) => !ONE_WAY.test(line))).toEqual([]);
  const sent = (call: string): readonly string[] =>
    it.cloud.calls.filter((one) => one.call === call).map(({ on }) => on);
  expect(sent('host.reboot')).toEqual(['host-1', 'host-2']);
  expect(sent('startVirtualMachine')).toEqual(['i-2-13-VM']);
}

const { undisturbed, everywhere } = killedEverywhere({
  begin: async () => {
    const it = story({ pools: [smallPool], procedure: rollingReboot, target: '6.5.0' });
    return { it, id: await it.start(await it.plan()) };
  },
  wellEnded,
  apart: 9,
});

test('killed before each seam, one after the other: another worker finishes', async () => {
  const seams = await undisturbed();
  expect(seams.filter((seam) => seam.includes('rebootHost'))).toHaveLength(2);
  expect(await everywhere(seams, 'before')).toEqual([]);
});

test.each<Moment>(['during', 'after'])('killed %s each act: another worker finishes', async (moment) => {
  expect(await everywhere(acts(await undisturbed()), moment)).toEqual([]);
});
