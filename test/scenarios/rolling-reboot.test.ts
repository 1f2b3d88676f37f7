/** A whole rolling reboot: every host once, on the version it had, everything given back, whatever gets lost on the way. */
import type { Plan } from '../../src/domain/plan';
import { rollingReboot } from '../../src/procedures/rolling-reboot';
import { defaultHidden } from '../../src/sim/default-pool';
import { PAIRS, poolOfPair } from '../../src/sim/pairs';
import { changes, endedWell, heldBy, problemsIn, told, times, truthOf } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type Story, type StoryOptions } from '../support/story';

const small = (more: StoryOptions = {}): Story =>
  story({ pools: [smallPool], procedure: rollingReboot, target: '6.5.0', ...more });
const blocksOf = ({ findings }: Plan): readonly string[] =>
  findings.filter(({ severity }) => severity === 'block').map(({ check, on }) => `${check} ${on}`);

/** One of each era of CloudStack's maintenance (cs §9.5). */
const ERAS = ['2.2.14-xs5.6fp1', '4.2.0-xs6.2', '4.11.3-xs6.5', '4.22.1-xs8.2'];

test.each(PAIRS.filter(({ name }) => ERAS.includes(name)).map((pair) => [pair.name, pair] as const))(
  '%s: every host is rebooted once',
  async (_, pair) => {
    const it = story({
      pools: [poolOfPair(pair)],
      hidden: defaultHidden,
      procedure: rollingReboot,
      target: pair.from,
    });
    const run = await told(it);
    endedWell(it, run, pair.from);
    expect(changes(it).filter((call) => call.startsWith('host.reboot'))).toEqual([
      'host.reboot host-1',
      'host.reboot host-2',
      'host.reboot host-3',
    ]);
    expect(changes(it).filter((call) => /^systemctl|backUp|xmldbdump/.test(call))).toEqual([]);
  },
);

test('the answer to host.reboot is lost: it is not sent again', async () => {
  const it = small();
  it.cloud.faults.add([{ call: 'xapi:host.reboot', on: 'host-1', how: 'lose-answer' }]);
  const run = await told(it);
  endedWell(it, run, '6.5.0');
  expect(times(it, 'host.reboot', 'host-1')).toBe(1);
  expect(await problemsIn(it, run.id)).toEqual([]);
});

test('the request is lost: it is sent again only when a person has looked and said once more', async () => {
  const it = small();
  it.cloud.faults.add([{ call: 'xapi:host.reboot', on: 'host-2', how: 'lose-request' }]);
  const run = await told(it);
  endedWell(it, run, '6.5.0');
  expect(times(it, 'host.reboot', 'host-2')).toBe(2);
  expect(await problemsIn(it, run.id)).toEqual(['NO_EFFECT']);
  expect(run.questions.filter(({ ask }) => ask.kind === 'retry').map(({ ask }) => ask.subject)).toEqual([
    undefined,
    'host-2',
  ]);
});

describe('a host that somebody has prepared for an installer', () => {
  const prepared = (it: Story): void =>
    void Object.assign(it.host('host-2'), {
      prepared: true,
      nextVersion: '7.1.2',
      boot: { installer: 'default' },
    });

  test('is not rebooted; taken back, it is, and keeps its version', async () => {
    const it = small({
      answers: (question, _run, { pool }) => {
        const host = pool.hosts[1]!;
        if (question.ask.kind !== 'retry') return 'yes';
        expect([question.line.endsWith('reboot-host'), host.reboots, host.prepared]).toEqual([true, 0, true]);
        Object.assign(host, { prepared: false, boot: {} });
        delete host.nextVersion;
        return 'yes';
      },
    });
    prepared(it);
    const run = await told(it);
    expect(await problemsIn(it, run.id)).toEqual(['BOOTS_INSTALLER']);
    endedWell(it, run, '6.5.0');
  });

  test('is not seen without SSH, and whoever approves the run is told so', async () => {
    const facts = async (more: StoryOptions) =>
      JSON.stringify((await small(more).plan()).sections[0]!.lines[0]!.args);
    expect(await facts({ without: ['dom0'] })).toContain('nobody sees what it boots next');
    expect(await facts({})).not.toContain('nobody sees what it boots next');
  });
});

test('a host that does not come back holds the run in words, and nothing else is rebooted', async () => {
  const it = small({ answers: (question) => (question.ask.kind === 'retry' ? 'leave' : 'yes') });
  it.cloud.faults.add([{ call: 'world:boot', on: 'host-1', how: 'never' }]);
  const run = await it.play(await it.start(await it.plan()));
  expect(heldBy(run)).toEqual(['REBOOT_NOT_BACK']);
  expect(changes(it).filter((call) => call.startsWith('host.reboot'))).toEqual(['host.reboot host-1']);
  expect(it.cloud.violations).toEqual([]);
});

test('an upgraded pool may be rebooted afterwards: another run is no second reboot of the first', async () => {
  const it = small();
  endedWell(it, await told(it), '6.5.0');
  const run = await told(it);
  expect([run.phase, it.cloud.violations]).toEqual(['finished', []]);
  expect(truthOf(it).reboots).toEqual([2, 2]);
});

test('a pool whose upgrade is not finished is not rebooted', async () => {
  const hosts = smallPool.hosts!.map((host, i) => (i === 0 ? { ...host, version: '7.1.2' } : host));
  const it = small({ pools: [{ ...smallPool, hosts }] });
  expect(blocksOf(await it.plan())).toContain('versions-and-hotfixes pool-a');
});

test('what has drifted before the last host is planned anew for that host alone', async () => {
  const it = small();
  const id = await it.start(await it.plan());
  await it.play(id, {
    until: (run) =>
      Object.keys(run.lines).some(
        (line) => /^host-1-.*smoke-test/.test(line) && run.lines[line]?.status === 'done',
      ),
  });
  it.vm('i-2-14-VM').tools = false;
  const run = await it.play(id);
  expect(run.revisions.map(({ why }) => why)).toEqual(['on host-2, i-2-14-VM must be stopped.']);
  expect(run.placement.order).toEqual(['host-2']);
  endedWell(it, run, '6.5.0');
});

test('a plan warns of the hotfixes that the catalogue has for the version it stays on, and can be started', async () => {
  const hotfix = {
    requires: [],
    supersedes: [],
    conflicts: [],
    guidance: 'reboot' as const,
    kind: 'hotfix' as const,
    versions: ['6.5.0'],
  };
  const hotfixes = [{ ...hotfix, uuid: 'u-1', name: 'XS65E001' }];
  const { findings, verdict } = await small({ facts: { hotfixes } }).plan();
  expect(findings.filter(({ check }) => check === 'hotfixes-missing').map(({ what }) => what)).toEqual([
    'Hosts on 6.5.0 lack 1 hotfix of the catalogue.',
  ]);
  expect(verdict).toBe('go');
});
