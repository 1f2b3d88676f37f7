/** The plan in Slack: what a person needs is in the message whatever the pool's size, and the rest is in its thread. */
import * as fc from 'fast-check';
import type { Finding, Severity } from '../../../src/domain/finding';
import type { Plan } from '../../../src/domain/plan';
import { checkMessage } from '../../../src/sim/slack/limits';
import { pressedOf } from '../../../src/slack/view/buttons';
import { withinLimits } from '../../../src/slack/view/limits';
import { planMessage } from '../../../src/slack/view/plan-message';
import { messageText } from '../../../src/slack/view/transcript';
import { plan } from './story';

const finding = (severity: Severity, on: string, more: Partial<Finding> = {}): Finding => ({
  check: 'hosts-ready',
  severity,
  on,
  what: `${on} is not ready.`,
  evidence: [`${on} is disabled`],
  advice: ['Find out who disabled it'],
  ...more,
});

const hosts = (n: number, name = 'host-'): readonly string[] =>
  Array.from({ length: n }, (_, i) => `${name}${i + 1}`);

const textOf = (of: Plan): string => messageText(planMessage(of));

/** What Slack itself would refuse is thrown; ours is a list. */
function expectAccepted(of: Plan): void {
  const message = planMessage(of);
  expect(withinLimits(message)).toEqual([]);
  checkMessage(message.text, JSON.parse(JSON.stringify(message.blocks)) as never);
}

/** A pool of 64 hosts where the planner found 200 things. */
const big = (): Plan => {
  const names = hosts(64);
  return {
    ...plan(names),
    verdict: 'blocked',
    findings: [
      ...names.map((host) => finding('block', host, { check: 'hotfixes', what: `${host} lacks XS65E010.` })),
      ...names.map((host) =>
        finding('question', host, { check: 'hardware', what: `Is ${host} on the list?` }),
      ),
      ...Array.from({ length: 72 }, (_, i) =>
        finding('warn', `vm-${i}`, {
          check: `check-${i}`,
          what: `vm-${i} is odd.`,
          evidence: ['x'.repeat(180)],
        }),
      ),
    ],
  };
};

test('a small plan reads from verdict to lines', () => {
  const findings = [
    finding('block', 'host-2'),
    finding('question', 'pool-a', {
      check: 'message-count',
      what: 'There are 9,000 messages.',
      remedy: { kind: 'by-hand', args: {} },
    }),
    finding('note', 'pool-a', { check: 'ha-and-wlb', what: 'HA is on.' }),
  ];

  expect(textOf({ ...plan(hosts(2)), verdict: 'blocked', findings }).split('\n')).toEqual([
    'Plan for pool-a: 6.5 → 7.1.2',
    '✗ Blocked: it cannot be started until what stops it is gone.',
    'Found: 1 blocker, 1 question, 1 note',
    '2 hosts, 0 VMs running; 0 moves, no VM stopped for a while',
    'Host    Role    Version  VMs  Memory free   Verdict',
    'host-1  master  6.5      0    32 of 64 GiB  ✓ ready',
    'host-2  member  6.5      0    32 of 64 GiB  ✗ 1 blocker',
    'Stops this plan (1)',
    '✗ host-2 is not ready.',
    '      host-2 is disabled',
    '      Do this: Find out who disabled it',
    'You answer these by approving (1)',
    '? There are 9,000 messages.',
    '      pool-a is disabled',
    '      Do this: Find out who disabled it',
    '      Or let the plan do it: /xsupgrade plan pool-a --to 7.1.2 --remedy message-count',
    'Taken care of (1)',
    '· HA is on.',
    '---',
    'Before the first host',
    ' 1. Turn HA off',
    'Upgrade host-1',
    ' 1. Ask before host-1',
    ' 2. Put host-1 into maintenance',
    ' 3. Upgrade host-1 to 7.1.2',
    'Upgrade host-2: the same 3 lines as host-1',
    'After the last host',
    ' 1. Turn HA on again',
    '[ Plan with remedy: message-count ]',
    expect.stringMatching(
      /^Plan p-1 · digest [0-9a-f]{12} · made by Ann · the whole report is in the thread$/,
    ),
  ]);
});

test('64 hosts and 200 findings: all hosts, every blocker by name or number, and where the rest is', () => {
  const text = textOf(big());

  expectAccepted(big());
  for (const host of hosts(64)) expect(text).toContain(`\n${host} `);
  expect(text).toContain('Found: 64 blockers, 64 questions, 72 warnings');
  expect(text).toMatch(
    /✗ host-1 lacks XS65E010\.\n[^!?]*and the same 60 times more: host-5, [^\n]* and 52 more\n +Do this: Find out/,
  );
  expect(text).toContain('? Is host-1 on the list?');
  expect(text).toContain('! vm-71 is odd.');
});

test('where what was found does not fit, blockers are told before all else and the rest is counted', () => {
  const odd = (severity: Severity, n: number): readonly Finding[] =>
    Array.from({ length: n }, (_, i) =>
      finding(severity, `${severity}-${i}`, { check: `check-${i}`, advice: ['x'.repeat(900)] }),
    );
  const of = { ...plan(hosts(64)), findings: [...odd('warn', 150), ...odd('block', 50)] };
  const text = textOf(of);

  expectAccepted(of);
  expect(text).toContain('✗ block-49 is not ready.');
  expect(text).toMatch(/… and \d+ more: all are in the report in this thread/);
});

test('what is alike is told once, with one advice', () => {
  const text = textOf({ ...plan(hosts(10)), findings: hosts(10).map((host) => finding('warn', host)) });

  expect(text.match(/Find out who disabled it/g)).toHaveLength(1);
  expect(text).toContain('      and the same 6 times more: host-5, host-6, host-7, host-8, host-9, host-10');
});

test('where not all hosts fit, those that need a person come first and the others are counted', () => {
  const names = hosts(90, 'long-name-of-a-host-'.repeat(2));
  const of = { ...plan(names), findings: [finding('block', names[89]!)] };

  expectAccepted(of);
  expect(textOf(of)).toMatch(/Verdict\n\S+ +member .*✗ 1 blocker\n/);
  expect(textOf(of)).toMatch(/… and \d+ more hosts: all are in the report in this thread/);
});

test('a VM’s finding counts for the host it runs on', () => {
  const of = plan(hosts(2));
  const vm = { name: 'i-2-3-VM', on: 'host-2' } as Plan['snapshot']['vms'][number];

  expect(
    textOf({ ...of, snapshot: { ...of.snapshot, vms: [vm] }, findings: [finding('warn', 'i-2-3-VM')] }),
  ).toMatch(/host-2 .* ! 1 warning\n/);
});

test('a button asks for the plan with one remedy more, and what was chosen stays chosen', () => {
  const remedy = { kind: 'by-hand', args: {} };
  const of: Plan = {
    ...plan(hosts(1)),
    remedies: ['auto-start'],
    findings: [
      finding('note', 'pool-a', {
        check: 'auto-start',
        remedy,
        takenCareOf: { severity: 'block', line: 'before-02-by-hand' },
      }),
      finding('block', 'pool-a', { check: 'message-count', remedy }),
    ],
  };
  const values = [...JSON.stringify(planMessage(of).blocks).matchAll(/"value":"((?:[^"\\]|\\.)*)"/g)].map(
    (m) => pressedOf(JSON.parse(`"${m[1]}"`) as string),
  );

  expect(values).toEqual([
    { do: 'start', plan: 'p-1' },
    { do: 'plan-with', plan: 'p-1', remedies: 'auto-start,message-count' },
  ]);
});

const word = fc.string({
  maxLength: 900,
  unit: fc.constantFrom('a', 'B', ' ', '<', '`', '*', '→', '😀', '"', '\\', '\n'),
});

test('whatever other programs say in it, Slack takes the plan', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 0, max: 200 }),
      word,
      word,
      fc.integer({ min: 1, max: 12 }),
      (hostCount, found, text, advice, checks) => {
        const names = hosts(hostCount, `${text.slice(0, 70)}-`);
        expectAccepted({
          ...plan(names, 12),
          pool: `pool${text.slice(0, 40)}`,
          findings: Array.from({ length: found }, (_, i) =>
            finding((['block', 'question', 'warn', 'note'] as const)[i % 4]!, names[i % hostCount]!, {
              check: `check-${i % checks}`,
              what: `${text} ${i}`,
              evidence: [text, advice],
              advice: [advice, text],
              ...(i % 3 === 0 && { remedy: { kind: 'by-hand', args: {} } }),
            }),
          ),
          placement: {
            order: names,
            misfits: [],
            hosts: [
              {
                host: names[0]!,
                moves: [],
                stops: names.map((vm) => ({ vm, why: text, startOn: [], downMinutes: 1 })),
              },
            ],
          },
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('evidence beyond what there is room for is counted, never dropped in silence', () => {
  const evidence = [
    '9216 MiB short',
    'host-1 needs 10240 MiB',
    'host-2 has 512 MiB free',
    'host-3 has 512 MiB free',
  ];
  const text = textOf({ ...plan(hosts(2)), findings: [finding('block', 'host-1', { evidence })] });

  expect(text).toContain('9216 MiB short');
  expect(text).not.toContain('host-3 has 512 MiB free');
  expect(text).toContain('and 1 more in the report');
});
