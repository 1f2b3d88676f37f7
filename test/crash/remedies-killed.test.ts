/**
 * Every remedy carried out alone and given back, then killed at each of its seams: whoever comes next finishes, and nothing is
 * left owed. A check whose remedy has no row here fails the first test.
 */
import type { Run } from '../../src/domain/run';
import { defineProcedure, poolSection } from '../../src/procedures/procedure';
import { remediesGivenBack, remedyLines } from '../../src/procedures/remedies';
import { copyCapabilityRow } from '../../src/sim/cloudstack/cloudstack';
import type { SimDom0 } from '../../src/sim/dom0';
import { sidesOf } from '../../src/sim/sides';
import { xapiWorld } from '../../src/sim/xapi/xapi-world';
import { approveRun } from '../../src/steps/approve-run';
import { settleAccount } from '../../src/steps/settle-account';
import { mortal, type Moment } from '../support/killing';
import { rulesBroken } from '../support/outcome';
import { ANN, BOB, story, type Story } from '../support/story';
import { REMEDIES } from '../unit/checks/pool-cases';
import { poolFile } from '../unit/checks/pool-files';

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

interface Row {
  readonly check: string;
  /** Under test/fixtures/pools. */
  readonly pool: string;
  readonly target: string;
  /** What the remedy changes, as the pretend cloud has it. */
  readonly shows: (it: Story) => unknown;
  /** What that is in the end. */
  readonly ends: unknown;
  /** What was owed meanwhile; none where it was put right for good. */
  readonly owes?: string;
  /** Who carries out a line that is done by hand. */
  readonly byHand?: (it: Story) => void;
}

const onDom0 = (it: Story, change: Partial<SimDom0>): void => {
  for (const host of it.pool.hosts) host.dom0 = { ...host.dom0, ...change };
};
const settingOf = (it: Story, name: string) => sidesOf(it.cloud).cloudStack.settings.get(name);
const ROWS: readonly Row[] = [
  {
    check: 'auto-start',
    pool: 'auto-start',
    target: '7.1.2',
    shows: (it) => it.pool.autoPowerOn,
    owes: 'auto-start-off',
    ends: true,
  },
  {
    check: 'blobs',
    pool: 'message-files',
    target: '7.1.2',
    shows: (it) => it.host('host-3').dom0.blobs,
    byHand: (it) => onDom0(it, { blobs: 10 }),
    ends: 10,
  },
  {
    check: 'capability-rows',
    pool: 'no-capability-row',
    target: '7.1.2',
    shows: (it) => Object.keys(sidesOf(it.cloud).cloudStack.profile.capabilities).includes('7.1.2'),
    byHand: (it) => copyCapabilityRow(sidesOf(it.cloud).cloudStack, '7.1.2'),
    ends: true,
  },
  {
    check: 'cloudstack-settings',
    pool: 'force-ha-4-22',
    target: '8.4.0',
    shows: (it) => settingOf(it, 'force.ha'),
    owes: 'setting-changed',
    ends: 'true',
  },
  {
    check: 'dell-utility-partition',
    pool: 'utility-partition',
    target: '7.1.2',
    shows: (it) => it.host('host-2').dom0.disk.utilityPartition,
    byHand: (it) => {
      for (const host of it.pool.hosts)
        host.dom0 = { ...host.dom0, disk: { ...host.dom0.disk, utilityPartition: false } };
    },
    ends: false,
  },
  {
    check: 'features-that-go',
    pool: 'old-tls',
    target: '8.2.1',
    shows: (it) => it.pool.hosts.some((host) => host.traits.legacySsl),
    byHand: (it) => {
      for (const host of it.pool.hosts) host.traits.legacySsl = false;
    },
    ends: false,
  },
  {
    check: 'guest-os-mappings',
    pool: 'no-guest-os-names',
    target: '7.1.2',
    // a name once given is not given again, whoever asked for it
    shows: (it) => it.cloud.calls.filter((one) => one.call === 'addGuestOsMapping' && one.ok).length,
    ends: 2,
  },
  {
    check: 'maintenance-mode',
    pool: 'maintenance-mode',
    target: '7.1.2',
    shows: (it) => it.host('host-2').traits.maintenanceMode,
    ends: false,
  },
  {
    check: 'message-count',
    pool: 'many-messages',
    target: '7.1.2',
    // so many as are kept, and what came meanwhile
    shows: (it) => Math.round(xapiWorld(it.cloud).of(it.pool).messages.length / 1000) * 1000,
    ends: 1000,
  },
  {
    check: 'safe2upgrade-mark',
    pool: 'marked-safe2upgrade',
    target: '7.1.2',
    shows: (it) => it.host('host-2').dom0.safe2upgrade,
    byHand: (it) => onDom0(it, { safe2upgrade: false }),
    ends: false,
  },
  {
    check: 'storage-plugged',
    pool: 'storage-unplugged',
    target: '7.1.2',
    shows: (it) => it.host('host-2').pbds.every((pbd) => pbd.attached),
    ends: true,
  },
  {
    check: 'vms-blocked',
    pool: 'vm-blocked',
    target: '7.1.2',
    shows: (it) => it.vm('i-2-11-VM').traits.blocked,
    owes: 'operations-allowed',
    ends: { pool_migrate: 'ASK_ANN' },
  },
];

/** A worker lives for at least so many seams after the last death: one line is over before the next worker dies. */
const APART = 9;

const told = ({ pool, target, byHand }: Row): Story =>
  story({
    ...poolFile(pool),
    target,
    procedure: remediesAlone,
    answers: (question, _run, it) => {
      if (question.ask.kind === 'confirm') byHand?.(it);
      return 'yes';
    },
  });
const begun = async (it: Story, { check }: Row): Promise<string> =>
  it.start(await it.plan('pool-a', [check]));

async function undisturbed(row: Row): Promise<readonly string[]> {
  const it = told(row);
  const observed = mortal();
  const id = await begun(it, row);
  wellEnded(it, row, await it.play(id, { workers: [it.worker(observed.wrap)] }));
  const owed = (await it.entries(id)).flatMap((entry) =>
    entry.type === 'ActIntended' ? entry.owes.map(({ what }) => what) : [],
  );
  expect([...new Set(owed)]).toEqual(row.owes === undefined ? [] : [row.owes]);
  return [...new Set(observed.seams)];
}

function wellEnded(it: Story, { shows, ends }: Row, run: Run): void {
  expect(it.errors).toEqual([]);
  expect(rulesBroken(it)).toEqual([]);
  expect(run.phase).toBe('finished');
  expect(run.owed).toEqual([]);
  expect(shows(it)).toEqual(ends);
}

/** One worker after the other dies at the next seam that is still `open`, until the run is over. */
async function oneAfterAnother(row: Row, open: Set<string>, moment: Moment): Promise<number> {
  const it = told(row);
  const id = await begun(it, row);
  for (let deaths = 0; ; deaths++) {
    const youngest = deaths === 0 ? 1 : APART;
    const soul = mortal((seam, passed) => passed >= youngest && open.delete(seam), moment);
    const workers = [it.worker(soul.wrap)];
    const run = await it.play(id, { workers, until: () => soul.dead });
    if (!soul.dead) {
      wellEnded(it, row, run);
      return deaths;
    }
  }
}

async function everywhere(row: Row, seams: readonly string[], moment: Moment): Promise<readonly string[]> {
  const open = new Set(seams);
  for (let stories = 0; open.size > 0 && stories < 4 * APART; stories++)
    if ((await oneAfterAnother(row, open, moment)) === 0) break;
  return [...open];
}

const acts = (seams: readonly string[]): readonly string[] => seams.filter((seam) => seam.startsWith('act '));

test('every check that offers a remedy has its row, and every row such a check', () => {
  expect(ROWS.map(({ check }) => check)).toEqual(Object.keys(REMEDIES));
});

describe.each(ROWS)('the remedy of $check', (row) => {
  test('is carried out once, and what it owes is given back', async () => {
    const seams = await undisturbed(row);

    expect([row.check, acts(seams).length > 0]).toEqual([row.check, row.byHand === undefined]);
  });

  test('killed before each of its seams: another finishes', async () => {
    expect(await everywhere(row, await undisturbed(row), 'before')).toEqual([]);
  });

  test('killed during and after each of its acts: another finishes', async () => {
    const named = acts(await undisturbed(row));

    expect(await everywhere(row, named, 'during')).toEqual([]);
    expect(await everywhere(row, named, 'after')).toEqual([]);
  });
});

test.each(ROWS.filter(({ owes }) => owes !== undefined))(
  'aborted after the remedy of $check: it is owed, and a small run gives it back',
  async (row) => {
    const it = told(row);
    const id = await begun(it, row);
    const isDone = (run: Run): boolean =>
      Object.values(run.lines).some(
        ({ line, status }) => line.kind === REMEDIES[row.check] && status === 'done',
      );
    await it.play(id, { until: isDone });
    await it.operator.abort(ANN, id);
    await it.play(id);
    expect(row.shows(it)).not.toEqual(row.ends);

    const owed = await it.ask(it.operator.obligations(ANN, 'pool-a'));
    expect(owed.map(({ what }) => what)).toEqual([row.owes]);
    await it.play((await it.ask(it.operator.giveBack(BOB, 'pool-a', owed[0]!.id))).run);

    expect(await it.ask(it.operator.obligations(ANN, 'pool-a'))).toEqual([]);
    expect(row.shows(it)).toEqual(row.ends);
  },
);
