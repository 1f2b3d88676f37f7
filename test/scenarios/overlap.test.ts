/** Hosts that overlap: one is emptied while another installs, or several are away at once; the rules hold all the same. */
import type { Placement, Plan, Turn } from '../../src/domain/plan';
import { currentLine, type Run } from '../../src/domain/run';
import { numbered } from '../../src/engine/number-lines';
import { planDigest } from '../../src/engine/planner';
import { endedWell, changes } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type Story, type StoryOptions } from '../support/story';

const [first, second] = smallPool.hosts!;
const fourHosts = {
  ...smallPool,
  hosts: [first!, second!, { ...second!, name: 'host-3' }, { ...second!, name: 'host-4' }],
  vms: [
    ...smallPool.vms!,
    ...[21, 22].map((id) => ({ ...smallPool.vms![0]!, name: `i-2-${id}-VM`, on: `host-${id - 18}` })),
    { ...smallPool.vms![1]!, name: 'r-5-VM', on: 'host-3' },
    { ...smallPool.vms![1]!, name: 'r-6-VM', on: 'host-4' },
  ],
};

const four = (more: StoryOptions = {}): Story => story({ pools: [fourHosts], ...more });

const turn = (host: string, more: Partial<Turn> = {}): Turn => ({
  host,
  afterBack: [],
  afterEmpty: [],
  downAfterBack: [],
  ...more,
});

/** The same plan with its hosts in these turns, kept under another name. */
async function inTurns(it: Story, turns: readonly Turn[], maxDown: number): Promise<Plan> {
  const made = await it.plan();
  const placement: Placement = { ...made.placement, turns, maxDown };
  const sections = numbered(made.sections, turns);
  const { procedure, poolUuid, target } = made;
  const digest = planDigest({ procedure, poolUuid, target, sections, placement });
  const plan = { ...made, id: `${made.id}-turns`, placement, sections, digest };
  await it.journal.savePlan(plan);
  return plan;
}

/** Hosts in CloudStack maintenance, looked at after every entry: what was true together at some moment. */
function watched(it: Story) {
  const away = new Set<string>();
  const seen = new Set<string>();
  const until = (run: Run): boolean => {
    const gone = it.pool.hosts.filter((host) => host.cs.resourceState === 'Maintenance');
    away.add(gone.map(({ name }) => name).join('+'));
    const at = (host: string) => currentLine(run, host)?.line.kind ?? 'through';
    seen.add(['host-2', 'host-3', 'host-4'].map(at).join(' '));
    return false;
  };
  return { away, seen, until };
}

const overlapped = [
  turn('host-1'),
  turn('host-2', { afterBack: ['host-1'] }),
  turn('host-3', { afterBack: ['host-1'], afterEmpty: ['host-2'], downAfterBack: ['host-2'] }),
  turn('host-4', { afterBack: ['host-2'], afterEmpty: ['host-3'], downAfterBack: ['host-3'] }),
];

test('the next host is emptied while this one installs, and only one is away at any time', async () => {
  const it = four();
  const { away, seen, until } = watched(it);
  const run = await it.play(await it.start(await inTurns(it, overlapped, 1)), { until });

  endedWell(it, run, '7.1.2');
  expect([...away].toSorted()).toEqual(['', 'host-1', 'host-2', 'host-3', 'host-4']);
  expect([...seen]).toContain('through await-host drain-host');
  const looks = (await it.entries(run.id)).flatMap((entry) =>
    entry.type === 'LineDone' && entry.line.endsWith('-recheck-host') ? [entry.saw.split(';')[0]] : [],
  );
  expect(looks).toEqual([1, 2, 3, 4].map((n) => `nothing blocks host-${n}`));
});

test('a wave of two is away together; CloudStack prepares one of them at a time', async () => {
  const it = four();
  const { away, until } = watched(it);
  const waves = [
    turn('host-1'),
    turn('host-2', { afterBack: ['host-1'] }),
    turn('host-3', { afterBack: ['host-2'] }),
    turn('host-4', { afterBack: ['host-2'] }),
  ];
  const run = await it.play(await it.start(await inTurns(it, waves, 2)), { until });

  endedWell(it, run, '7.1.2');
  expect([...away]).toContain('host-3+host-4');
  expect(changes(it).filter((call) => call.startsWith('host.disable')).length).toBe(4);
});

test('whatever the turns say, nothing begins before the master is back', async () => {
  const it = four();
  const all = ['host-1', 'host-2', 'host-3', 'host-4'].map((host) => turn(host));
  const plan = await inTurns(it, all, 4);
  const back = plan.sections.find(({ host }) => host === 'host-1')!.lines.at(-1)!.id;
  for (const { host, lines } of plan.sections)
    if (host !== undefined && host !== 'host-1') expect(lines[0]!.after).toContain(back);
});

test('turns that would take more hosts away than may be: the second waits until the first is back', async () => {
  const it = four();
  const { away, until } = watched(it);
  const wide = ['host-1', 'host-2', 'host-3', 'host-4'].map((host) => turn(host));
  const run = await it.play(await it.start(await inTurns(it, wide, 1)), { until });

  endedWell(it, run, '7.1.2');
  expect([...away].filter((names) => names.includes('+'))).toEqual([]);
});
