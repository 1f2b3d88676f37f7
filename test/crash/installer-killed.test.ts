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

/** The installer of the master fails, and a person chooses this way; no seam of the lines that follow is left out. */
describe.each(['again', 'take-back'] as const)('the way “%s”, killed', (way) => {
  const failing = (): Story => {
    const it = story({
      pools: [smallPool],
      automatic: { url: 'http://media.example/xs-7.1.2', byHand: [] },
      answers: ({ ask }) => {
        if (ask.kind !== 'retry') return 'yes';
        // what cannot be taken back, and was meant by who died, is looked at and said once more
        return ask.ways ? way : 'yes';
      },
    });
    it.cloud.faults.add([{ call: 'world:installer', on: 'host-1', how: 'fail' }]);
    return it;
  };

  /** Where the run is once the master's lane is through its lines, or back in service. */
  const until = (run: Run): boolean =>
    way === 'take-back'
      ? Object.values(run.lines).some(({ problem }) => problem?.code === 'INSTALLER_TAKEN_BACK')
      : Object.values(run.lines).some(
          ({ line, status }) =>
            line.id.startsWith('host-1') && line.kind === 'manage-cluster' && status === 'done',
        );

  const ended = (it: Story, run: Run): void => {
    const host = it.host('host-1');
    expect([it.errors, rulesBroken(it), until(run), host.prepared, host.dom0.disk.layout]).toEqual([
      [],
      [],
      true,
      false,
      'old',
    ]);
    expect(host.version).toBe(way === 'take-back' ? '6.5.0' : '7.1.2');
    expect([times(it, 'host.call_plugin main', 'host-1'), times(it, 'host.reboot', 'host-1')]).toEqual(
      way === 'again' ? [2, 2] : [1, 1],
    );
  };

  async function seams(): Promise<readonly string[]> {
    const it = failing();
    const observed = mortal();
    const run = await it.play(await it.start(await it.plan()), {
      workers: [it.worker(observed.wrap)],
      until,
    });
    ended(it, run);
    const from = observed.seams.findIndex((seam) => seam.startsWith('append PlanRevised'));
    expect(from).toBeGreaterThan(0);
    return [...new Set(observed.seams.slice(from))];
  }

  async function once(open: Set<string>): Promise<number> {
    const it = failing();
    const id = await it.start(await it.plan());
    let revised = false;
    for (let deaths = 0; ; deaths++) {
      const youngest = deaths === 0 ? 1 : APART;
      const soul = mortal((seam, passed) => {
        revised ||= seam.startsWith('append PlanRevised');
        return revised && passed >= youngest && open.delete(seam);
      }, 'during');
      const run = await it.play(id, {
        workers: [it.worker(soul.wrap)],
        until: (now) => soul.dead || until(now),
      });
      if (soul.dead) continue;
      ended(it, run);
      return deaths;
    }
  }

  test('during each call and each entry', async () => {
    const open = new Set(await seams());
    for (let stories = 0; open.size > 0 && stories < 4 * APART; stories++)
      if ((await once(open)) === 0) break;
    expect([...open]).toEqual([]);
  });
});

test('dead in the moment after main has gone out: what it owes is in the journal already', async () => {
  const it = tale();
  const id = await it.start(await it.plan());
  const soul = mortal((seam) => seam.startsWith('act xen prepareInstaller'), 'during');
  const run = await it.play(id, { workers: [it.worker(soul.wrap)], until: () => soul.dead });
  expect(run.owed.map(({ id: owed }) => owed)).toContain('installer-prepared:host-1');
});
