/** Killed at every seam of the remedies and of what gives them back: whoever comes next finishes, and nothing is left owed. */
import type { Run } from '../../src/domain/run';
import { defineProcedure, poolSection } from '../../src/procedures/procedure';
import { remediesGivenBack, remedyLines } from '../../src/procedures/remedies';
import { approveRun } from '../../src/steps/approve-run';
import { settleAccount } from '../../src/steps/settle-account';
import { addsTheRow, BLOCKED, faultyPool } from '../support/faulty-pool';
import { mortal, type Moment } from '../support/killing';
import { rulesBroken } from '../support/outcome';
import { story, type Story } from '../support/story';

jest.setTimeout(300_000);

/** The lines that this test is about, without an upgrade between them. */
const remediesAlone = defineProcedure({
  name: 'rolling-upgrade',
  summary: 'Put right, and give back.',
  sections: (input) => [
    poolSection(
      'Before the first host',
      approveRun({ pool: input.snapshot.name, from: '6.5.0', to: input.target, facts: [] }),
      remedyLines(input),
    ),
    poolSection(
      'After the last host',
      remediesGivenBack(input),
      settleAccount({ pool: input.snapshot.name }),
    ),
  ],
});

/** A worker lives for at least so many seams after the last death: one line is over before the next worker dies. */
const APART = 9;

const told = (): Story => story({ pools: [faultyPool], procedure: remediesAlone, answers: addsTheRow });
const begun = async (it: Story): Promise<string> => it.start(await it.plan('pool-a', ['all']));

async function undisturbed(): Promise<readonly string[]> {
  const it = told();
  const observed = mortal();
  const run = await it.play(await begun(it), { workers: [it.worker(observed.wrap)] });
  wellEnded(it, run);
  return [...new Set(observed.seams)];
}

function wellEnded(it: Story, run: Run): void {
  expect(it.errors).toEqual([]);
  expect(rulesBroken(it)).toEqual([]);
  expect(run.phase).toBe('finished');
  expect(run.owed).toEqual([]);
  expect(it.pool.autoPowerOn).toBe(true);
  expect(it.vm('i-2-10-VM').traits.blocked).toEqual(BLOCKED);
  expect(it.host('host-2').traits.maintenanceMode).toBe(false);
  // a name once given is not given again, whoever asked for it
  const added = it.cloud.calls.filter((one) => one.call === 'addGuestOsMapping' && one.ok);
  expect(added).toHaveLength(7);
}

/** One worker after the other dies at the next seam that is still `open`, until the run is over. */
async function oneAfterAnother(open: Set<string>, moment: Moment): Promise<number> {
  const it = told();
  const id = await begun(it);
  for (let deaths = 0; ; deaths++) {
    const youngest = deaths === 0 ? 1 : APART;
    const soul = mortal((seam, passed) => passed >= youngest && open.delete(seam), moment);
    const workers = [it.worker(soul.wrap)];
    const run = await it.play(id, { workers, until: () => soul.dead });
    if (!soul.dead) {
      wellEnded(it, run);
      return deaths;
    }
  }
}

async function everywhere(seams: readonly string[], moment: Moment): Promise<readonly string[]> {
  const open = new Set(seams);
  for (let stories = 0; open.size > 0 && stories < 4 * APART; stories++)
    if ((await oneAfterAnother(open, moment)) === 0) break;
  return [...open];
}

const acts = (seams: readonly string[]): readonly string[] => seams.filter((seam) => seam.startsWith('act '));

test('every remedy acts, and so does what gives back', async () => {
  const named = new Set(acts(await undisturbed()).map((seam) => seam.split(' ').slice(1, 3).join(' ')));

  expect([...named].toSorted()).toEqual([
    'cloudStack addGuestOsName',
    'xen allowOperations',
    'xen blockOperations',
    'xen destroyMessages',
    'xen endMaintenanceMode',
    'xen plugPbd',
    'xen setAutoPowerOn',
  ]);
});

test('killed before each of them, one seam after the other: another finishes', async () => {
  expect(await everywhere(await undisturbed(), 'before')).toEqual([]);
});

test.each<Moment>(['during', 'after'])('killed %s each of its acts: another finishes', async (moment) => {
  expect(await everywhere(acts(await undisturbed()), moment)).toEqual([]);
});
