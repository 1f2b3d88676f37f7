/** The automatic installer on hosts without SSH: what nobody sees, a person says, right before it matters. */
import type { FaultSpec } from '../../src/sim/faults';
import { pairNamed, poolOfPair } from '../../src/sim/pairs';
import { endedWell, heldBy, rulesBroken, times, told } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story, type Story, type StoryOptions } from '../support/story';

const PAIR = pairNamed('4.11.3-xs7.1')!;

function tale(options: StoryOptions = {}, ...faults: readonly FaultSpec[]): Story {
  const it = story({
    pools: [poolOfPair(PAIR, smallPool)],
    cloudStackVersion: PAIR.cloudStack,
    target: PAIR.to,
    without: ['dom0'],
    automatic: { url: `http://media.example/xs-${PAIR.to}`, byHand: [] },
    handsAtHost: (host) => {
      throw new Error(`somebody was asked to boot ${host.name}`);
    },
    ...options,
  });
  it.cloud.faults.add(faults);
  return it;
}
const disks = (it: Story) =>
  it.pool.hosts.map(({ dom0, pbds }) => [dom0.disk.layout, pbds.map(({ sr }) => sr)]);
/** How often the installer was prepared, and how often the host was told to reboot. */
const done = (it: Story, host: string) => [
  times(it, 'host.call_plugin main', host),
  times(it, 'host.reboot', host),
];

test('each host is prepared and rebooted once, with the word of a person before its reboot and before its service', async () => {
  const asked: string[] = [];
  const it = tale({
    answers: ({ ask, line }, run, { host }) => {
      const { kind = '', lane = '' } = run.lines[line]?.line ?? {};
      if (ask.kind === 'confirm' && /keep-partitions|take-back/.test(kind)) {
        const { reboots, cs } = host(lane);
        asked.push(`${lane} ${kind}: ${reboots} reboots, ${cs.resourceState}`);
      }
      return 'yes';
    },
  });
  const before = disks(it);
  const run = await told(it);
  endedWell(it, run, PAIR.to);
  expect(asked).toEqual(
    ['host-1', 'host-2'].flatMap((host) => [
      `${host} keep-partitions: 0 reboots, Maintenance`,
      `${host} take-back-installer: 1 reboots, Maintenance`,
    ]),
  );
  expect([done(it, 'host-1'), done(it, 'host-2'), disks(it)]).toEqual([[1, 1], [1, 1], before]);
});

test('who says that it does not boot its installer holds the line: nothing is rebooted', async () => {
  const it = tale({
    answers: ({ ask, line }) =>
      ask.kind === 'retry' ? 'leave' : line.includes('keep-partitions') ? 'no' : 'yes',
  });
  const run = await told(it);
  expect([heldBy(run), done(it, 'host-1'), rulesBroken(it)]).toEqual([['DECLINED'], [1, 0], []]);
});

test('only the plugin’s own yes counts: an answer that is lost is asked for once more', async () => {
  const it = tale({}, { call: 'xapi:host.call_plugin main', on: 'host-2', how: 'lose-answer' });
  endedWell(it, await told(it), PAIR.to);
  expect(done(it, 'host-2')).toEqual([2, 1]);
});

test('a word from before the line was held is an old one: it is asked for again', async () => {
  let held = false;
  const words: string[] = [];
  const it = tale({
    answers: ({ ask, line }, _run, { host }) => {
      if (ask.kind === 'retry') {
        host('host-1').enabled = false;
        return 'yes';
      }
      if (line.startsWith('host-1') && line.includes('keep-partitions')) {
        words.push(line);
        // somebody enables it in the moment of the first word
        if (!held) host('host-1').enabled = true;
        held = true;
      }
      return 'yes';
    },
  });
  const run = await told(it);
  expect([run.phase, words.length]).toEqual(['finished', 2]);
  expect(done(it, 'host-1')).toEqual([1, 1]);
});
