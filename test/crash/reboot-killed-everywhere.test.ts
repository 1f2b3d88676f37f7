/** Killed at every seam of a whole rolling reboot: whoever comes next finishes it, and no host is rebooted twice. */
import type { Run } from '../../src/domain/run';
import { rollingReboot } from '../../src/procedures/rolling-reboot';
import { mortal, type Moment } from '../support/killing';
import { rulesBroken, truthOf, upgraded } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type Story } from '../support/story';

jest.setTimeout(300_000);

/** A worker lives for at least so many seams after the last death: one line is over before the next worker dies. */
const APART = 9;
/** A second try of these needs a person, because the first may not be taken back. */
const ONE_WAY = /-(enter-maintenance|start-vms|reboot-host)$/;

const reboot = (): Story => story({ pools: [smallPool], procedure: rollingReboot, target: '6.5.0' });

async function undisturbed(): Promise<readonly string[]> {
  const it = reboot();
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
  expect(truthOf(it)).toEqual(upgraded(it, it.pool, '6.5.0'));
  const asked = run.questions.filter(({ ask }) => ask.kind === 'retry').map(({ line }) => line);
  expect(asked.filter((line) => !ONE_WAY.test(line))).toEqual([]);
  const sent = (call: string): readonly string[] =>
    it.cloud.calls.filter((one) => one.call === call).map(({ on }) => on);
  expect(sent('host.reboot')).toEqual(['host-1', 'host-2']);
  expect(sent('startVirtualMachine')).toEqual(['i-2-13-VM']);
}

/** One worker after the other dies at the next seam that is still `open`, until the run is over. */
async function oneAfterAnother(open: Set<string>, moment: Moment): Promise<number> {
  const it = reboot();
  const id = await it.start(await it.plan());
  for (let deaths = 0; ; deaths++) {
    const youngest = deaths === 0 ? 1 : APART;
    const soul = mortal((seam, passed) => passed >= youngest && open.delete(seam), moment);
    const run = await it.play(id, { workers: [it.worker(soul.wrap)], until: () => soul.dead });
    if (soul.dead) continue;
    wellEnded(it, run);
    return deaths;
  }
}

async function everywhere(seams: readonly string[], moment: Moment): Promise<readonly string[]> {
  const open = new Set(seams);
  for (let stories = 0; open.size > 0 && stories < 4 * APART; stories++)
    if ((await oneAfterAnother(open, moment)) === 0) break;
  return [...open];
}

const isAct = (seam: string): boolean => seam.startsWith('act ');

test('killed before each seam, one after the other: another worker finishes', async () => {
  const seams = await undisturbed();
  expect(seams.filter((seam) => seam.includes('rebootHost'))).toHaveLength(2);
  expect(await everywhere(seams, 'before')).toEqual([]);
});

test.each<Moment>(['during', 'after'])('killed %s each act: another worker finishes', async (moment) => {
  expect(await everywhere((await undisturbed()).filter(isAct), moment)).toEqual([]);
});
