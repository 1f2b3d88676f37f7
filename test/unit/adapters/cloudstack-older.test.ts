/** What the product asks of releases that know fewer commands, parameters and fields (cs §2.3, §3, §8.4). */
import { dom0 } from '../../../src/adapters/dom0/dom0';
import { cloudStack } from '../../../src/adapters/cloudstack/cloudstack';
import { hostKeyPins } from '../../../src/adapters/ssh/transport';
import { makeCloud } from '../../../src/sim/cloud';
import { ADMIN } from '../../../src/sim/cloudstack/catalogue';
import { pairNamed, poolOfPair } from '../../../src/sim/pairs';
import { sidesOf } from '../../../src/sim/sides';
import type { PoolFile } from '../../../src/sim/snapshot-file';
import { hostKeyOf } from '../../../src/sim/ssh/keys';
import { inMemorySsh } from '../../../src/sim/ssh/in-memory';
import { cloudStackInMemory, sshInMemory } from '../../support/in-memory-transports';
import { patiently } from '../../support/patiently';

/** A second cluster whose storage and VMs are its own. */
const other: PoolFile = {
  name: 'pool-b',
  hosts: [{ name: 'b-1', version: '6.1.0' }],
  srs: [{ name: 'nfs-b', type: 'nfs', shared: true }],
  vms: [
    { name: 'i-9-90-VM', on: 'b-1', power: 'Running', disks: ['nfs-b'] },
    { name: 'i-9-91-VM', power: 'Halted', disks: ['nfs-b'] },
  ],
};

function older(pair: string) {
  const file = poolOfPair(pairNamed(pair)!);
  const halted = { ...file.vms![0]!, name: 'i-2-70-VM', power: 'Halted' as const };
  const { on: _nowhere, ...stopped } = halted;
  const cloud = makeCloud({ pools: [{ ...file, vms: [...file.vms!, stopped] }, other] });
  const sides = sidesOf(cloud);
  const api = cloudStack({
    url: 'http://cloudstack.sim/client/api',
    apiKey: ADMIN.apiKey,
    secretKey: ADMIN.secretKey,
    transport: cloudStackInMemory(sides.cloudStack),
  });
  const pool = cloud.pools[0]!;
  return { cloud, sides, api, pool, ask: <T>(work: Promise<T>) => patiently(cloud, work) };
}

describe.each(['4.2.0-xs6.2', '3.0.5-xs6.1', '2.2.14-xs5.6fp1'])('%s', (pair) => {
  test('VMs of another cluster stay out although ids and clusters are ignored in lists; stopped ones of ours are in', async () => {
    const it = older(pair);
    const names = (await it.ask(it.api.vms(it.pool.cluster.id))).map((vm) => vm.instanceName);
    expect(names.toSorted()).toEqual(it.pool.vms.map((vm) => vm.name).toSorted());
    expect(names).toContain('i-2-70-VM');
  });

  test('hosts that can take a VM are told, whichever command tells them', async () => {
    const it = older(pair);
    const { id } = it.pool.vms.find((vm) => vm.name === 'i-2-10-VM')!.cs!;
    const suitable = (await it.ask(it.api.candidates(id))).filter((one) => one.suitable);
    const ids = it.pool.hosts.filter((host) => host.name !== 'host-1').map((host) => host.cs.id);
    expect(suitable.map((one) => one.hostId).filter((one) => ids.includes(one))).toEqual(ids);
    const command = pair === '4.2.0-xs6.2' ? 'findHostsForMigration' : 'listHosts';
    expect(it.cloud.calls.at(-1)?.call).toBe(command);
  });
});

test('3.0.5 keeps its files among XenServer’s own: theirs do not count as fresh scripts', async () => {
  const it = older('3.0.5-xs6.1');
  const host = it.pool.hosts[0]!;
  host.scriptsAt = 0;
  const target = { host: host.address, port: 22 };
  const fingerprint = hostKeyOf(it.sides.ssh.machines.find((one) => one.name === host.name)!).fingerprint;
  const pins = hostKeyPins([{ target, fingerprint }]);
  const ssh = sshInMemory(
    it.cloud,
    inMemorySsh(it.sides.ssh, () => pins.pinned(target)),
  );
  const looked = dom0({ hosts: [{ uuid: host.uuid, name: host.name, target }], transport: ssh });
  expect(await it.ask(looked.agent(host.uuid, '/opt/xensource/bin'))).toMatchObject({ scriptsAt: 0 });
  host.scriptsAt = 1_700_000_000;
  expect(await it.ask(looked.agent(host.uuid, '/opt/xensource/bin'))).toMatchObject({
    scriptsAt: 1_700_000_000,
    heartbeatRunning: true,
  });
  expect(await it.ask(looked.agent(host.uuid))).toMatchObject({ scriptsAt: 0, heartbeatSrs: [] });
});
