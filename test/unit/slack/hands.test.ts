/** Somebody has to walk to a machine: that is said in a message of its own, in the channel, and it ends by itself. */
import type { Entry } from '../../../src/domain/journal';
import { thread } from '../../../src/slack/view/thread';
import { messageText } from '../../../src/slack/view/transcript';
import { began, done, plan, runOf, waiting } from './story';

const LINE = 'host-1-03-upgrade-host';
const DO_THIS = 'host-1 (10.0.0.1) is empty. Boot it from the 7.1.2 ISO.';
const hands: Entry = { type: 'LineWaiting', line: LINE, for: DO_THIS, note: { hands: true } };
const host1 = [
  began('before-01-disable-ha'),
  done('before-01-disable-ha', 'HA is off'),
  began('host-1-01-ask-for-host'),
  done('host-1-01-ask-for-host', 'approved'),
  began('host-1-02-enter-maintenance'),
  done('host-1-02-enter-maintenance', 'in maintenance'),
  began(LINE),
];
const shown = (...entries: readonly Entry[]) =>
  thread(runOf(plan(['host-1']), ...host1, ...entries), []).find(({ key }) => key === `hands:${LINE}`);

test('the message comes when the machine is ready for hands, not before', () => {
  expect(shown()).toBeUndefined();
  expect(shown(waiting(LINE, 'host-1 does not answer; looking again'))).toBeUndefined();
  expect(shown(hands)).toBeDefined();
});

test('it goes into the channel, mentions who started the run, and says what to do where', () => {
  const message = shown(hands)!;
  expect(message).toMatchObject({ broadcast: true });
  expect(JSON.stringify(message.blocks)).toContain('<@UANN>');
  expect(messageText(message)).toContain('Hands needed: host-1');
  expect(messageText(message)).toContain(DO_THIS);
});

test('once the machine has gone it says so, and asks nobody any more', () => {
  const message = shown(hands, done(LINE, 'host-1 has rebooted'))!;
  expect(messageText(message)).toContain('host-1 has rebooted');
  expect(JSON.stringify(message.blocks)).not.toContain('<@UANN>');
});

test('when the line is held it says to leave the machine alone', () => {
  const problem = {
    code: 'NOT_SAFE',
    what: 'host-1 is not safe to boot.',
    why: 'VMs live on it.',
    doThis: [],
  };
  const message = shown(hands, { type: 'LineStopped', line: LINE, problem })!;
  expect(messageText(message)).toContain('host-1 is not safe to boot.');
  expect(messageText(message)).toContain('Do nothing at the machine');
  expect(messageText(message)).not.toContain('Boot it');
});
