/** What dom0 and the services look like over SSH is what the pretend machines are, and nothing else is understood. */
import { Refused } from '../../../src/domain/errors';
import { quote } from '../../../src/adapters/ssh/commands';
import { execOn } from '../../../src/sim/ssh/shell';
import { dom0Of, managementServersOf, sshCloud } from '../../support/ssh';

test('a host with its agent shows script times, the heartbeat and every heartbeat SR', async () => {
  const at = sshCloud();
  const [host] = at.cloud.pools[0]!.hosts;

  expect(await dom0Of(at).agent(host!.uuid)).toEqual({
    scriptsAt: host!.scriptsAt,
    heartbeatRunning: true,
    heartbeatSrs: host!.heartbeat.srs.toSorted(),
    clock: Math.floor(at.cloud.time.now() / 1000),
  });
  expect(host!.heartbeat.srs.length).toBeGreaterThan(0);
});

test('a freshly installed dom0 has no scripts and no heartbeat', async () => {
  const at = sshCloud();
  const [host] = at.cloud.pools[0]!.hosts;
  Object.assign(host!, { scriptsAt: 0, heartbeat: { running: false, srs: [], writtenAt: 0 } });

  expect(await dom0Of(at).agent(host!.uuid)).toMatchObject({
    scriptsAt: 0,
    heartbeatRunning: false,
    heartbeatSrs: [],
  });
});

test('looking at dom0 changes nothing', async () => {
  const at = sshCloud();

  await dom0Of(at).agent(at.cloud.pools[0]!.hosts[0]!.uuid);

  expect(at.cloud.calls).toHaveLength(4);
  expect(at.cloud.calls.filter((call) => call.face !== 'ssh' || call.mutates)).toEqual([]);
});

test("services stop and start as systemd says, and a stopped server's usage is a thing of its own", async () => {
  const at = sshCloud();
  const servers = managementServersOf(at);
  expect([await servers.service('ms-1', 'management'), await servers.service('ms-1', 'usage')]).toEqual([
    'active',
    'active',
  ]);

  await servers.stop('ms-1', 'usage');
  await servers.stop('ms-1', 'management');
  expect([await servers.service('ms-1', 'management'), await servers.service('ms-1', 'usage')]).toEqual([
    'inactive',
    'inactive',
  ]);
  await servers.start('ms-1', 'management');

  expect(await servers.service('ms-1', 'management')).toBe('active');
  expect(at.cloud.managementServers[0]!.ready).toBe(false);
  expect(at.cloud.calls.filter((call) => call.mutates).map((call) => call.call)).toEqual([
    'systemctl stop cloudstack-usage',
    'systemctl stop cloudstack-management',
    'systemctl start cloudstack-management',
  ]);
});

test('a stop that systemd refuses is Refused in words with what to look at', async () => {
  const at = sshCloud();
  at.cloud.faults.add([{ call: 'ssh:systemctl stop', on: 'ms-1', how: 'refuse' }]);

  const refusal = await managementServersOf(at)
    .stop('ms-1', 'management')
    .catch((error: unknown) => error);

  expect(refusal).toBeInstanceOf(Refused);
  expect((refusal as Refused).problem.doThis[0]).toContain('systemctl status cloudstack-management');
  expect(at.cloud.managementServers[0]!.management).toBe('active');
});

test.each([
  ['reboot', 127],
  ['rm -rf /', 127],
  ['cat /etc/shadow', 1],
  ['systemctl stop sshd', 5],
  ['echo `reboot`', 2],
  ['echo "$(reboot)"', 2],
  ['true | sh', 2],
])('a line that nobody sends ends with its code and changes nothing: %s', async (line, code) => {
  const at = sshCloud();

  const answer = await execOn(at.side, at.machine('ms-1'), line, 'root');

  expect(answer.code).toBe(code);
  expect(at.cloud.managementServers[0]!.management).toBe('active');
});

test.each(["it's", '$(reboot)', 'a b', '', '; reboot', '\\'])(
  'a quoted word is one word to the shell: %j',
  async (word) => {
    const at = sshCloud();

    expect((await execOn(at.side, at.machine('ms-1'), `printf %s ${quote(word)}`, 'root')).stdout).toBe(word);
  },
);
