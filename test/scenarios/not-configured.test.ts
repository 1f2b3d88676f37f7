/** Not configured is a question to a person with the command to run, shown in the plan; never silence. */
import { changes, endedWell, told } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story } from '../support/story';

test('without SSH to dom0 a person confirms scripts and heartbeat of each host', async () => {
  const it = story({ pools: [smallPool], without: ['dom0'] });
  const run = await told(it);
  endedWell(it, run);
  const confirmed = run.questions.filter(({ line }) => line.endsWith('verify-agent'));
  expect(confirmed.map(({ ask }) => ask.kind)).toEqual(['confirm', 'confirm']);
  expect(confirmed[0]!.ask.saw.join('\n')).toMatch(/On host-1: ls .*\/opt\/cloud\/bin; pgrep/);
  expect(it.cloud.calls.filter(({ face, on }) => face === 'ssh' && on.startsWith('host'))).toEqual([]);
});

test('without the management servers the backup is a line by hand, with every command; whoever asked may confirm it', async () => {
  const it = story({ pools: [smallPool], without: ['managementServers'] });
  const plan = await it.plan();
  const byHand = plan.sections.flatMap(({ lines }) => lines).filter(({ kind }) => kind === 'by-hand');
  expect(byHand.map(({ title }) => title)).toEqual([
    'Stop the CloudStack services, back up cloud and cloud_usage, start the services again',
  ]);
  const run = await it.play(await it.start(plan));
  endedWell(it, run);
  const asked = run.questions.find(({ line }) => line.endsWith('by-hand'))!;
  expect(asked.ask).toMatchObject({ kind: 'confirm', notTheRequester: false });
  expect(asked.ask.saw.join('\n')).toMatch(/systemctl stop[\s\S]*mysqldump[\s\S]*key[\s\S]*systemctl start/);
  expect(changes(it).filter((call) => /systemctl|mysqldump/.test(call))).toEqual([]);
});

test('without CloudStack’s database the plan says what nobody can see, and the upgrade goes on with what the API shows', async () => {
  const it = story({ pools: [smallPool], without: ['cloudStackDb'] });
  const plan = await it.plan();
  expect(plan.snapshot.cloudstack.openWork.haWork).toBeUndefined();
  expect(plan.findings.filter(({ severity }) => severity === 'question').length).toBeGreaterThan(0);
  endedWell(it, await it.play(await it.start(plan)));
  expect(it.cloud.calls.filter(({ face }) => face === 'db')).toEqual([]);
});

test('without a template and offerings the test of new VMs is by hand', async () => {
  const it = story({ pools: [smallPool], facts: { smokeTest: undefined } as never });
  const run = await told(it);
  endedWell(it, run);
  const asked = run.questions.filter(({ line }) => line.startsWith('after') && line.endsWith('by-hand'));
  expect(asked).toHaveLength(1);
  expect(changes(it).filter((call) => call.startsWith('deployVirtualMachine'))).toEqual([]);
});

test('without a canary, and with no move planned onto the last host, a person chooses a VM and looks', async () => {
  const it = story({ pools: [smallPool], facts: { canaryVm: 'no-such-VM' } });
  const run = await told(it);
  endedWell(it, run);
  expect(
    run.questions.filter(({ line }) => line === 'host-2-23-smoke-test-host').map(({ ask }) => ask.text),
  ).toEqual(['Does a VM run well on host-2?']);
});
