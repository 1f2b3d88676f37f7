/** The runbooks and the plans have the same lines in the same order, both ways: what people read is what is walked. */
import { OWED, obligationId, type Obligation, type Owed } from '../../src/domain/obligation';
import type { Plan, Section } from '../../src/domain/plan';
import { WAY_WORDS, WAYS_OUT } from '../../src/domain/ways-out';
import type { PlanWish } from '../../src/engine/planner';
import { giveBack } from '../../src/procedures/give-back';
import { procedures } from '../../src/procedures';
import { rollingUpgrade } from '../../src/procedures/rolling-upgrade';
import { haSeen } from '../../src/steps/disable-ha';
import { story } from '../support/story';
import { halfWay, healthyPool, hostTraits } from '../support/snapshots';
import { flowed, page, partsOf, titlesOf } from './markdown';
import {
  anyPool,
  everything,
  HA,
  headingsOf,
  MASTER_ONLY,
  planFor,
  promisedBy,
  titles,
  type Wish,
} from './planned';

const UPGRADE = 'docs/runbooks/rolling-upgrade.md';
const runbook = headingsOf(UPGRADE);

const promised = promisedBy(UPGRADE);

describe('rolling upgrade', () => {
  test('a pool that has everything has every line of the runbook, in its order, and no other', async () => {
    const plan = await planFor({});

    const [before, master, second, third, after] = plan.sections;
    expect(plan.sections.map((section) => anyPool(section.title))).toEqual([
      'Before the first host',
      'HOST',
      'HOST',
      'HOST',
      'After the last host',
    ]);
    expect([...runbook.keys()]).toEqual(['Before the first host', 'HOST', 'After the last host']);
    expect(titles(before)).toEqual(promised('Before the first host'));
    expect(titles(master)).toEqual(promised('HOST'));
    expect(titles(second)).toEqual(promised('HOST', MASTER_ONLY));
    expect(titles(third)).toEqual(promised('HOST', MASTER_ONLY));
    expect(titles(after)).toEqual(promised('After the last host'));
  });

  const old = everything();
  const NO_BACKUP =
    'Only where no verified backup of this upgrade counts yet, and with SSH to the management servers; without, see below.';
  const NO_SMOKE_TEST = 'Only with `smokeTest` in `pools.yaml`; without, see below.';
  const NO_REMEDY = 'Only where its remedy was chosen.';
  const NO_SETTING = 'Only from CloudStack 4.15, and where its remedy was chosen.';
  const NOTHING_ADDED = 'Only where something was added to dom0 of HOST, and SSH to it is configured.';
  const conditions: readonly (readonly [only: string, wish: Wish, also: string])[] = [
    [NO_REMEDY, { plan: { remedies: [] } }, NO_SETTING],
    ['Only where HA is on.', { pool: everything({ ha: { ...HA, on: false } }) }, ''],
    ['Only where workload balancing is on.', { pool: everything({ wlb: { on: false, url: '' } }) }, ''],
    [NO_BACKUP, { plan: { verifiedBackup: 'xsupgrade-earlier-1' } }, ''],
    [
      'Only from CloudStack 4.11.1, and where it was Enabled.',
      { pool: { ...old, cloudstack: { ...old.cloudstack, version: '4.11.0.0' } } },
      NO_SETTING,
    ],
    [NOTHING_ADDED, { world: { without: ['dom0'] } }, ''],
    ['Only where a VM of HOST cannot move.', { pool: everything({ vms: healthyPool().vms }) }, ''],
  ];

  test.each(conditions)('%s Otherwise the plan has all lines but these', async (only, wish, also) => {
    const plan = await planFor(wish);

    expect(titles(plan.sections.at(0))).toEqual(promised('Before the first host', only, also));
    expect(titles(plan.sections.at(1))).toEqual(promised('HOST', only));
    expect(titles(plan.sections.at(2))).toEqual(promised('HOST', only, MASTER_ONLY));
    expect(titles(plan.sections.at(-1))).toEqual(promised('After the last host', only, also));
  });

  test('a pool that is half-way has no dump, for XAPI would hand out a stub', async () => {
    const pool = halfWay(everything({ vms: healthyPool().vms }), ['host-1']);

    const plan = await planFor({ pool });

    expect(titles(plan.sections.at(0)).slice(1)).toEqual(
      promised('Before the first host', 'Only while no host has been upgraded.').slice(1),
    );
  });

  test('the plan of the simulated pool, made through the product’s own adapters, has these lines', async () => {
    const NO_WLB = 'Only where workload balancing is on.';
    const NO_STOPS = 'Only where a VM of HOST cannot move.';

    const plan = await story().plan();

    expect(plan.sections.map((section) => titles(section))).toEqual([
      promised('Before the first host', NO_WLB, NO_REMEDY, NO_SETTING),
      promised('HOST', NOTHING_ADDED, NO_STOPS),
      promised('HOST', NOTHING_ADDED, MASTER_ONLY),
      promised('HOST', NOTHING_ADDED, MASTER_ONLY, NO_STOPS),
      promised('After the last host', NO_WLB, NO_REMEDY, NO_SETTING),
    ]);
  });

  test('the runbook names no condition that is not tried here', () => {
    const said = new Set([...runbook.values()].flat().flatMap(({ only }) => only ?? []));

    expect([...said].sort()).toEqual(
      [
        ...conditions.map(([only]) => only),
        NO_SETTING,
        MASTER_ONLY,
        NO_SMOKE_TEST,
        'Only while no host has been upgraded.',
      ].sort(),
    );
  });

  test('what a person does where nothing is configured is in the runbook by its title', async () => {
    const plan = await planFor({
      world: { without: ['managementServers'] },
      plan: { procedure: withoutSmokeTest },
    });
    const byHand = plan.sections.flatMap((section) => section.lines.filter(({ kind }) => kind === 'by-hand'));

    expect(byHand).toHaveLength(2);
    for (const line of byHand) expect(flowed(page(UPGRADE))).toContain(`“${line.title}”`);
  });

  test('a plan without smokeTest has one line by hand for those that are marked so', async () => {
    const plan = await planFor({ plan: { procedure: withoutSmokeTest } });

    const after = titles(plan.sections.at(-1));
    const left = after.filter((title) => promised('After the last host', NO_SMOKE_TEST).includes(title));
    expect(left).toEqual(promised('After the last host', NO_SMOKE_TEST));
    expect(after).toHaveLength(left.length + 1);
  });

  test('a host that no planned move and no canary can prove is proved by a person, as the runbook says', async () => {
    const plan = await planFor({ world: { facts: { canaryVm: 'i-9-99-VM' } } });

    const last = plan.sections.at(-2)?.lines.at(-1);
    expect(last?.kind).toBe('smoke-test-host');
    expect(flowed(page(UPGRADE))).toContain(`“${anyPool(last?.title ?? '')}”`);
  });
});

/** The procedure of a pool whose pools.yaml has no smokeTest. */
const withoutSmokeTest: PlanWish['procedure'] = {
  ...rollingUpgrade,
  sections: ({ smokeTest: _none, ...input }) => rollingUpgrade.sections(input),
};

const owed = (what: Owed, on: string, before: Obligation['before'] = null): Obligation => ({
  id: obligationId(what, on),
  what,
  on,
  before,
  since: '2026-01-01T00:00:00.000Z',
  run: 'run-1',
  line: 'a-line',
  subject: on,
  n: 1,
});

describe('older CloudStack', () => {
  const master = headingsOf('docs/runbooks/older-cloudstack.md').get('The master') ?? [];
  const pool = everything();
  const planOn = (version: string): Promise<Plan> =>
    planFor({ pool: { ...pool, cloudstack: { ...pool.cloudstack, version } } });

  test('the master is upgraded without maintenance up to 4.2.0, by these lines, and with it from 4.2.1', async () => {
    expect(titles((await planOn('4.2.0')).sections[1])).toEqual(master.map(({ title }) => title));
    expect(titles((await planOn('4.2.1')).sections[1])).toEqual(promised('HOST'));
  });

  test('members have the lines of the runbook in every era', async () => {
    for (const version of ['3.0.5', '4.2.0', '4.5.2'])
      expect(titles((await planOn(version)).sections[2])).toEqual(promised('HOST', MASTER_ONLY));
  });

  test('a member on 2.2 is Up only after maintenance: its last lines change places', async () => {
    const lines = headingsOf('docs/runbooks/older-cloudstack.md').get('Members on 2.2') ?? [];
    const last = lines.map(({ title }) => title);
    const member = titles((await planOn('2.2.14')).sections[2]);
    expect(member.filter((title) => last.includes(title))).toEqual(last);
    expect(member.toSorted()).toEqual([...promised('HOST', MASTER_ONLY)].toSorted());
  });

  test('before 4.9 a person stops and starts the services', async () => {
    const [before] = (await planOn('4.5.2')).sections;
    expect(before?.lines.filter((line) => line.kind === 'by-hand').map((line) => line.title)).toEqual([
      'Stop the CloudStack services, back up cloud and cloud_usage, start the services again',
    ]);
    expect(before?.lines.map((line) => line.kind)).not.toContain('stop-services');
  });
});

describe('the automatic installer', () => {
  const lines = headingsOf('docs/runbooks/automatic-installer.md').get('HOST') ?? [];
  const url = 'http://media.example/installer';
  const planWith = (byHand: readonly string[]): Promise<Plan> =>
    planFor({ world: { installer: { plugin: 'present' } }, plan: { automatic: { url, byHand } } });
  const shown = (section: Section | undefined): readonly string[] =>
    titles(section).map((title) => title.replace(url, 'URL'));

  test('the master and every member have these lines in place of the one that a person fulfils', async () => {
    const plan = await planWith([]);

    for (const at of [1, 2, 3]) {
      const those = shown(plan.sections[at]).filter((title) => lines.some((line) => line.title === title));
      expect(those).toEqual(lines.map(({ title }) => title));
      expect(shown(plan.sections[at]).filter((title) => !those.includes(title))).toEqual(
        promised('HOST', ...(at === 1 ? [] : [MASTER_ONLY])).filter(
          (title) =>
            title !== 'Upgrade HOST by hand: boot the TO installer and choose upgrade' &&
            !those.includes(title),
        ),
      );
    }
  });

  test('before the first host the licence is accepted, behind the approval and before anything is changed', async () => {
    const before = headingsOf('docs/runbooks/automatic-installer.md').get('Before the first host') ?? [];
    const title = before[0]?.title;

    expect(before).toHaveLength(1);
    expect(shown((await planWith([])).sections[0])[1]).toBe(title);
    expect(shown((await planWith(['host-1', 'host-2', 'host-3'])).sections[0])).not.toContain(title);
  });

  test('a host named behind --by-hand has the lines of the runbook, the others those of the installer', async () => {
    const plan = await planWith(['host-2']);

    expect(shown(plan.sections[2])).toEqual(promised('HOST', MASTER_ONLY));
    expect(shown(plan.sections[3])).toContain(lines[0]?.title);
  });
});

test('the ways out are in the runbook of the installer as their buttons and words say them', () => {
  const rows = WAYS_OUT.map((way) => `| ${WAY_WORDS[way].label} | \`${way}\` | ${WAY_WORDS[way].says} |`);
  const text = page('docs/runbooks/automatic-installer.md');
  expect(text.split('\n').filter((line) => /^\| [A-Z].*\| `/.test(line))).toEqual(rows);
});

describe('a pool half-way', () => {
  const half = headingsOf('docs/runbooks/half-way-pool.md').get('HOST, already on TO') ?? [];

  test.each([
    ['the master', 'host-1', half],
    ['a member', 'host-2', half.filter(({ only }) => only !== MASTER_ONLY)],
  ])(
    '%s that is done and owed something gets these lines before the hosts that are left',
    async (_, host, lines) => {
      const pool = halfWay(everything(), ['host-1', 'host-2']);

      const plan = await planFor({ pool, plan: { owed: [owed('host-in-maintenance', host)] } });

      expect(plan.sections.map((section) => anyPool(section.title))).toEqual([
        'Before the first host',
        'HOST, already on TO',
        'HOST',
        'After the last host',
      ]);
      expect(titles(plan.sections[1])).toEqual(lines.map(({ title }) => title));
    },
  );
});

describe('give back', () => {
  const sections = headingsOf('docs/runbooks/give-back.md');
  const ON: Readonly<Record<Owed, string>> = {
    'ha-off': 'pool-a',
    'wlb-paused': 'pool-a',
    'auto-start-off': 'pool-a',
    'operations-allowed': 'i-2-10-VM',
    'setting-changed': 'force.ha',
    'services-stopped': 'management on ms-1',
    'cluster-allocation-disabled': 'cluster-a',
    'host-allocation-disabled': 'host-2',
    'cluster-unmanaged': 'cluster-a',
    'host-disabled': 'host-2',
    'installer-prepared': 'host-2',
    'host-in-maintenance': 'host-2',
    'vm-stopped': 'i-2-10-VM',
    'hotfixes-staged': 'XS65E001',
    'test-vm': 'xsupgrade-1-vm',
    'test-network': 'xsupgrade-1',
  };

  const whole = everything();
  const halfPatched = {
    ...whole,
    hosts: whole.hosts.map((host) => ({ ...host, traits: { ...hostTraits, rebootsFor: ['XS65E001'] } })),
  };

  test('a host that waits for nothing is given back without a question', async () => {
    const lines = async (pool: typeof whole) =>
      (
        await planFor({ pool, plan: { procedure: giveBack, owed: [owed('host-disabled', 'host-2', null)] } })
      ).sections.flatMap((section) => section.lines.map(({ kind }) => kind));

    expect(await lines(whole)).toEqual(['enable-host']);
    expect(await lines(halfPatched)).toEqual(['by-hand', 'enable-host']);
  });

  test('the runbook has a section for everything that can be owed, and for nothing else', () => {
    expect([...sections.keys()].sort()).toEqual([...OWED].sort());
  });

  test.each(OWED)('giving back %s walks the lines below its heading', async (what) => {
    const before = what === 'ha-off' ? haSeen(HA) : null;

    const plan = await planFor({
      pool: halfPatched,
      plan: { procedure: giveBack, owed: [owed(what, ON[what], before)] },
    });

    expect(plan.sections.map(({ title }) => title)).toEqual(['Give back']);
    expect(titles(plan.sections[0]).map((title) => title.replace('VMS', 'VM'))).toEqual(
      (sections.get(what) ?? []).map(({ title }) => title),
    );
  });
});

test.each(procedures.filter(({ name }) => name !== 'give-back' && name !== 'hotfixes'))(
  '$name removes the files that an aborted hotfix run has left behind',
  async (procedure) => {
    const was = owed('hotfixes-staged', 'XS65E001', { uuid: 'uuid-e001' });

    const plan = await planFor({ plan: { procedure, owed: [was] } });

    const line = plan.sections.at(-1)?.lines.find(({ kind }) => kind === 'clean-hotfixes');
    expect(line?.args).toEqual({ pool: 'pool-a', artefacts: [{ uuid: 'uuid-e001', name: 'XS65E001' }] });
  },
);

test('every procedure has a runbook of its own', () => {
  for (const { name } of procedures) expect(titlesOf(page(`docs/runbooks/${name}.md`), 1)).toHaveLength(1);
});

test.each([UPGRADE, 'docs/runbooks/rolling-reboot.md', 'docs/runbooks/hotfixes.md'])(
  'every line of %s says why or what to look at, and where it comes from',
  (path) => {
    for (const section of partsOf(page(path), 2))
      for (const { title, text } of partsOf(section.text, 3))
        expect([title, flowed(text)]).toEqual([title, expect.stringMatching(/Why: .+ Source: .+/)]);
  },
);
