/** The report of a plan: everything that is in the plan is in it, and nothing that a name says becomes markup. */
import { planFiles, planReport } from '../../../src/domain/plan-report';
import { planAnswer } from '../../../src/domain/answers';
import { planText } from '../../../src/cli/plan-text';
import type { Plan } from '../../../src/domain/plan';
import { linesOf } from '../../../src/domain/plan';
import { story } from '../../support/story';
import { plan } from '../slack/story';

test('every host, finding, evidence, advice, move, stop and line of a plan is in its report', async () => {
  const made = await story().plan();
  const report = planReport(made);
  const bare = report.replaceAll('\\', '');

  const wanted = [
    ...made.snapshot.hosts.map((host) => `| ${host.name} |`),
    ...made.findings.flatMap(({ what, evidence, advice }) => [what, ...evidence, ...advice]),
    ...made.placement.hosts.flatMap(({ moves, stops }) => [
      ...moves.map(({ vm, to }) => `| ${vm} | ${moves.find((one) => one.vm === vm)!.memoryMib} | to ${to} |`),
      ...stops.map(({ vm, why }) => `| ${vm} |  | is stopped: ${why}`),
    ]),
    ...linesOf(made).map((line) => `${line.title} (\`${line.id}\`)`),
    'Stops this plan',
    made.digest,
  ];
  expect(wanted.filter((one) => !bare.includes(one))).toEqual(['Stops this plan']);
  expect(report).toMatch(
    /^# Plan for pool-a: 6\.5\.0 → 7\.1\.2\n\n\*\*✓ It can be done, host by host\.\*\*\n/,
  );
});

test('a command in an advice can be copied as it is written', () => {
  const command = 'Run: mysql -e "SELECT * FROM `t` WHERE a_b < 3 | more" ``` x';
  const of: Plan = {
    ...plan(['host-1']),
    findings: [
      {
        check: 'c',
        severity: 'warn',
        on: 'x',
        what: 'a | b <b> `c` *d*\ne',
        evidence: ['_x_ a_b'],
        advice: [command],
      },
    ],
  };

  const report = planReport(of);

  expect(report).toContain(`\n\`\`\`\`text\n1. ${command}\n\`\`\`\`\n`);
  expect(report).toContain('\n- a | b \\<b\\> \\`c\\` \\*d\\* e\n  - saw: \\_x\\_ a_b\n');
});

test('host by hotfix: what is missing where, in the report, in a terminal and for programs', () => {
  const of = plan(['host-1', 'host-2', 'host-3', 'host-4']);
  const carries: Readonly<Record<string, readonly string[]>> = {
    'host-1': ['XS71ECU2001'],
    'host-2': ['XS65E014', 'XS65ESP1'],
    'host-3': ['XS65ESP1'],
  };
  const hosts = of.snapshot.hosts.map((host) => ({
    ...host,
    version: host.name === 'host-1' ? '7.1.2' : '6.5.0',
    hotfixes: carries[host.name] ?? [],
  }));
  const made: Plan = { ...of, snapshot: { ...of.snapshot, hosts } };

  expect(planReport(made)).toContain(
    [
      '## Hotfixes',
      '',
      'host-3 lacks XS65E014; host-4 lacks XS65E014, XS65ESP1.',
      '',
      '| Host | Version | XS65E014 | XS65ESP1 | XS71ECU2001 |',
      '| --- | --- | --- | --- | --- |',
      '| host-1 | 7.1.2 | – | – | ✓ |',
      '| host-2 | 6.5.0 | ✓ | ✓ | – |',
      '| host-3 | 6.5.0 | ✗ | ✓ | – |',
      '| host-4 | 6.5.0 | ✗ | ✗ | – |',
      '',
    ].join('\n'),
  );
  expect(planText(made)).toContain(
    [
      'HOTFIXES  VERSION  1  2  3',
      'host-1    7.1.2    –  –  ✓',
      'host-2    6.5.0    ✓  ✓  –',
      'host-3    6.5.0    ✗  ✓  –',
      'host-4    6.5.0    ✗  ✗  –',
      '  1 XS65E014, 2 XS65ESP1, 3 XS71ECU2001',
      '',
    ].join('\n'),
  );
  expect(planAnswer(made).hotfixes.hosts.at(-1)).toEqual({
    host: 'host-4',
    version: '6.5.0',
    has: [],
    lacks: ['XS65E014', 'XS65ESP1'],
  });
});

test('a pipe in a name does not break a table', () => {
  expect(planReport(plan(['host|1']))).toMatch(
    /\n\| host\\\|1 \| master \| 6\.5 \| 0 \| 32 of 64 GiB \| ✓ ready \|\n/,
  );
});

test('the files of a plan are one for people and one for programs', () => {
  const files = planFiles(plan(['host-1']));

  expect(files.map(({ name }) => name)).toEqual(['p-1.md', 'p-1.json']);
  expect(JSON.parse(files[1]?.content ?? '')).toMatchObject({
    v: 1,
    plan: 'p-1',
    digest: plan(['host-1']).digest,
  });
});

test('a narrow terminal breaks sentences under themselves and leaves commands whole; a pipe breaks nothing', () => {
  const long = 'word '.repeat(40).trim();
  const of: Plan = {
    ...plan(['host-1']),
    findings: [
      { check: 'c', severity: 'block', on: 'host-1', what: long, evidence: [long], advice: [`Run: ${long}`] },
    ],
  };
  const narrow = planText(of, 72).split('\n');
  const piped = planText(of);

  expect(narrow.filter((line) => line.length > 72)).toEqual([`      do: Run: ${long}`]);
  expect(narrow).toContain('           word word word word word word word word word word word word');
  expect(piped).toContain(`\n  ${long} (c)\n      saw: ${long}\n      do: Run: ${long}\n`);
});

test('one row for each host: how many of its VMs go where, and whom it waits for where hosts overlap', () => {
  const three = plan(['host-1', 'host-2', 'host-3']);
  const move = (vm: string, to: string) => ({ vm, to, candidates: [to], memoryMib: 1024 });
  const stop = { vm: 'i-3', why: 'no tools', startOn: [], downMinutes: 90 };
  const hosts = [
    {
      host: 'host-1',
      moves: [move('i-1', 'host-3'), move('i-2', 'host-2'), move('i-4', 'host-2')],
      stops: [stop],
    },
    { host: 'host-2', moves: [], stops: [] },
  ];
  const placement = { ...three.placement, order: ['host-1', 'host-2'], hosts };
  const turns = [
    { host: 'host-1', afterBack: [], afterEmpty: [], downAfterBack: [] },
    { host: 'host-2', afterBack: [], afterEmpty: ['host-1'], downAfterBack: ['host-1'] },
  ];
  const row = (of: Plan, host: string): string | undefined =>
    planReport(of)
      .split('## Where VMs go')[1]!
      .split('\n')
      .find((line) => line.startsWith(`| ${host} |`));

  expect(row({ ...three, placement }, 'host-1')).toBe('| host-1 | host-2 (2), host-3 (1) | 1 |  |  |');
  expect(row({ ...three, placement }, 'host-2')).toBe('| host-2 |  |  | host-1 |  |');
  expect(row({ ...three, placement: { ...placement, turns } }, 'host-2')).toBe(
    '| host-2 |  |  |  | host-1 |',
  );
});
