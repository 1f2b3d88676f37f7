/** What a plan with --automatic finds out before anybody approves it: the media, the plugin, the hotfix, the licence. */
import { stoppedLines } from '../../src/domain/lanes';
import type { FaultSpec } from '../../src/sim/faults';
import { pairNamed, poolOfPair } from '../../src/sim/pairs';
import { heldBy, rulesBroken, told } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { smallPool } from '../support/small-pool';
import { story, type Story, type StoryOptions } from '../support/story';

const MEDIA = 'http://media.example/xenserver-7.1.2';

const tale = (options: StoryOptions = {}, ...faults: readonly FaultSpec[]): Story => {
  const it = story({ pools: [smallPool], automatic: { url: MEDIA, byHand: [] }, ...options });
  it.cloud.faults.add(faults);
  return it;
};

describe('media that will not do', () => {
  test.each([
    ['are not there', { call: 'world:media', on: 'host-2', nth: 0, how: 'fail' }, MEDIA],
    ['are of another version than the target', undefined, 'http://media.example/xenserver-6.2.0'],
  ] as const)('%s: the plan is blocked before anybody approves it', async (_, fault, url) => {
    const it = tale({ automatic: { url, byHand: [] } }, ...(fault ? [fault] : []));
    const plan = await it.plan();
    expect(plan.verdict).toBe('blocked');
    expect(plan.findings.filter(({ severity }) => severity === 'block').map(({ check }) => check)).toContain(
      'installer-media',
    );
  });

  test('newer than the target where the plugin can tell: the plan is blocked', async () => {
    const pair = pairNamed('4.22.1-xcp8.2')!;
    const it = tale({
      pools: [poolOfPair(pair)],
      cloudStackVersion: pair.cloudStack,
      target: pair.to,
      automatic: { url: 'http://media.example/xs-8.4.0', byHand: [] },
    });
    const plan = await it.plan();
    expect(plan.findings.filter((one) => one.check === 'installer-media').map(({ what }) => what)).toContain(
      'The media are of version 8.4.0, and the plan goes to 8.3.0.',
    );
  });

  test('without the hotfix that 8.2 needs before an upgrade the plan is blocked; it is known by its uuid, whatever its label', async () => {
    const pair = pairNamed('4.22.1-xs8.2')!;
    const it = tale({
      pools: [poolOfPair(pair)],
      cloudStackVersion: pair.cloudStack,
      target: pair.to,
      automatic: { url: 'http://media.example/xs-8.4.0', byHand: [] },
    });
    const found = async () =>
      (await it.plan()).findings.filter(({ check }) => check === 'installer-hotfix').map(({ on }) => on);
    expect(await found()).toEqual([]);
    for (const host of it.pool.hosts) host.hotfixes = [];
    expect(await found()).toEqual(['host-1', 'host-2', 'host-3']);
  });

  test('without SSH hosts of before 7.0 are refused', async () => {
    const it = tale({ without: ['dom0'] });
    const plan = await it.plan();
    expect(plan.verdict).toBe('blocked');
    expect(
      plan.findings.filter(({ severity }) => severity === 'block').map(({ check, on }) => [check, on]),
    ).toEqual([
      ['installer-partitions', 'host-1'],
      ['installer-partitions', 'host-2'],
    ]);
  });

  test('gone when the host is to be prepared: INSTALLER_REFUSED, nothing changed, nothing owed for it', async () => {
    const it = tale(
      { answers: noSecondLook },
      { call: 'world:prepare', on: 'host-1', how: 'fail', code: 'REPO_IOERROR' },
    );
    const run = await told(it);
    expect(heldBy(run)).toEqual(['INSTALLER_REFUSED']);
    expect(stoppedLines(run)[0]?.problem?.doThis.at(-1)).toBe(
      `Or abort this run and plan the host by hand: xsupgrade plan pool-a --automatic ${MEDIA} --by-hand host-1`,
    );
    expect(run.owed.map(({ what }) => what)).not.toContain('installer-prepared');
    expect([it.host('host-1').prepared, it.host('host-1').reboots]).toEqual([false, 0]);
    expect(rulesBroken(it)).toEqual([]);
  });
});
