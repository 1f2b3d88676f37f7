/** Killed at every seam of the automatic installer: never two installations of one host, no prepared host in service. */
import type { Run } from '../../src/domain/run';
import { mortal, type Moment } from '../support/killing';
import { rulesBroken, times, truthOf, upgraded } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type Story } from '../support/story';

jest.setTimeout(300_000);

const OURS =
  /(prepare-installer|keep-partitions|reboot-into-installer|await-host|trust-host|prove-upgrade|take-back-installer)$|^act (dom0|xen (prepareInstaller|rebootHost))/;
/** So many seams between two deaths: the line in hand is over before the next worker dies. */
const APART = 5;

const tale = (): Story =>
  story({ pools: [smallPool], automatic: { url: 'http://media.example/xs-7.1.2', byHand: [] } });

async function seamsOf(): Promise<readonly string[]> {
  const it = tale();
  const observed = mortal();
  const run = await it.play(await it.start(await it.plan()), { workers: [it.worker(observed.wrap)] });
  expect(run.phase).toBe('finished');
  return [...new Set(observed.seams)].filter((seam) => OURS.test(seam));
}

function wellEnded(it: Story, run: Run): void {
  expect([it.errors, rulesBroken(it), run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(truthOf(it)).toEqual(upgraded(it));
  for (const { name, prepared, dom0 } of it.pool.hosts)
    expect([times(it, 'host.reboot', name), prepared, dom0.disk.layout]).toEqual([1, false, 'old']);
}

/** One story, in which a worker dies wherever nobody has died yet; gives the number of deaths. */
async function told(open: Set<string>, moment: Moment): Promise<number> {
  const it = tale();
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

test.each(['before', 'during', 'after'] as const)('%s each call and each entry', async (moment) => {
  const open = new Set(await seamsOf());
  expect(open.size).toBeGreaterThan(20);
  for (let stories = 0; open.size > 0 && stories < 5 * APART; stories++)
    if ((await told(open, moment)) === 0) break;
  expect([...open]).toEqual([]);
});

test('dead in the moment after main has gone out: what it owes is in the journal already', async () => {
  const it = tale();
  const id = await it.start(await it.plan());
  const soul = mortal((seam) => seam.startsWith('act xen prepareInstaller'), 'during');
  const run = await it.play(id, { workers: [it.worker(soul.wrap)], until: () => soul.dead });
  expect(run.owed.map(({ id: owed }) => owed)).toContain('installer-prepared:host-1');
});
