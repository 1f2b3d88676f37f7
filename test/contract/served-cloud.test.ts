/** Every face outside XAPI and CloudStack's API at once, on sockets, by the product's own adapters and the announcement alone. */
import { backupPlace } from '../../src/adapters/backup/place';
import { cloudStackDb, mysqlTransport } from '../../src/adapters/cloudstack-db';
import { dom0 } from '../../src/adapters/dom0/dom0';
import { managementServers } from '../../src/adapters/management-servers';
import { sshConnections, type SshConnections } from '../../src/adapters/ssh/connect';
import { hostKeyPins } from '../../src/adapters/ssh/transport';
import type { ManagementServers } from '../../src/ports';
import { makeCloud, type Cloud } from '../../src/sim/cloud';
import { serveCloud, type ServedCloud } from '../../src/sim/serve';

let cloud: Cloud;
let served: ServedCloud;
let ssh: SshConnections;
let servers: ManagementServers;

beforeEach(async () => {
  // The master comes back with other keys: a member upgraded before it would not come back at all.
  cloud = makeCloud({ hidden: { 'pool-a': { rotatesKeys: ['host-1'] } } });
  served = await serveCloud(cloud, { speed: 600 });
  const at = served.announcement;
  const machines = [...at.managementServers, ...at.pools.flatMap((pool) => pool.hosts)];
  ssh = sshConnections({
    login: () => at.ssh,
    pins: hostKeyPins(machines.map((machine) => ({ target: machine.ssh, fingerprint: machine.ssh.hostKey }))),
  });
  const [first] = at.managementServers;
  servers = managementServers({
    servers: at.managementServers.map((server) => ({ name: server.name, target: server.ssh })),
    transport: ssh,
    backup: { ...backupPlace, server: first!.name, target: first!.ssh },
  });
});
afterEach(async () => {
  ssh.close();
  await served.close();
});

async function until(fact: () => Promise<boolean>): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('services stop, a backup is taken and verified, services start: all over SSH, nothing broken', async () => {
  await servers.stop('ms-1', 'usage');
  await servers.stop('ms-1', 'management');
  await expect(fetch(served.announcement.cloudstack.url)).rejects.toThrow('fetch failed');

  await servers.backUp('run-1.1');
  await until(async () => (await servers.backup('run-1.1')).state === 'unverified');
  await servers.verifyBackup('run-1.1');
  await servers.start('ms-1', 'management');
  await until(
    async () =>
      (await fetch(served.announcement.cloudstack.url).then(
        ({ status }) => status,
        () => 0,
      )) === 401,
  );
  await servers.start('ms-1', 'usage');

  expect(await servers.backup('run-1.1')).toMatchObject({ state: 'verified', problems: [] });
  expect([await servers.service('ms-1', 'management'), await servers.service('ms-1', 'usage')]).toEqual([
    'active',
    'active',
  ]);
  expect(cloud.violations).toEqual([]);
});

test('what dom0 says over SSH is what the truth says, for every host', async () => {
  const at = served.announcement;
  const reader = dom0({
    hosts: at.pools[0]!.hosts.map((host) => ({ uuid: host.uuid, name: host.name, target: host.ssh })),
    transport: ssh,
  });
  const truth = (await (await fetch(`${at.control}/truth`)).json()) as {
    pools: { hosts: { uuid: string; scriptsAt: string; heartbeat: boolean }[] }[];
  };

  for (const host of truth.pools[0]!.hosts)
    expect(await reader.agent(host.uuid)).toMatchObject({
      scriptsAt: Date.parse(host.scriptsAt) / 1000,
      heartbeatRunning: host.heartbeat,
    });
});

test('the database answers while the management servers are stopped, and says they are Down', async () => {
  const { host, port, user, password } = served.announcement.cloudstackDb;
  const mysql = mysqlTransport({ host, port, user, password });
  await servers.stop('ms-1', 'management');

  const said = await cloudStackDb(mysql.select).managementServers();
  await mysql.close();

  expect(said).toEqual([{ name: 'ms-1', state: 'Down', version: '4.11.3.0' }]);
});

test('a host that comes back from its installer with another key is refused until somebody trusts it', async () => {
  const [master] = served.announcement.pools[0]!.hosts;
  await ssh.exec(master!.ssh, 'date +%s', { signal: AbortSignal.timeout(3000) });
  await fetch(`${served.announcement.control}/world`, {
    method: 'POST',
    body: JSON.stringify([{ do: 'boot-iso', host: 'host-1', version: '7.1.2' }]),
  });
  const host = cloud.pools[0]!.hosts[0]!;
  await until(() => Promise.resolve(host.phase === 'up' && host.version === '7.1.2'));

  const refusal: unknown = await ssh
    .exec(master!.ssh, 'date +%s', { signal: AbortSignal.timeout(3000) })
    .catch(() => ssh.exec(master!.ssh, 'date +%s', { signal: AbortSignal.timeout(3000) }))
    .catch((error: unknown) => error);

  expect(refusal).toMatchObject({ name: 'WrongKey', kind: 'ssh', pinned: master!.ssh.hostKey });
}, 30_000);
