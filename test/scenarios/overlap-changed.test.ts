/** What changes while hosts overlap: plans made anew, aborts and pauses touch nobody whose turn has not come, or is over. */
import { currentLine, type Run } from '../../src/domain/run';
import { rollingReboot } from '../../src/procedures/rolling-reboot';
import { endedWell, rulesBroken, times } from '../support/outcome';
import { fourHosts, inTurns, overlapped, turn } from '../support/overlap';
import { BOB, story, type Story, type StoryOptions } from '../support/story';

const LOCAL = { name: 'local-2', type: 'lvm', shared: false } as const;

/** i-2-13-VM has its disk on host-2 alone: it is stopped there, and waits for its host. */
const bound = {
  ...fourHosts,
  srs: [...fourHosts.srs!, LOCAL],
  vms: [
    ...fourHosts.vms.map((vm) => (vm.name === 'i-2-13-VM' ? { ...vm, disks: [LOCAL.name] } : vm)),
    { ...fourHosts.vms[0]!, name: 'i-2-41-VM', memoryMib: 256, on: 'host-3' },
  ],
  hosts: fourHosts.hosts.map((host) =>
    host.name === 'host-2' ? { ...host, pbds: [...host.pbds!, { sr: LOCAL.name, attached: true }] } : host,
  ),
};

const linesOn = (run: Run, host: string): readonly string[] =>
  run.sections.filter(({ lane }) => lane === host).flatMap(({ lines }) => lines.map(({ id }) => id));

/** host-3 waits for its answer until host-2 has come this far; then a VM of host-3 loses its tools, and its plan is made anew. */
async function changedWhen(here: (run: Run) => boolean, options: StoryOptions) {
  let open = false;
  const it = story({
    pools: [bound],
    ...options,
    answers: ({ ask, line }) =>
      !open && line.startsWith('host-3') && ask.kind === 'approve' ? 'leave' : 'yes',
  });
  const id = await it.start(await inTurns(it, overlapped, 1));
  await it.play(id, { until: here });
  const before = linesOn(await it.run(id), 'host-2');
  Object.assign(it.vm('i-2-41-VM'), { tools: false });
  open = true;
  return { it, before, run: await it.play(id) };
}

const standsAt =
  (kind: string, host = 'host-2') =>
  (run: Run) => {
    const state = currentLine(run, host);
    return state?.line.kind === kind && state.status !== 'planned';
  };

test.each(['enable-host', 'smoke-test-host'])(
  'the next host is planned anew while this one is at %s: this one ends as it was planned, rebooted once',
  async (kind) => {
    const { it, before, run } = await changedWhen(standsAt(kind), {});
    expect(run.revisions.map(({ why }) => why)).toEqual(['on host-3, i-2-41-VM must be stopped.']);
    expect(linesOn(run, 'host-2')).toEqual(before);
    endedWell(it, run, '7.1.2');
    expect(it.pool.hosts.map(({ reboots }) => reboots)).toEqual([1, 1, 1, 1]);
    expect([
      times(it, 'stopVirtualMachine', 'i-2-13-VM'),
      times(it, 'startVirtualMachine', 'i-2-13-VM'),
    ]).toEqual([1, 1]);
  },
);

test('and so in a rolling reboot, where nothing of a host shows that it has had its turn', async () => {
  const { it, before, run } = await changedWhen(standsAt('smoke-test-host'), {
    procedure: rollingReboot,
    target: '6.5.0',
  });
  expect(linesOn(run, 'host-2')).toEqual(before);
  expect(it.pool.hosts.map(({ reboots }) => reboots)).toEqual([1, 1, 1, 1]);
  expect([run.phase, rulesBroken(it)]).toEqual(['finished', []]);
});

test('a VM that waits for its host is started with it, not after the last host', async () => {
  const { it, run } = await changedWhen(standsAt('enable-host'), {});
  const done = (kind: RegExp, lane: string): number =>
    Math.min(
      ...Object.values(run.lines).flatMap(({ line, doneAt }) =>
        line.lane === lane && kind.test(line.id) ? [doneAt ?? Infinity] : [],
      ),
    );
  const started = Object.values(run.lines)
    .filter(({ line }) => line.kind === 'start-vms')
    .flatMap(({ acts }) => acts['i-2-13-VM']?.intendedAt ?? []);
  expect(started).toHaveLength(1);
  expect(started[0]).toBeLessThan(done(/smoke-test-host$/, 'host-2'));
  expect(it.vm('i-2-13-VM').power).toBe('Running');
});

describe('a host that is empty and waits for its turn', () => {
  const five = {
    ...fourHosts,
    hosts: [...fourHosts.hosts, { ...fourHosts.hosts[1]!, name: 'host-5' }],
    vms: [...fourHosts.vms, { ...fourHosts.vms[0]!, name: 'i-2-31-VM', on: 'host-5' }],
  };
  const turns = [
    turn('host-1'),
    turn('host-2', { afterBack: ['host-1'] }),
    turn('host-3', { afterBack: ['host-2'] }),
    turn('host-4', { afterBack: ['host-2'], afterEmpty: ['host-3'] }),
    turn('host-5', { afterBack: ['host-2'], afterEmpty: ['host-4'] }),
  ];
  const waits = (run: Run): boolean =>
    standsAt('enable-host-allocation', 'host-5')(run) &&
    (currentLine(run, 'host-5')?.waitingFor ?? '').startsWith('Still away');

  async function until(stop: (it: Story, id: string) => Promise<unknown>) {
    const it = story({ pools: [five] });
    const id = await it.start(await inTurns(it, turns, 2));
    await it.play(id, { until: waits });
    expect(waits(await it.run(id))).toBe(true);
    const { seq } = await it.run(id);
    await stop(it, id);
    const run = await it.play(id);
    const acts = (await it.journal.read(id, seq)).flatMap(({ entry }) =>
      entry.type === 'ActIntended' && entry.line.startsWith('host-5') ? [entry.act.what] : [],
    );
    return { it, id, run, acts };
  }

  test('is not taken down any more once somebody has said abort', async () => {
    const { it, run, acts } = await until((one, id) =>
      one.operator.abort(BOB, id, { reason: 'the installers go wrong' }),
    );
    expect([run.phase, acts, it.host('host-5').reboots]).toEqual(['aborted', [], 0]);
    expect(run.owed.map(({ id }) => id)).toContain('host-allocation-disabled:host-5');
  });

  test('nor while the run is paused; it goes on when it is resumed', async () => {
    const { it, id, run, acts } = await until((one, name) => one.operator.pause(BOB, name, { now: false }));
    expect([run.phase, acts, it.host('host-5').reboots]).toEqual(['paused', [], 0]);
    await it.operator.resume(BOB, id);
    endedWell(it, await it.play(id), '7.1.2');
  });
});

test.each([['xen-0$1.ams'], ['xen-02-rack-$1'], ['dc1-xen-0$1-05']])(
  'hosts called %s: a plan made anew gives every line an id of its own',
  async (called) => {
    const named = JSON.parse(JSON.stringify(fourHosts).replace(/host-(\d)/g, called)) as typeof fourHosts;
    const [first] = named.hosts;
    let changed = false;
    const it = story({
      pools: [named],
      answers: (question) => {
        if (!changed && question.ask.kind === 'approve' && question.ask.text.includes(first!.name)) {
          changed = true;
          it.vm('i-2-10-VM').tools = false;
        }
        return 'yes';
      },
    });
    const run = await it.play(await it.start(await it.plan()));
    const added = (await it.entries(run.id)).flatMap((entry) =>
      entry.type === 'PlanRevised' ? entry.added : [],
    );
    expect(added.length).toBeGreaterThan(50);
    expect(new Set(added.map(({ id }) => id)).size).toBe(added.length);
    endedWell(it, run, '7.1.2');
  },
);
