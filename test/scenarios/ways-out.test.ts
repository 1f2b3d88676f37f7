/** An installer that failed: each way out, from the click to its end. */
import { runCommand } from '../../commands';
import { openQuestions } from '../../src/domain/run';
import { carryOut } from '../../src/slack/app/presses';
import { pressedOf } from '../../src/slack/view/buttons';
import { questionMessage } from '../../src/slack/view/question-message';
import type { FaultSpec } from '../../src/sim/faults';
import type { WayOut } from '../../src/domain/ways-out';
import { heldBy, problemsIn, rulesBroken, times, told, truthOf, upgraded } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { smallPool } from '../support/small-pool';
import { BOB, story, type Story, type StoryOptions } from '../support/story';

const MEDIA = 'http://media.example/xenserver-7.1.2';
const failed = (on: string): FaultSpec => ({ call: 'world:installer', on, how: 'fail' });

/** Who is asked for a way out says these, one after the other; to the second question yes; what holds again stands. */
function says(...ways: readonly WayOut[]): NonNullable<StoryOptions['answers']> {
  const left = [...ways];
  return ({ ask }) => {
    if (ask.kind !== 'retry') return 'yes';
    return ask.ways ? (left.shift() ?? 'leave') : ask.text.startsWith('Once more') ? 'yes' : 'leave';
  };
}

const tale = (answers: StoryOptions['answers'], ...faults: readonly FaultSpec[]): Story => {
  const it = story({
    pools: [smallPool],
    automatic: { url: MEDIA, byHand: [] },
    ...(answers && { answers }),
  });
  it.cloud.faults.add(faults);
  return it;
};
const done = (it: Story, host: string) => [
  times(it, 'host.call_plugin main', host),
  times(it, 'host.reboot', host),
];

// the master has its turn in installer-faults
describe('the installer of a member fails', () => {
  const host = 'host-2';
  test('try again: looked at, asked once more, prepared and rebooted once more, and the run goes on to its end', async () => {
    const it = tale(says('again'), failed(host));
    const run = await told(it);
    expect([run.phase, heldBy(run), run.owed, rulesBroken(it), it.errors]).toEqual([
      'finished',
      [],
      [],
      [],
      [],
    ]);
    expect(done(it, host)).toEqual([2, 2]);
    expect(truthOf(it)).toEqual({
      ...upgraded(it),
      reboots: it.pool.hosts.map(({ name }) => (name === host ? 2 : 1)),
    });
  });

  test('by hand: a person boots the ISO, nothing is prepared any more, and the run goes on to its end', async () => {
    const it = tale(says('by-hand'), failed(host));
    const run = await told(it);
    expect([run.phase, heldBy(run), run.owed, rulesBroken(it), it.errors]).toEqual([
      'finished',
      [],
      [],
      [],
      [],
    ]);
    expect(done(it, host)).toEqual([1, 1]);
    expect(truthOf(it)).toMatchObject({ versions: ['7.1.2'], cluster: 'Managed Enabled', down: [] });
  });

  test('take it back: in service again on the old version, no installer on it, the run held, no later host begun', async () => {
    const it = tale(says('take-back'), failed(host));
    const run = await told(it);
    expect(heldBy(run)).toEqual(['INSTALLER_TAKEN_BACK']);
    const { version, prepared, boot, enabled, live, cs } = it.host(host);
    expect({
      version,
      prepared,
      boot,
      enabled,
      live,
      state: cs.state,
      resourceState: cs.resourceState,
    }).toEqual({
      version: '6.5.0',
      prepared: false,
      boot: {},
      enabled: true,
      live: true,
      state: 'Up',
      resourceState: 'Enabled',
    });
    expect([it.pool.cluster.managedState, rulesBroken(it), it.errors]).toEqual(['Managed', [], []]);
    expect(
      run.owed.map(({ id }) => id).filter((id) => id.endsWith(host) || id.startsWith('cluster-unmanaged')),
    ).toEqual([]);
    await it.operator.abort(BOB, run.id, { reason: 'another day' });
    expect((await it.play(run.id)).phase).toBe('aborted');
    // a later run of this pool begins with what this one has taught of its limits
    const owed = 'cluster-allocation-disabled:pool-a';
    const { run: later } = await it.ask(it.operator.giveBack(BOB, 'pool-a', owed));
    expect((await it.run(later)).lasted?.['await-host']).toBeGreaterThan(600);
  });

  test('recovery: what to do is said, a person does it and confirms, and the host is looked at again', async () => {
    const it = tale(says('recovery', 'by-hand'), failed(host));
    const run = await told(it);
    expect([run.phase, rulesBroken(it), it.errors]).toEqual(['finished', [], []]);
    expect(await problemsIn(it, run.id)).toEqual(['INSTALLER_FAILED', 'INSTALLER_FAILED']);
  });

  test('nothing chosen: nothing happens', async () => {
    const it = tale(noSecondLook, failed(host));
    const run = await told(it);
    expect([heldBy(run), done(it, host)]).toEqual([['INSTALLER_FAILED'], [1, 1]]);
  });

  test('tried again and failed again: held again, and asked again which way', async () => {
    const it = tale(says('again'), { ...failed(host), nth: 0 });
    const run = await told(it);
    expect([heldBy(run), done(it, host), rulesBroken(it)]).toEqual([['INSTALLER_FAILED'], [2, 2], []]);
  });
});

test('the second answer is no: nothing is prepared, and the line is held', async () => {
  const it = tale(({ ask }) => {
    if (ask.kind !== 'retry') return 'yes';
    if (ask.ways) return 'again';
    return ask.text.startsWith('Once more') ? 'no' : 'leave';
  }, failed('host-2'));
  const run = await told(it);
  expect([heldBy(run), done(it, 'host-2'), rulesBroken(it)]).toEqual([['DECLINED'], [1, 1], []]);
});

describe('as people say it', () => {
  const held = async (): Promise<readonly [Story, string]> => {
    const it = tale(noSecondLook, failed('host-2'));
    const { id } = await told(it);
    return [it, id];
  };

  test('a button of the question in the thread, which shows the state of the host', async () => {
    const [it, id] = await held();
    const run = await it.run(id);
    const question = openQuestions(run).find(({ ask }) => ask.ways);
    const message = questionMessage(run, question!);
    const shown = JSON.stringify(message.blocks);
    expect(shown).toContain('host-2 runs 6.5.0 and is');
    expect(shown).toContain('Its next boot is its own system; nothing asks for new partitions.');
    const buttons = message.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    const labels = buttons.flatMap((one) => (one.type === 'button' ? [one.text.text] : []));
    expect(labels).toEqual([
      'Look again',
      'Try again',
      'By hand',
      'Take it back',
      'Recovery',
      'Leave it held',
    ]);
    const button = buttons.find((one) => one.type === 'button' && one.text.text === 'By hand');
    const pressed = pressedOf(button?.type === 'button' ? button.value : undefined);
    await carryOut(it.operator, BOB, pressed!, { channel: 'C1' });
    expect((await it.play(id)).phase).toBe('finished');
    expect(truthOf(it)).toMatchObject({ versions: ['7.1.2'], cluster: 'Managed Enabled' });
  });

  test('a word in a shell; a way that the question does not offer is refused with those that it does', async () => {
    const [it, id] = await held();
    const context = { operator: it.operator, person: BOB };
    await runCommand(`advance ${id} --way by-hand`, context);
    expect((await it.play(id)).phase).toBe('finished');

    const other = tale(noSecondLook, { call: 'world:installer', on: 'host-2', how: 'never' });
    const stands = await told(other);
    expect(heldBy(stands)).toEqual(['INSTALLER_STANDS']);
    await expect(
      runCommand(`advance ${stands.id} --way take-back`, { operator: other.operator, person: BOB }),
    ).rejects.toMatchObject({ problem: { code: 'NO_SUCH_WAY', why: 'It offers: look, recovery.' } });
  });
});
