/** The upgrade plugin of the simulated hosts in its ages, as an independent client meets it (xapi §5.5, xc §2.8). */
import { Cloud } from '../../../src/sim/cloud';
import { pairNamed, poolOfPair } from '../../../src/sim/pairs';
import type { SimHost } from '../../../src/sim/model';
import { hostOf, RawClient, ref } from '../../support/sim-xapi';

const PLUGIN = 'prepare_host_upgrade.py';

async function at(pair?: string): Promise<{ cloud: Cloud; client: RawClient; host: SimHost }> {
  const named = pair === undefined ? undefined : pairNamed(pair);
  const cloud = new Cloud(named ? { pools: [poolOfPair(named)], cloudStackVersion: named.cloudStack } : {});
  const client = new RawClient(cloud);
  await client.login();
  return { cloud, client, host: hostOf(cloud.pools[0]!, 'host-2') };
}

type Asking = Awaited<ReturnType<typeof at>>;
const url = (version: string): { readonly url: string } => ({ url: `http://media/xs-${version}` });
const call = ({ client, host }: Asking, fn: string, args: Record<string, string> = {}) =>
  client.call('host.call_plugin', ref(host), PLUGIN, fn, args);

test('5.6 has no plugin', async () => {
  const it = await at('2.2.13-xs5.6');
  expect(await call(it, 'testUrl', url('6.0.2'))).toMatchObject({
    ErrorDescription: ['XENAPI_MISSING_PLUGIN', PLUGIN],
  });
});

test('the copy of 2011 knows three functions, and two reasons', async () => {
  const it = await at();
  expect(await call(it, 'getVersion', url('7.1.2'))).toMatchObject({
    ErrorDescription: ['UNKNOWN_XENAPI_PLUGIN_FUNCTION', 'getVersion'],
  });
  expect(await call(it, 'testUrl', url('7.1.2'))).toMatchObject({ Value: 'true' });
  expect(await call(it, 'testUrl', url('6.5.0'))).toMatchObject({ Value: 'true' });
  expect(await call(it, 'testUrl', url('6.2.0'))).toMatchObject({
    ErrorDescription: ['XENAPI_PLUGIN_FAILURE', 'testUrl', 'Exception', 'INVALID_VER'],
  });
  expect(await call(it, 'testUrl', url('99.9'))).toMatchObject({
    ErrorDescription: ['XENAPI_PLUGIN_FAILURE', 'testUrl', 'Exception', 'INVALID_URL'],
  });
  expect(await call(it, 'testUrl')).toMatchObject({
    ErrorDescription: ['XENAPI_PLUGIN_FAILURE', 'testUrl', 'Exception', 'MISSING_URL'],
  });
});

test('from 8.0 on it tells version and memory, and names what is missing', async () => {
  const it = await at('4.22.1-xs8.2');
  expect(await call(it, 'getVersion', url('8.4.0'))).toMatchObject({
    Value: expect.stringContaining('"product-version":"8.4.0"'),
  });
  expect(await call(it, 'getDom0DefaultMemory', url('8.4.0'))).toMatchObject({
    Value: String(2672 * 1024 ** 2),
  });
  it.cloud.faults.add([{ call: 'world:media', on: 'host-2', how: 'fail', code: 'UNAUTH_URL' }]);
  expect(await call(it, 'testUrl', url('8.4.0'))).toMatchObject({
    ErrorDescription: ['XENAPI_PLUGIN_FAILURE', 'testUrl', 'Exception', 'UNAUTH_URL'],
  });
  expect(await call(it, 'checkHost', url('8.4.0'))).toMatchObject({
    ErrorDescription: ['UNKNOWN_XENAPI_PLUGIN_FUNCTION', 'checkHost'],
  });
});

test('main is the only function that counts as a change', async () => {
  const it = await at();
  for (const fn of ['testUrl', 'testSafe2Upgrade', 'main']) await call(it, fn, url('7.1.2'));
  const logged = it.cloud.calls
    .filter((one) => one.call.startsWith('host.call_plugin'))
    .map(({ call: name, on, mutates }) => [name, on, mutates]);
  expect(logged).toEqual([
    ['host.call_plugin testUrl', 'host-2', false],
    ['host.call_plugin testSafe2Upgrade', 'host-2', false],
    ['host.call_plugin main', 'host-2', true],
  ]);
});

test('the entry stands before the mark for new partitions does, and the old kind stays until taken back', async () => {
  const it = await at();
  const began = it.cloud.time.now();
  const seen: string[] = [];
  const look = (): void => {
    seen.push(`${it.host.boot.installer ?? 'none'} ${it.host.dom0.safe2upgrade}`);
    if (it.cloud.time.now() - began < 120_000) it.cloud.time.in(10, look);
  };
  look();
  expect(await call(it, 'main', url('7.1.2'))).toMatchObject({ Value: 'true' });
  expect([...new Set(seen)]).toEqual(['none false', 'default false']);
  expect([it.host.boot, it.host.dom0.safe2upgrade]).toEqual([{ installer: 'default' }, true]);
});

test('with disks of VMs on local storage no mark is made, and an older one goes', async () => {
  const it = await at();
  const local = it.host.pbds
    .map((pbd) => it.host.pool.srs.find((sr) => sr.uuid === pbd.sr))
    .find((sr) => sr && !sr.shared && sr.type !== 'iso');
  it.host.dom0 = { ...it.host.dom0, safe2upgrade: true };
  it.host.pool.vms[0]!.disks.push({ vdi: 'vdi-local', sr: local!.uuid });
  expect(await call(it, 'testSafe2Upgrade')).toMatchObject({ Value: 'false' });
  await call(it, 'main', url('7.1.2'));
  expect(it.host.dom0.safe2upgrade).toBe(false);
});
