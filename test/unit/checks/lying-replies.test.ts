/** A reply that breaks off, is no reply at all, or is refused leaves a check unable to tell: that blocks, with the reason. */
import { lookAt } from './pool-files';

const XAPI = [
  'pool.get_all_records',
  'host.get_all_records',
  'VM.get_all_records',
  'PBD.get_all_records',
  'PIF.get_all_records',
  'VDI.get_all_records',
  'task.get_all_records',
  'message.get_all',
  'host.get_servertime',
  'host.compute_free_memory',
];
const CLOUDSTACK = [
  'listHosts',
  'listClusters',
  'listVirtualMachines',
  'listRouters',
  'listVolumes',
  'listSnapshots',
  'listAsyncJobs',
  'listConfigurations',
  'listHypervisorCapabilities',
  'listGuestOsMapping',
  'listApis',
  'getUser',
];

const broken = [
  ...XAPI.flatMap((call) => ['html', 'truncate'].map((how) => [`xapi:${call}`, how] as const)),
  ...CLOUDSTACK.flatMap((call) => ['html', 'truncate'].map((how) => [`cloudstack:${call}`, how] as const)),
  ['ssh:mysql', 'html'] as const,
  ['ssh:mysql', 'truncate'] as const,
  ['ssh:date', 'html'] as const,
];

test.each(broken)('%s answered with %s: cannot tell, and says so', async (call, how) => {
  const { findings, unread } = await lookAt('healthy', '7.1.2', { faults: [{ call, how, nth: 0 }] });

  expect(unread.length).toBeGreaterThan(0);
  expect(findings.filter(({ check }) => check === 'sources-read').map(({ severity }) => severity)).toEqual(
    unread.map(() => 'block'),
  );
});

test.each(['listConfigurations', 'listHypervisorCapabilities', 'listGuestOsMapping', 'getUser', 'listApis'])(
  'cloudstack:%s refused although it is allowed: blocks',
  async (name) => {
    const fault = { call: `cloudstack:${name}`, how: 'refuse', code: '530', nth: 0 };
    const { findings } = await lookAt('healthy', '7.1.2', { faults: [fault] });

    expect(findings.filter(({ severity }) => severity === 'block').map(({ check }) => check)).toEqual([
      'api-key',
    ]);
  },
);

test.each(['html', 'truncate'])(
  'dom0’s answers spoiled by %s: every host blocks by name, with what cannot be told of it',
  async (how) => {
    const { findings } = await lookAt('healthy', '7.1.2', { faults: [{ call: 'ssh:find', how, nth: 0 }] });

    expect(
      findings.filter(({ severity }) => severity === 'block').map(({ on, what }) => `${on}: ${what}`),
    ).toEqual(
      ['host-1', 'host-2', 'host-3'].map(
        (host) => `${host}: Cannot tell of ${host}: customisations, message files.`,
      ),
    );
  },
);

test('a host that does not say its time is not taken for one whose clock is right', async () => {
  const fault = {
    call: 'xapi:host.get_servertime',
    on: 'host-2',
    how: 'refuse',
    code: 'CANNOT_CONTACT_HOST',
    nth: 0,
  };
  const { findings } = await lookAt('healthy', '7.1.2', { faults: [fault] });

  expect(
    findings.filter(({ severity }) => severity === 'block').map(({ check, on }) => `${check} ${on}`),
  ).toEqual(['host-clocks host-2']);
});
