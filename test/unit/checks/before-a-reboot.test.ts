/** What a boot may fail of is looked at before a rolling reboot too; what only an installer touches is left alone. */
import { lookAt, type How } from './pool-files';

const said = async (pool: string, how: How = {}, version = '6.5.0'): Promise<readonly string[]> =>
  (await lookAt(pool, version, { ...how, aim: 'reboot' })).findings.map(
    ({ severity, check, on }) => `${severity} ${check} ${on}`,
  );
const BACKUPS = 'question vm-backups pool-a';

test.each([
  ['healthy'],
  ['management-interface-differs', 'block management-interface host-2'],
  ['no-management-interface', 'block management-interface host-2'],
  ['dom0-full', 'block dom0-space host-2'],
  ['dom0-nearly-full', 'warn dom0-space host-2'],
  ['time-server-lost', 'warn time-sync host-2'],
  // gone with an installer only
  ['customised'],
  ['utility-partition'],
  ['system-disk-small'],
  ['no-python'],
])('%s', async (pool, ...says) => {
  expect((await said(pool)).filter((one) => one !== BACKUPS)).toEqual(says);
});

test.each(['vm-on-local-disk', 'vm-with-gpu', 'vm-without-tools'])(
  '%s: whoever approves the reboots consents to stopping the VM by name',
  async (pool) => {
    expect(await said(pool)).toContain('question vms-can-move i-2-11-VM');
  },
);

test('without SSH a person looks at space, management interface and clock, and at nothing else of dom0', async () => {
  const { findings } = await lookAt('healthy', '6.5.0', { without: ['dom0'], aim: 'reboot' });
  const asked = findings.filter(({ what }) => what.startsWith('Without SSH to the hosts: '));

  expect(asked.map(({ severity, evidence }) => [severity, ...evidence])).toEqual([
    ['question', 'not looked at: host-1, host-2, host-3'],
  ]);
  expect(asked[0]?.advice[0]).toMatch(/df -h .*MANAGEMENT_INTERFACE.*chronyc/);
});

test('a part of dom0 that a boot needs and that cannot be read blocks; another part does not', async () => {
  const spoiled = (program: string): How => ({ faults: [{ call: `ssh:${program}`, how: 'html', nth: 0 }] });

  expect(await said('healthy', spoiled('df'))).toContain('block sources-read host-2');
  expect((await said('healthy', spoiled('find'))).filter((one) => one.startsWith('block'))).toEqual([]);
});
