/** What has changed since the plan: everything a person would want to hear of, and nothing that the run itself has done. */
import type { Entry } from '../../../src/domain/journal';
import type { Finding } from '../../../src/domain/finding';
import type { Plan } from '../../../src/domain/plan';
import type { Run } from '../../../src/domain/run';
import { noticed, sinceThePlan } from '../../../src/domain/since-the-plan';
import { began, plan, runOf } from '../slack/story';

const finding = (severity: Finding['severity'], on: string, what: string, check = 'some-check'): Finding => ({
  check,
  severity,
  on,
  what,
  evidence: ['moves with time'],
  advice: [],
});
const HOSTS = ['host-1', 'host-2'];

/** VMs as `name on host`. */
function runWith(
  findings: readonly Finding[],
  vms: readonly string[] = [],
  ...entries: readonly Entry[]
): Run {
  const made = plan(HOSTS);
  const of: Plan = {
    ...made,
    findings,
    snapshot: {
      ...made.snapshot,
      vms: vms.map((vm) => {
        const [name = '', on = ''] = vm.split(' on ');
        return { name, on, power: 'Running' } as Plan['snapshot']['vms'][number];
      }),
    },
  };
  return runOf(of, ...entries);
}

const told = (run: Run, found: readonly Finding[], vms: readonly string[] = []): readonly string[] =>
  sinceThePlan(run, 'host-2', { found: noticed(found), vms });

test('while everything is as it was, nothing is told, whatever moves with time', () => {
  const warn = finding('warn', 'host-2', 'host-2 is odd.');

  expect(told(runWith([warn], ['vm-1 on host-2']), [{ ...warn, evidence: ['another'] }], ['vm-1'])).toEqual(
    [],
  );
});

test('a warning that is new, gone, or reads otherwise is told as such', () => {
  const before = [
    finding('warn', 'host-2', 'host-2 has old TLS.', 'tls'),
    finding('warn', 'pool-a', 'There are 5000 messages.', 'message-count'),
  ];
  const now = [
    finding('warn', 'pool-a', 'There are 9000 messages.', 'message-count'),
    finding('warn', 'host-1', 'The licence of host-1 runs out in 4 days.', 'licences'),
  ];

  expect(told(runWith(before), now)).toEqual([
    'Otherwise than in the plan: There are 9000 messages.',
    'New since the plan: The licence of host-1 runs out in 4 days.',
    'No longer so: host-2 has old TLS.',
  ]);
});

test('notes, questions that only count otherwise, and what went with another host are no change', () => {
  const before = [
    finding('note', 'pool-a', 'HA is on.'),
    finding('question', 'pool-a', 'Are there backups of the 8 guests?', 'vm-backups'),
    finding('warn', 'host-1', 'host-1 has old TLS.', 'tls'),
  ];

  expect(
    told(runWith(before), [
      finding('question', 'pool-a', 'Are there backups of the 7 guests?', 'vm-backups'),
    ]),
  ).toEqual([]);
});

test('a question that nobody has answered by approving is told', () => {
  expect(told(runWith([]), [finding('question', 'vm-1', 'May vm-1 be stopped?')])).toEqual([
    'New since the plan: May vm-1 be stopped?',
  ]);
});

test('VMs that somebody else has moved are told with where they were; those of this run are not', () => {
  const intended: Entry = {
    type: 'ActIntended',
    line: 'host-1-02-enter-maintenance',
    n: 1,
    act: { subject: 'vm-moved', what: 'move vm-moved to host-2', args: {} },
    owes: [],
    worker: 'w1',
  };
  const vms = ['vm-moved on host-1', 'vm-along on host-1', 'vm-gone on host-2', 'vm-stays on host-2'];
  const untouched = runWith([], vms);
  const worked = runWith([], vms, began('host-1-02-enter-maintenance'), intended);
  const now = ['vm-moved', 'vm-along', 'vm-stays', 'vm-new'];

  expect(told(untouched, [], now)).toEqual([
    'Came to host-2 since the plan: vm-moved (was on host-1), vm-along (was on host-1), vm-new (new)',
    'Left host-2 since the plan: vm-gone',
  ]);
  // CloudStack moves what is left on a host that goes into maintenance: that is ours too
  expect(told(worked, [], now)).toEqual([
    'Came to host-2 since the plan: vm-new (new)',
    'Left host-2 since the plan: vm-gone',
  ]);
});
