/** What people read: the thread is a function of the run, inside Slack's limits whatever the pool's size. */
import * as fc from 'fast-check';
import type { OwedAnswer } from '../../../src/domain/answers';
import type { Entry } from '../../../src/domain/journal';
import type { Run } from '../../../src/domain/run';
import { card } from '../../../src/slack/view/card';
import { pressedOf } from '../../../src/slack/view/buttons';
import { withinLimits } from '../../../src/slack/view/limits';
import { planMessage } from '../../../src/slack/view/plan-message';
import { thread } from '../../../src/slack/view/thread';
import { messageText, transcript } from '../../../src/slack/view/transcript';
import { answered, ask, asked, began, BOB, done, plan, runOf, waiting } from './story';

const BOB_LONG = { id: 'UBOB', name: `Bob ${'of a very long name '.repeat(20)}` };
const THREE = ['host-1', 'host-2', 'host-3'];
const textOf = (run: Run, key: string, owed: readonly OwedAnswer[] = []): string => {
  const found = thread(run, owed).find((message) => message.key === key);
  if (!found) throw new Error(`no message ${key}`);
  return messageText(found);
};
const buttonsOf = (run: Run, key: string, owed: readonly OwedAnswer[] = []): readonly string[] =>
  [
    ...JSON.stringify(thread(run, owed).find((message) => message.key === key)).matchAll(
      /"type":"button","text":\{"type":"plain_text","text":"([^"]+)"/g,
    ),
  ].map((m) => m[1] ?? '');

const untilHost1Asks: readonly Entry[] = [
  began('before-01-disable-ha'),
  done('before-01-disable-ha', 'HA is off; its state file was on sr-1.'),
  began('host-1-01-ask-for-host'),
  asked(
    'host-1-01-ask-for-host',
    'q1',
    ask('approve', 'Upgrade host-1 now?', ['4 VMs move to host-2 and host-3.']),
  ),
];

test('a question carries its digest and goes into the channel, its buttons go when it is answered', () => {
  const open = runOf(plan(THREE), ...untilHost1Asks);
  const decided = runOf(plan(THREE), ...untilHost1Asks, answered('q1', 'yes'));

  expect(buttonsOf(open, 'question:q1')).toEqual(['Approve', 'Decline']);
  expect(thread(open, []).find((message) => message.key === 'question:q1')).toMatchObject({
    broadcast: true,
  });
  const values = [...JSON.stringify(thread(open, [])).matchAll(/"value":"((?:[^"\\]|\\.)*)"/g)].map((m) =>
    pressedOf(JSON.parse(`"${m[1]}"`)),
  );
  expect(values).toContainEqual({
    do: 'yes',
    run: 'r-1',
    question: 'q1',
    digest: ask('approve', 'Upgrade host-1 now?').digest,
  });
  expect(buttonsOf(decided, 'question:q1')).toEqual([]);
  expect(textOf(decided, 'question:q1')).toContain('✓ Approved by Bob, 2026-01-15 12:05 UTC');
  expect(textOf(decided, 'question:q1')).toContain('The worker has not picked it up yet');
});

test('the person who asked for the run reads that somebody else must approve', () => {
  expect(textOf(runOf(plan(THREE), ...untilHost1Asks), 'question:q1')).toContain(
    'Not by Ann, who asked for this run',
  );
});

test('a refusal stays in the thread with who, when and why', () => {
  const run = runOf(plan(THREE), ...untilHost1Asks, answered('q1', 'no', 'backup window until two'));

  expect(textOf(run, 'question:q1')).toContain(
    '✗ Declined by Bob, 2026-01-15 12:05 UTC: backup window until two',
  );
});

test('a reply per host shows each line begun, with what was seen or why it waits', () => {
  const run = runOf(
    plan(THREE),
    ...untilHost1Asks,
    answered('q1', 'yes'),
    done('host-1-01-ask-for-host', 'Bob approved.'),
    began('host-1-02-enter-maintenance'),
    waiting('host-1-02-enter-maintenance', '2 of 4 VMs have left host-1'),
  );

  expect(textOf(run, 'host:host-1').split('\n')).toEqual([
    'host-1 (master)',
    '✓ Ask before host-1: Bob approved.',
    '… Put host-1 into maintenance: 2 of 4 VMs have left host-1 (since 12:08 UTC)',
    '1 of 3 lines done',
  ]);
  expect(thread(run, []).map((message) => message.key)).toEqual([
    'card',
    'section:0',
    'host:host-1',
    'question:q1',
  ]);
});

test('a problem is told with what, why and what to do, where the line is and where it is asked about', () => {
  const problem = {
    code: 'SAME_VERSION',
    what: 'host-1 rebooted but still runs 6.5.',
    why: 'The installer did not run.',
    doThis: ['Look at the console of host-1.', 'Then press Try again, or run: xsupgrade advance RUN'],
  };
  const run = runOf(
    plan(THREE),
    ...untilHost1Asks,
    answered('q1', 'yes'),
    done('host-1-01-ask-for-host', 'Bob approved.'),
    began('host-1-02-enter-maintenance'),
    { type: 'LineStopped', line: 'host-1-02-enter-maintenance', problem },
    asked(
      'host-1-02-enter-maintenance',
      'q2',
      ask('retry', 'Look again and go on with: Put host-1 into maintenance?', [problem.what, problem.why]),
    ),
  );

  for (const key of ['host:host-1', 'question:q2']) {
    expect(textOf(run, key)).toContain('host-1 rebooted but still runs 6.5.');
    expect(textOf(run, key)).toContain('Why: The installer did not run.');
    expect(textOf(run, key)).toContain('Look at the console of host-1.');
    expect(textOf(run, key)).toContain(`or run: /xsupgrade advance ${run.id}`);
  }
  expect(textOf(run, 'question:q2')).toContain('SAME_VERSION');
  expect(buttonsOf(run, 'question:q2')).toEqual(['Try again', 'Leave it held']);
  expect(textOf(run, 'card')).toContain('Held: nothing moves until a person has looked.');
  expect(thread(run, []).find((message) => message.key === 'question:q2')?.broadcast).toBe(true);
});

test('while versions differ the card says that no new VM can be placed, and only then', () => {
  const host = (name: string): readonly Entry[] =>
    ['01-ask-for-host', '02-enter-maintenance', '03-upgrade-host'].flatMap((line) => [
      began(`${name}-${line}`),
      done(`${name}-${line}`, 'ok'),
    ]);
  const sentence = 'No new VMs until all hosts are equal.';

  expect(textOf(runOf(plan(THREE), ...untilHost1Asks), 'card')).not.toContain(sentence);
  expect(textOf(runOf(plan(THREE), ...host('host-1')), 'card')).toContain(sentence);
  expect(textOf(runOf(plan(THREE), ...THREE.flatMap(host)), 'card')).not.toContain(sentence);
});

test('an aborted run offers to give back what can be given back, and says why the rest cannot yet', () => {
  const owed: readonly OwedAnswer[] = [
    {
      id: 'ha-off:pool-a',
      what: 'ha-off',
      on: 'pool-a',
      since: '2026-01-15T12:00:00Z',
      canBeGivenBack: false,
      why: 'HA needs one version on all hosts.',
    },
    {
      id: 'host-in-maintenance:host-1',
      what: 'host-in-maintenance',
      on: 'host-1',
      since: '2026-01-15T12:00:00Z',
      canBeGivenBack: true,
    },
  ];
  const run = runOf(
    plan(THREE),
    ...untilHost1Asks,
    { type: 'AbortRequested', by: BOB, reason: 'storage alarm' },
    { type: 'RunAborted' },
  );

  expect(buttonsOf(run, 'card', owed)).toEqual([
    'Take over HA of pool-a',
    'Give back host-1 from maintenance',
    'Take over host-1 from maintenance',
  ]);
  expect(textOf(run, 'card', owed)).toContain('HA needs one version on all hosts.');
  expect(textOf(run, 'card', owed)).toContain('Aborted by Bob: storage alarm. 0 of 3 hosts done.');
  expect(textOf(run, 'card', owed)).toMatch(/✗ +host-1 \(master\) .*stopped before: /);
  expect(textOf(run, 'finish', owed)).toContain('aborted by Bob');
  expect(textOf(run, 'question:q1', owed)).toContain('Nobody answered before the run ended.');
});

test('names of other people are never read as markup', () => {
  const run = runOf(
    plan(['<!channel>', '*b*&']),
    began('before-01-disable-ha'),
    waiting('before-01-disable-ha', 'see <http://x|y>'),
  );

  // plain_text and raw_text are never parsed; only mrkdwn and the fallback text are
  const parsed = thread(run, []).flatMap((message) => [
    message.text,
    ...[...JSON.stringify(message.blocks).matchAll(/"type":"mrkdwn","text":"((?:[^"\\\\]|\\\\.)*)"/g)].map(
      (m) => m[1] ?? '',
    ),
  ]);
  expect(parsed.filter((text) => /<!channel>|<http/.test(text))).toEqual([]);
  expect(textOf(run, 'section:0')).toContain('see <http://x|y>');
});

test('the transcript reads like the thread: the card, then replies behind a bar', () => {
  const text = transcript(thread(runOf(plan(THREE), ...untilHost1Asks), []));

  expect(text).toContain('pool-a 6.5 → 7.1.2\nRunning. 0 of 3 hosts done.');
  expect(text).toContain('│ ✓ Turn HA off: HA is off; its state file was on sr-1.');
  expect(text).toContain('│ ? Approval needed: host-1\n│ Upgrade host-1 now?');
  expect(text).toContain('│ [ Approve ] [ Decline ]');
});

test('a remedy is shown whole, and its last step always: commands are copied from it', () => {
  const command = `xe vdi-list uuid=${'0123abcd-'.repeat(40)} --minimal`;
  const few = [`Run on host-1: ${command}`, 'Then press Try again, or run: xsupgrade advance RUN'];
  const many = [
    ...Array.from({ length: 30 }, (_, i) => `step ${i} ${'y'.repeat(250)}`),
    'Then press Try again.',
  ];
  const shown = (doThis: readonly string[], key: string): string => {
    const problem = { code: 'SOME_PROBLEM', what: 'It stands.', why: 'It does.', doThis };
    const line = 'host-1-02-enter-maintenance';
    return textOf(
      runOf(
        plan(THREE),
        began(line),
        { type: 'LineStopped', line, problem },
        ...(key === 'question:q1' ? [asked(line, 'q1', ask('retry', 'Try again?'))] : []),
      ),
      key,
    );
  };
  for (const key of ['question:q1', 'host:host-1']) {
    expect(shown(few, key)).toContain(command);
    expect(shown(few, key)).toContain('/xsupgrade advance r-1');
    expect(shown(many, key)).toContain('step 0 ');
    expect(shown(many, key)).toMatch(/• and \d+ more: \/xsupgrade status r-1/);
    expect(shown(many, key)).toContain('Then press Try again.');
  }
});

const word = fc.string({
  minLength: 0,
  maxLength: 600,
  unit: fc.constantFrom('a', 'B', ' ', '<', '&', '*', '→', '😀', '"', '\\'),
});

test('64 hosts, long sentences and anything at all in them stay inside the limits of every message', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.constantFrom(3, 4),
      fc.array(word, { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom('open', 'stopped', 'aborted', 'done'),
      (hostCount, lineCount, [saw = '', why = '', text = ''], owedCount, end) => {
        const hosts = Array.from({ length: hostCount }, (_, i) => `host-${i + 1}${'x'.repeat(i % 60)}`);
        const made = plan(hosts, lineCount);
        const entries: Entry[] = [began('before-01-disable-ha'), done('before-01-disable-ha', saw)];
        for (const section of made.sections.filter((one) => one.host !== undefined))
          for (const [i, line] of section.lines.entries()) {
            entries.push(began(line.id));
            if (end === 'done' || i < section.lines.length - 1) entries.push(done(line.id, saw));
            else entries.push(waiting(line.id, why));
          }
        const last = made.sections.at(-2)?.lines.at(-1)?.id ?? '';
        if (end === 'stopped')
          entries.push(
            {
              type: 'LineStopped',
              line: last,
              problem: {
                code: 'SOME_PROBLEM',
                what: text,
                why,
                doThis: Array.from({ length: 20 }, () => text.repeat(3)),
              },
            },
            asked(
              last,
              'q1',
              ask(
                'retry',
                text,
                Array.from({ length: 200 }, () => why),
              ),
            ),
          );
        if (end === 'open')
          entries.push(
            asked(
              last,
              'q1',
              ask(
                'approve',
                text,
                Array.from({ length: 200 }, () => why),
              ),
            ),
          );
        if (end === 'aborted')
          entries.push({ type: 'AbortRequested', by: BOB_LONG, reason: text }, { type: 'RunAborted' });
        const owed = Array.from({ length: owedCount }, (_, i): OwedAnswer => ({
          id: `vm-stopped:vm-${i}`,
          what: 'vm-stopped',
          on: `vm-${i}${why}`.slice(0, 60),
          since: '',
          canBeGivenBack: i % 2 === 0,
          why,
        }));

        const messages = thread(runOf(made, ...entries), owed, [text]);

        for (const message of [
          ...messages,
          planMessage({
            ...made,
            findings: Array.from({ length: 200 }, () => ({
              check: 'c',
              severity: 'warn' as const,
              on: 'x',
              what: text,
              evidence: [why, why],
              advice: [saw],
            })),
          }),
        ])
          expect({ key: message.key, breaches: withinLimits(message) }).toEqual({
            key: message.key,
            breaches: [],
          });
        expect(new Set(messages.map((message) => message.key)).size).toBe(messages.length);
      },
    ),
    { numRuns: 40 },
  );
});

test('the card of a run that may still move can be paused and aborted, that of a run that is over cannot', () => {
  const labels = (run: Run): string => JSON.stringify(card(run, []).blocks);

  expect(labels(runOf(plan(THREE)))).toMatch(/"Pause".*"Pause now".*"Abort"/);
  expect(
    labels(runOf(plan(THREE), { type: 'PauseRequested', by: BOB_LONG, now: false }, { type: 'RunPaused' })),
  ).toMatch(/"Resume".*"Abort"/);
  expect(labels(runOf(plan(THREE), { type: 'RunFinished' }))).not.toContain('"button"');
});

test('a message that Slack would refuse is recognised', () => {
  const many = Array.from({ length: 51 }, () => ({ type: 'divider' as const }));

  expect(withinLimits({ text: '', blocks: many })).toEqual([
    'text: empty, screen readers would say nothing',
    'blocks: 51 is more than 45',
  ]);
});
