/** A set of twelve with superseded ones, requirements and one conflict: order, strike-outs, refusal, and one reboot per host or none. */
import type { Hotfix } from '../../src/domain/hotfixes';
import type { PatchesAsked } from '../../src/domain/patch-work';
import { hotfixes } from '../../src/procedures/hotfixes';
import { changes, truthOf } from '../support/outcome';
import { folder } from '../support/patches';
import { smallPool } from '../support/small-pool';
import { story, type Story } from '../support/story';

const VERSION = '6.5.0';
const files = folder(VERSION);
afterAll(() => files.remove());

/** XAPI knows nothing of what contains what: a file names the one that is applied. */
const inItsFile = (name: string): string => (name === 'XS65ESP1002' ? 'XS65ESP1003' : name);

const one = (name: string, more: Partial<Hotfix> = {}): Hotfix => {
  const { requires = [], guidance = 'reboot' } = more;
  return {
    versions: [VERSION],
    requires,
    supersedes: [],
    conflicts: [],
    guidance,
    ...files.artefact({ name, guidance: [guidance], requires: requires.map(inItsFile) }, { bytes: 4096 }),
    ...more,
  };
};

/** As somebody keeps a list by hand: in the order in which they came out, newest first. */
const TWELVE: readonly Hotfix[] = [
  one('XS65ESP1012', { requires: ['XS65ESP1011'] }),
  one('XS65ESP1011', { requires: ['XS65ESP1'], guidance: 'restart-toolstack' }),
  one('XS65ESP1003', { supersedes: ['XS65ESP1002'] }),
  one('XS65ESP1002', { supersedes: ['XS65E001'] }),
  one('XS65E001'),
  one('XS65ESP1'),
  one('XS65E005', { requires: ['XS65ESP1002'], guidance: 'none' }),
  one('XS65E006', { requires: ['XS65E005', 'XS65ESP1'] }),
  one('XS65E007', { conflicts: ['XS65E006'] }),
  one('XS71E008', { versions: ['7.1.2'] }),
  one('XS65E009', { guidance: 'restart-toolstack' }),
  one('XS65E010', { guidance: 'none' }),
];

const asking = (asked: PatchesAsked): Story =>
  story({
    pools: [smallPool],
    procedure: hotfixes,
    target: VERSION,
    facts: { hotfixes: TWELVE },
    patches: { asked },
  });
const applied = (it: Story): readonly string[] => it.pool.hosts.map((host) => host.hotfixes.join());

const ORDER = [
  'XS65ESP1003',
  'XS65ESP1',
  'XS65ESP1011',
  'XS65ESP1012',
  'XS65E005',
  'XS65E006',
  'XS65E009',
  'XS65E010',
];

test('all of them: the conflict blocks and shows the way without either, the superseded are struck out', async () => {
  const it = asking('all');
  const { verdict, findings, patching } = await it.plan();
  expect(verdict).toBe('blocked');
  const [conflict, ...others] = findings.filter(({ severity }) => severity === 'block');
  expect(others).toEqual([]);
  expect(conflict).toMatchObject({ check: 'hotfixes-conflict' });
  expect(conflict?.what).toBe('XS65E006 and XS65E007 cannot be on one host.');
  expect(conflict?.advice[0]).toMatch(/^Without XS65E007: \/xsupgrade plan pool-a --hotfixes XS65ESP1003,/);
  expect(patching?.superseded).toEqual([
    { hotfix: 'XS65ESP1002', by: 'XS65ESP1003' },
    { hotfix: 'XS65E001', by: 'XS65ESP1003' },
  ]);
  expect(changes(it)).toEqual([]);
});

test('as the refusal advises: each after what it requires, one reboot per host, however many ask for one', async () => {
  const names = (await asking('all').plan()).findings
    .flatMap(({ advice }) => advice)
    .flatMap((line) => /Without XS65E007: .* --hotfixes (\S+)$/.exec(line)?.[1]?.split(',') ?? []);
  const it = asking(names);
  const plan = await it.plan();
  expect(plan.patching?.artefacts.map(({ name }) => name)).toEqual(ORDER);
  const run = await it.play(await it.start(plan));
  expect([it.errors, it.cloud.violations, run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(changes(it).filter((call) => call === 'pool_patch.apply host-1')).toHaveLength(ORDER.length);
  const all = ORDER.toSorted().join();
  expect(applied(it)).toEqual([all, all]);
  expect(truthOf(it).reboots).toEqual([1, 1]);
});

test('where none asks for a reboot there is none', async () => {
  const it = asking(['XS65E009', 'XS65E010']);
  const run = await it.play(await it.start(await it.plan()));
  expect([it.errors, it.cloud.violations, run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(applied(it)).toEqual(['XS65E009,XS65E010', 'XS65E009,XS65E010']);
  expect(truthOf(it).reboots).toEqual([0, 0]);
  expect(changes(it).filter((call) => call.startsWith('host.restart_agent'))).toHaveLength(2);
});

test.each([
  [['XS65E999'], 'HOTFIX_UNKNOWN', /no hotfix XS65E999 in the catalogue/],
  [['XS65E001'], 'HOTFIX_SUPERSEDED', /XS65E001 is superseded: XS65ESP1003 contains it/],
  [['XS71E008'], 'HOTFIX_OTHER_VERSION', /XS71E008 is not for 6\.5\.0/],
])('%s is answered in words, and no plan is made', async (asked, code, said) => {
  await expect(asking(asked).plan()).rejects.toMatchObject({
    problem: { code, what: expect.stringMatching(said) },
  });
});
