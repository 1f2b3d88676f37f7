/** CloudStack 2.2 on its own terms: numbers, statuses, a column for allocation, errors that are no JSON (cs §2.3, §4.1). */
import { read } from '../../../src/adapters/cloudstack/answer';
import { pairNamed, poolOfPair } from '../../../src/sim/pairs';
import { makeWorld } from './cloudstack-world';

const oldest = () => makeWorld({ pools: [poolOfPair(pairNamed('2.2.14-xs5.6fp1')!)] });

test('ids are numbers, a host has an allocation and no resource state, a VM no instance name', async () => {
  const it = oldest();
  const [host] = (await it.ask('listHosts', { type: 'Routing' }))['host'] as readonly object[];
  expect(host).toMatchObject({ id: it.host('host-1').cs.dbId, state: 'Up', allocationstate: 'Enabled' });
  expect(host).not.toHaveProperty('resourcestate');
  const answer = await it.ask('listVirtualMachines', { listall: 'true' });
  const vms = answer['virtualmachine'] as readonly { id: number }[];
  expect(vms.map((vm) => vm.id)).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
  for (const vm of vms) expect(vm).not.toHaveProperty('instancename');
});

test('allocation is a column of its own: a disabled host goes into maintenance and keeps it', async () => {
  const it = oldest();
  const id = it.host('host-3').cs.id;
  expect(await it.ask('updateHost', { id, allocationstate: 'Disable' })).toMatchObject({ status: 431 });
  await it.ask('updateHost', { id, allocationstate: 'Disabled' });
  expect(await it.job('prepareHostForMaintenance', { id })).toMatchObject({ jobstatus: 1 });
  it.pass(300);
  const [host] = (await it.ask('listHosts', { id }))['host'] as readonly object[];
  expect(host).toMatchObject({ state: 'Maintenance', allocationstate: 'Disabled' });
});

test('leaving maintenance goes through Disconnected, and the scan brings the host back', async () => {
  const it = oldest();
  const id = it.host('host-3').cs.id;
  await it.job('prepareHostForMaintenance', { id });
  it.pass(300);
  await it.job('cancelHostMaintenance', { id });
  expect((await it.ask('listHosts', { id }))['host']).toMatchObject([{ state: 'Disconnected' }]);
  it.pass(300);
  expect((await it.ask('listHosts', { id }))['host']).toMatchObject([{ state: 'Up' }]);
});

test('a VM that cannot be moved is stopped by force', async () => {
  const it = oldest();
  it.xapi.migrationErrors.push(['VM_MISSING_PV_DRIVERS']);
  await it.job('prepareHostForMaintenance', { id: it.host('host-3').cs.id });
  it.pass(300);
  expect(it.host('host-3').cs.resourceState).toBe('Maintenance');
  expect(it.cloud.pools[0]!.vms.filter((vm) => vm.stops > 0)).toHaveLength(1);
});

test('the text of an error is not escaped, and the product still reads it', async () => {
  const it = oldest();
  const command = 'listVirtualMachines';
  const answer = await it.raw({ command, response: 'json', hostid: 'a "quoted" id' });
  expect(() => JSON.parse(answer.body) as unknown).toThrow(SyntaxError);
  const question = {
    command,
    subject: 'a VM',
    source: 'CloudStack',
    answeredAt: 0,
    named: (text: string) => text,
  };
  expect(() => read(answer, question)).toThrow(expect.objectContaining({ code: '431' }));
});
