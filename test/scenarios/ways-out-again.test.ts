/** Ways out of a preparation that failed, and what a way that was taken leaves behind. */
import type { WayOut } from '../../src/domain/ways-out';
import type { FaultSpec } from '../../src/sim/faults';
import { hands } from '../../src/sim/xapi';
import { heldBy, problemsIn, rulesBroken, times, told } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type StoryOptions } from '../support/story';

const automatic = { url: 'http://media.example/xenserver-7.1.2', byHand: [] };

/** These ways one after the other; to the second question yes; what holds again stands. */
function says(...ways: readonly WayOut[]): NonNullable<StoryOptions['answers']> {
  const left = [...ways];
  return ({ ask }) => {
    if (ask.kind !== 'retry') return 'yes';
    return ask.ways ? (left.shift() ?? 'leave') : ask.text.startsWith('Once more') ? 'yes' : 'leave';
  };
}

function tale(faults: readonly FaultSpec[], options: StoryOptions) {
  const it = story({ pools: [smallPool], automatic, ...options });
  it.cloud.faults.add(faults);
  return it;
}
const asked = 'host.call_plugin main';

describe.each([
  ['refused', 'INSTALLER_REFUSED', { call: 'world:prepare', how: 'fail', code: 'REPO_IOERROR' }, 1],
  ['failed twice', 'INSTALLER_NOT_PREPARED', { call: 'world:prepare', how: 'fail', code: 'no-space' }, 2],
] as const)('the preparation is %s', (_, code, fault, before) => {
  // until it is put right, which is at the second button
  const failing = { ...fault, on: 'host-2', nth: 0 };

  test('look again: looked at, and nothing is prepared', async () => {
    const it = tale([failing], { answers: says('look') });
    const run = await told(it);
    expect([heldBy(run), times(it, asked, 'host-2'), rulesBroken(it)]).toEqual([[code], before, []]);
    expect(await problemsIn(it, run.id)).toEqual([code, code]);
  });

  test('look again, then try again: asked once more, prepared once more, and the run goes on to its end', async () => {
    const chosen = says('look', 'again');
    const it = tale([failing], {
      answers: (question, run, here) => {
        const way = chosen(question, run, here);
        if (way === 'again') here.cloud.faults.clear();
        return way;
      },
    });
    const run = await told(it);
    expect([run.phase, heldBy(run), times(it, asked, 'host-2'), rulesBroken(it)]).toEqual([
      'finished',
      [],
      before + 1,
      [],
    ]);
  });
});

test('by hand, which fails too, then try again: the host is prepared and rebooted by us', async () => {
  let booted = false;
  const it = tale([{ call: 'world:prepare', on: 'host-2', how: 'fail', code: 'REPO_IOERROR' }], {
    answers: says('by-hand', 'again'),
    handsAtHost: (host, { cloud }) => {
      if (!booted) cloud.faults.add([{ call: 'world:installer', on: host.name, how: 'fail' }]);
      booted = true;
      hands.bootIso(cloud, host, '7.1.2');
    },
  });
  const run = await told(it);
  expect([run.phase, heldBy(run), rulesBroken(it), it.errors]).toEqual(['finished', [], [], []]);
  expect(times(it, 'host.reboot', 'host-2')).toBe(1);
  expect(it.host('host-2').version).toBe('7.1.2');
});

describe('taken back, with a VM that was stopped because its disk is on the host itself', () => {
  const held = (name: string, local: string) => ({
    ...smallPool,
    srs: [...smallPool.srs!, { name: local, type: 'lvm', shared: false }],
    hosts: smallPool.hosts!.map((host) =>
      host.name === name ? { ...host, pbds: [...host.pbds!, { sr: local, attached: true }] } : host,
    ),
    vms: smallPool.vms!.map((vm) => (vm.name === 'i-2-13-VM' ? { ...vm, on: name, disks: [local] } : vm)),
  });
  const taken = async (name: string) => {
    const it = tale([{ call: 'world:installer', on: name, how: 'fail' }], {
      pools: [held(name, 'local-x')],
      answers: says('take-back'),
    });
    const run = await told(it);
    const { problem } = Object.values(run.lines).find((line) => line.problem) ?? {};
    return { it, run, words: [problem?.code, problem?.what, ...(problem?.doThis ?? [])].join(' ') };
  };

  test('nothing is upgraded yet: it runs again, and nothing is said to be stopped', async () => {
    const { it, run, words } = await taken('host-1');
    expect(it.vm('i-2-13-VM').power).toBe('Running');
    expect(run.owed.map(({ id }) => id)).not.toContain('vm-stopped:i-2-13-VM');
    expect(words).toMatch(/^INSTALLER_TAKEN_BACK (?!.*i-2-13-VM)/);
    expect(rulesBroken(it)).toEqual([]);
  });

  test('the pool is mixed: it cannot be started there, so it is named as stopped and as owed', async () => {
    const { it, words } = await taken('host-2');
    expect(it.vm('i-2-13-VM').power).not.toBe('Running');
    expect(words).toContain('Still stopped: i-2-13-VM.');
    expect(words).toMatch(/Still owed: .*vm-stopped:i-2-13-VM.* --give-back/);
    expect(rulesBroken(it)).toEqual([]);
  });
});
