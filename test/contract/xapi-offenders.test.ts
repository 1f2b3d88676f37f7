/** For each rule that XAPI can see: a raw client commits the offence over the wire, and the simulator reports it. */
import { artefactOf } from '../../src/sim/artefact';
import { uuidOf } from '../../src/sim/identity';
import type { RuleId } from '../../src/sim/rules';
import { hands } from '../../src/sim/xapi';
import type { SimHost, SimPool, SimVm } from '../../src/sim/model';
import { hostOf, ref, vmOf } from '../support/sim-xapi';
import { bool, methodCall, raw, rawLogin, str, wireWorld, type WireWorld } from '../support/sim-xapi-wire';

let world: WireWorld;
let pool: SimPool;
let url: string;
let session: string;

beforeEach(async () => {
  world = await wireWorld({ speed: 600 });
  pool = world.cloud.pools[0]!;
  pool.ha.on = false;
  ({ url } = world.endpoint('host-1'));
  session = await rawLogin(url, 'offender');
});
afterEach(() => world.close());

const EMPTY_MAP = '<value><struct></struct></value>';
const ask = async (method: string, ...params: readonly string[]): Promise<string> =>
  (await raw(url, { body: methodCall(method, str(session), ...params) })).body;
const reference = (object: { readonly uuid: string }): string => str(ref(object));
const rules = (): readonly RuleId[] => world.cloud.violations.map((one) => one.rule);

const empty = (name: string): SimHost => {
  for (const vm of pool.vms) if (vm.on === name) vm.on = name === 'host-3' ? 'host-2' : 'host-3';
  return hostOf(pool, name);
};
const unmanage = (): void => void (pool.cluster.managedState = 'Unmanaged');
const inMaintenance = (name: string): SimHost => {
  const host = empty(name);
  host.cs.resourceState = 'Maintenance';
  return host;
};
const guest = (): SimVm => vmOf(pool, 'i-2-10-VM');

/** Asked of this host, or of the whole pool; whether it succeeds does not matter. */
const patch = (method: string, name: string): Promise<unknown> => {
  const hotfix = artefactOf({ uuid: uuidOf('XS65E001'), name: 'XS65E001', versions: ['6.5.0'] });
  pool.patching.known.push({ ...hotfix, bytes: 4096, staged: true });
  const onHost = method.endsWith('pool_apply') ? [] : [reference(hostOf(pool, name))];
  return ask(method, reference(hotfix), ...onHost);
};

const OFFENCES: readonly (readonly [RuleId, string, () => Promise<unknown> | void])[] = [
  [
    'disable-outside-maintenance',
    'host.disable of a host in service',
    () => ask('host.disable', reference(hostOf(pool, 'host-2'))),
  ],
  [
    'disable-outside-maintenance',
    'host.evacuate of a host in service',
    () => ask('Async.host.evacuate', reference(hostOf(pool, 'host-2'))),
  ],
  [
    'master-disabled-while-managed',
    'host.disable of the master',
    () => ask('host.disable', reference(inMaintenance('host-1'))),
  ],
  [
    'repartitioned',
    'host.reboot of a host that its own plugin has marked for new partitions',
    async () => {
      const host = inMaintenance('host-2');
      host.enabled = false;
      const media = `<value><struct><member><name>url</name>${str('http://media/xenserver-6.5.0')}</member></struct></value>`;
      await ask('host.call_plugin', reference(host), str('prepare_host_upgrade.py'), str('main'), media);
      await ask('host.reboot', reference(host));
    },
  ],
  [
    'reboot-outside-maintenance',
    'host.reboot of a host in service',
    () => ask('host.reboot', reference(empty('host-2'))),
  ],
  [
    'reboot-outside-maintenance',
    'a toolstack restart of a host in service',
    () => ask('host.restart_agent', reference(hostOf(pool, 'host-2'))),
  ],
  [
    'master-rebooted-while-managed',
    'host.reboot of the master',
    () => ask('host.reboot', reference(inMaintenance('host-1'))),
  ],
  [
    'reboot-while-enabled',
    'host.reboot of an enabled host',
    () => {
      unmanage();
      return ask('host.reboot', reference(empty('host-2')));
    },
  ],
  [
    'reboot-with-residents',
    'host.reboot with VMs on it',
    async () => {
      unmanage();
      await ask('host.disable', reference(hostOf(pool, 'host-2')));
      return ask('host.reboot', reference(hostOf(pool, 'host-2')));
    },
  ],
  [
    'reboot-with-residents',
    'a toolstack restart with VMs on it',
    async () => {
      unmanage();
      await ask('host.disable', reference(hostOf(pool, 'host-2')));
      return ask('host.restart_agent', reference(hostOf(pool, 'host-2')));
    },
  ],
  ...['pool_patch.apply', 'Async.pool_patch.apply', 'pool_patch.pool_apply'].flatMap(
    (method): readonly (typeof OFFENCES)[number][] => [
      ['reboot-outside-maintenance', `${method} on a host in service`, () => patch(method, 'host-2')],
      [
        'master-rebooted-while-managed',
        `${method} on the master in maintenance`,
        () => patch(method, inMaintenance('host-1').name),
      ],
      [
        'patched-in-service',
        `${method} on an enabled host`,
        () => {
          unmanage();
          return patch(method, empty('host-2').name);
        },
      ],
      [
        'patched-in-service',
        `${method} on a host with VMs`,
        () => {
          unmanage();
          hostOf(pool, 'host-2').enabled = false;
          return patch(method, 'host-2');
        },
      ],
    ],
  ),
  [
    'member-before-master',
    'a member booted into the installer first',
    () => hands.bootIso(world.cloud, empty('host-2'), '7.1.2', 'offender'),
  ],
  [
    'rebooted-twice',
    'another reboot after the new version is there',
    async () => {
      unmanage();
      hands.bootIso(world.cloud, empty('host-1'));
      while (hostOf(pool, 'host-1').version !== '7.1.2' || !hostOf(pool, 'host-1').enabled)
        await new Promise((resolve) => setTimeout(resolve, 5));
      world.cloud.violations.length = 0;
      session = await rawLogin(url, 'offender');
      await ask('host.disable', reference(empty('host-1')));
      return ask('host.reboot', reference(hostOf(pool, 'host-1')));
    },
  ],
  [
    'master-role-changed',
    'designate_new_master',
    () => ask('pool.designate_new_master', reference(hostOf(pool, 'host-2'))),
  ],
  [
    'xapi-migration-while-managed',
    'pool_migrate of a VM of CloudStack',
    () => ask('Async.VM.pool_migrate', reference(guest()), reference(hostOf(pool, 'host-2')), EMPTY_MAP),
  ],
  [
    'xapi-power-of-cloudstack-vm',
    'clean_shutdown of a VM of CloudStack',
    () => ask('Async.VM.clean_shutdown', reference(guest())),
  ],
  [
    'xapi-power-of-cloudstack-vm',
    'start of a VM of CloudStack',
    () => {
      Object.assign(guest(), { power: 'Halted', on: undefined });
      return ask('Async.VM.start', reference(guest()), bool(false), bool(false));
    },
  ],
  [
    'dump-in-mixed-pool',
    'a dump while versions differ',
    () => {
      hostOf(pool, 'host-1').platform = '2.2.0';
      return raw(url, { method: 'GET', path: `/pool/xmldbdump?session_id=${session}` });
    },
  ],
  [
    'rolling-flag-written',
    'writing the rolling flag',
    () => ask('pool.add_to_other_config', reference(pool), str('rolling_upgrade_in_progress'), str('true')),
  ],
  [
    'repeated-blindly',
    'the same change again after a lost answer',
    async () => {
      world.cloud.faults.add([{ call: 'xapi:pool.set_wlb_enabled', how: 'lose-answer' }]);
      await expect(ask('pool.set_wlb_enabled', reference(pool), bool(true))).rejects.toThrow(
        /hang up|ECONNRESET/,
      );
      return ask('pool.set_wlb_enabled', reference(pool), bool(true));
    },
  ],
];

test.each(OFFENCES)('%s: %s', async (rule, _, offend) => {
  await offend();
  expect(rules()).toContain(rule);
  const violation = world.cloud.violations.find((one) => one.rule === rule);
  expect(violation).toMatchObject({ pool: 'pool-a' });
  expect(violation?.detail).not.toBe('');
});

test('a change after a lost answer and a look is no offence', async () => {
  world.cloud.faults.add([{ call: 'xapi:pool.set_wlb_enabled', how: 'lose-request' }]);
  await expect(ask('pool.set_wlb_enabled', reference(pool), bool(true))).rejects.toThrow(
    /hang up|ECONNRESET/,
  );
  await ask('pool.get_wlb_enabled', reference(pool));
  await ask('pool.set_wlb_enabled', reference(pool), bool(true));
  expect(rules()).toEqual([]);
});

test('disabling and rebooting an empty host in maintenance is no offence', async () => {
  const host = inMaintenance('host-2');
  await ask('host.disable', reference(host));
  await ask('host.reboot', reference(host));
  expect(rules()).toEqual([]);
  expect(host.enabled).toBe(false);
});
