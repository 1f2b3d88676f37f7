/** A pool that drifts between plan and host: what was approved no longer fits, so it is planned anew and asked anew. */
import { story } from '../support/story';

test('a VM that loses its tools after the plan is not stopped before somebody has agreed to it', async () => {
  let lost = false;
  const it = story({
    answers: (question) => {
      if (question.line.startsWith('host-2-02') && !lost) {
        lost = true;
        it.vm('i-2-12-VM').tools = false;
      }
      return 'yes';
    },
  });
  const plan = await it.plan();
  const id = await it.start(plan);

  const run = await it.play(id);

  const entries = await it.entries(id);
  const revised = entries.findIndex((entry) => entry.type === 'PlanRevised');
  const asked = entries.filter(
    (entry) => entry.type === 'QuestionAsked' && entry.line === 'host-2-02-approve-host',
  );
  const stopped = entries.findIndex(
    (entry) => entry.type === 'ActIntended' && entry.act.what === 'stop i-2-12-VM',
  );
  expect(entries[revised]).toMatchObject({ why: 'on host-2, i-2-12-VM must be stopped.' });
  expect(
    asked.map(
      (entry) =>
        entry.type === 'QuestionAsked' &&
        entry.ask.saw.some((line) => /^i-2-12-VM .*will be stopped/.test(line)),
    ),
  ).toEqual([false, true]);
  expect(stopped).toBeGreaterThan(revised);
  expect(run.phase).toBe('finished');
  expect(it.vm('i-2-12-VM')).toMatchObject({ power: 'Running', stops: 1, starts: 1 });
  expect(it.cloud.violations).toEqual([]);
});

test('a revision leaves what is begun alone, takes no id twice and leaves no line without what comes before it', async () => {
  const it = story({
    answers: (question) => {
      if (question.line.startsWith('host-1-02')) it.vm('i-2-15-VM').tools = false;
      if (question.line.startsWith('host-2-02')) it.vm('i-2-12-VM').tools = false;
      return 'yes';
    },
  });
  const id = await it.start(await it.plan());

  const run = await it.play(id);

  const entries = await it.entries(id);
  const ids = run.plan.sections.flatMap((section) => section.lines.map((line) => line.id));
  for (const entry of entries)
    if (entry.type === 'PlanRevised') ids.push(...entry.added.map((line) => line.id));
  expect(new Set(ids).size).toBe(ids.length);
  const standing = run.sections.flatMap((section) => section.lines);
  expect(
    standing.flatMap((line) => line.after).filter((before) => !standing.some((line) => line.id === before)),
  ).toEqual([]);
  const begun = entries.flatMap((entry) => (entry.type === 'LineBegan' ? [entry.line] : []));
  expect(begun.filter((line) => !standing.some((one) => one.id === line))).toEqual([]);
  expect(run.phase).toBe('finished');
});

test('a host upgraded by others while VMs of the host before it lose their tools still has its turn, and is asked about', async () => {
  const it = story({
    answers: ({ line, ask }) => {
      if (line.startsWith('host-2-02')) {
        it.vm('i-2-12-VM').tools = false;
        const { version, build, platform } = it.host('host-1');
        Object.assign(it.host('host-3'), { version, build, platform });
      }
      return ask.kind === 'retry' ? 'leave' : 'yes';
    },
  });
  const id = await it.start(await it.plan());

  const run = await it.play(id);

  const standing = run.sections.flatMap((section) => section.lines);
  expect(
    standing.flatMap((line) => line.after).filter((before) => !standing.some((line) => line.id === before)),
  ).toEqual([]);
  const [first] = run.sections.find((section) => section.host === 'host-3')?.lines ?? [];
  expect(run.lines[first?.id ?? '']).toMatchObject({
    line: { kind: 'recheck-host' },
    status: 'stopped',
    problem: { code: 'UPGRADED_BY_OTHERS' },
  });
  expect(run.questions.filter(({ line, ask }) => line === first?.id && ask.kind === 'retry')).toHaveLength(1);
  expect(it.host('host-2').version).toBe(it.host('host-1').version);
  expect(it.host('host-3').reboots).toBe(0);
  expect(it.cloud.violations).toEqual([]);
});

test('what has changed since the plan is told when the pool is looked at again, and to whoever is asked for the host', async () => {
  const soon = (at: number): string => new Date(at + 5 * 24 * 3_600_000).toISOString();
  const it = story({
    answers: (question) => {
      if (question.line.startsWith('host-1-02')) {
        const { traits } = it.host('host-2');
        it.host('host-2').traits = {
          ...traits,
          licence: { ...traits.licence, expiry: soon(it.clock.now()) },
        };
        const vm = it.vm('i-2-15-VM');
        vm.on = 'host-2';
        vm.cs!.on = 'host-2';
      }
      return 'yes';
    },
  });
  const id = await it.start(await it.plan());

  const run = await it.play(id);

  const entries = await it.entries(id);
  const sawOf = (host: string): string =>
    entries.flatMap((entry) =>
      entry.type === 'LineDone' && entry.line === `${host}-01-recheck-host` ? [entry.saw] : [],
    )[0] ?? '';
  const asked = entries.flatMap((entry) =>
    entry.type === 'QuestionAsked' && entry.line === 'host-2-02-approve-host' ? entry.ask.saw : [],
  );
  const changes = [
    expect.stringMatching(/^New since the plan: The licence of host-2 runs out in [45] days\.$/),
    'Came to host-2 since the plan: i-2-15-VM (was on host-3)',
  ];
  expect(sawOf('host-1')).toBe('nothing blocks host-1');
  expect(sawOf('host-2').split('; ')).toEqual(['nothing blocks host-2, 1 warning', ...changes]);
  expect(asked).toEqual(expect.arrayContaining(changes));
  expect(run.phase).toBe('finished');
  expect(it.cloud.violations).toEqual([]);
});

test('whoever approves the run reads the plan’s questions where they press', async () => {
  const it = story({ answers: () => 'leave' });
  const plan = await it.plan();
  const id = await it.start(plan);

  await it.play(id, { still: 60 });

  const [asked] = (await it.entries(id)).flatMap((entry) =>
    entry.type === 'QuestionAsked' ? [entry.ask.saw] : [],
  );
  const questions = plan.findings.filter(({ severity }) => severity === 'question');
  expect(questions.length).toBeGreaterThan(2);
  expect(questions.filter(({ what }) => !asked?.includes(`You also answer: ${what}`))).toEqual([]);
});
