/** CloudStack's services: stopped only when nothing is in flight, started one first, and a backup that counts. */
import { NotSent } from '../../../src/domain/errors';
import { backUpDatabases } from '../../../src/steps/back-up-databases';
import { disableHostAllocation } from '../../../src/steps/disable-host-allocation';
import { enterMaintenance } from '../../../src/steps/enter-maintenance';
import { startServices } from '../../../src/steps/start-services';
import { stopServices } from '../../../src/steps/stop-services';
import { emptyWorld } from '../../support/toy-run';
import { evidenceFor, HOST, says } from '../../support/evidence';

const args = { servers: ['ms-1', 'ms-2'] };
const services = (states: Readonly<Record<string, string>> = {}) =>
  ['ms-1', 'ms-2'].flatMap((server) =>
    ['usage', 'management'].map((unit) => ({ server, unit, state: states[`${unit} ${server}`] ?? 'active' })),
  );
const usageDown = { 'usage ms-1': 'inactive', 'usage ms-2': 'inactive' };
const allDown = { ...usageDown, 'management ms-1': 'inactive', 'management ms-2': 'inactive' };

describe('stop-services', () => {
  const stopped = (states: Readonly<Record<string, string>>, more: object = {}): string =>
    says(stopServices, { args, now: { services: services(states), busy: [], others: [], ...more } });

  test('usage first, on every server, then management', () => {
    expect(stopped({})).toBe('act: stop usage on ms-1; stop usage on ms-2');
    expect(stopped({ 'usage ms-1': 'inactive' })).toBe('act: stop usage on ms-2');
    expect(stopped(usageDown)).toBe('act: stop management on ms-1; stop management on ms-2');
    expect(stopped(allDown)).toBe('done: all stopped');
  });
  test('a service that failed does not run; one that is deactivating still does', () => {
    expect(stopped({ ...allDown, 'management ms-2': 'failed' })).toBe('done: all stopped');
    expect(stopped({ ...allDown, 'management ms-2': 'deactivating' })).toBe('act: stop management on ms-2');
  });
  test('a job, a host preparing, a VM in transition, HA work: it waits', () => {
    expect(stopped(usageDown, { busy: ['job migrateVirtualMachine'] })).toBe(
      'wait: CloudStack is busy: job migrateVirtualMachine',
    );
    expect(stopped({}, { busy: ['host-3 is PrepareForMaintenance'] })).toBe(
      'wait: CloudStack is busy: host-3 is PrepareForMaintenance',
    );
  });
  test('another run of ours with a host in work: it waits', () => {
    expect(stopped({}, { others: ['host-2 of pool-b'] })).toBe(
      'wait: Another run has hosts in work: host-2 of pool-b',
    );
  });
  test('CloudStack that does not say whether it is busy is not stopped', () => {
    const now = { services: services(usageDown), others: [] };
    expect(says(stopServices, { args, now })).toBe('wait: CloudStack does not say whether it is busy');
  });
  test('looks for other runs once more, after its intent is on disk: then nothing is sent', async () => {
    const sent: string[] = [];
    const world = {
      ...emptyWorld(),
      others: { hostsInWork: async () => ['host-2 of pool-b'], servicesHeld: async () => [] },
      managementServers: machines(sent),
    };
    const act = { subject: 'usage on ms-1', what: 'stop', args: { server: 'ms-1', unit: 'usage' } };
    const evidence = evidenceFor('stop-services', {
      args,
      now: { services: services(), busy: [], others: [] },
    });
    await expect(stopServices.step.act?.(world, act, evidence)).rejects.toBeInstanceOf(NotSent);
    expect(sent).toEqual([]);
    const alone = { ...world, others: { ...world.others, hostsInWork: async () => [] } };
    await stopServices.step.act?.(alone, act, evidence);
    expect(sent).toEqual(['stop usage on ms-1']);
  });
});

test('a host goes into maintenance only when no run has stopped the services in the meantime', async () => {
  const world = {
    ...emptyWorld(),
    others: { hostsInWork: async () => [], servicesHeld: async () => ['management on ms-1 (pool-b)'] },
  };
  const evidence = evidenceFor('enter-maintenance', { args: HOST, now: {} });
  const act = { subject: 'host-2', what: '', args: null };
  await expect(enterMaintenance.step.act?.(world, act, evidence)).rejects.toBeInstanceOf(NotSent);
});

describe('start-services', () => {
  const owed = ['usage on ms-1', 'usage on ms-2', 'management on ms-1', 'management on ms-2'].map((on) => ({
    what: 'services-stopped' as const,
    on,
  }));
  const started = (states: Readonly<Record<string, string>>, more: object = {}, of = owed): string =>
    says(startServices, {
      args: { ...args, zone: 'zone-1' },
      owed: of,
      now: { services: services(states), notReady: [], ...more },
    });
  const ready = { answers: '4.11.3.0' };

  test('one management server first, then until it answers nothing more', () => {
    expect(started(allDown)).toBe('act: start management on ms-1');
    const first = { ...allDown, 'management ms-1': 'active' };
    expect(started(first)).toBe(
      'wait: The first management server is starting; CloudStack does not answer yet',
    );
    expect(started(first, ready)).toBe('act: start management on ms-2');
  });
  test('usage when all management servers run, then hosts and system VMs', () => {
    expect(started(usageDown, ready)).toBe('act: start usage on ms-1; start usage on ms-2');
    expect(started({}, { ...ready, notReady: ['host-2 is Alert'] })).toBe(
      'wait: CloudStack 4.11.3.0 answers; not ready yet: host-2 is Alert',
    );
    expect(started({}, ready)).toBe('done: CloudStack 4.11.3.0 is ready, hosts and system VMs are Up');
  });
  test('a service that was down before the run is not started', () => {
    expect(
      started(
        { 'usage ms-2': 'inactive' },
        ready,
        owed.filter((one) => one.on !== 'usage on ms-2'),
      ),
    ).toMatch(/^done: /);
  });
});

test.each([
  [{ state: 'absent' }, 'act: back up the databases as b-1'],
  [{ state: 'running' }, 'wait: mysqldump is running'],
  [{ state: 'unverified' }, 'act: verify the backup b-1'],
  [{ state: 'failed', problems: ['It is cut off.'] }, 'stop: BACKUP_FAILED'],
  [
    { state: 'verified', path: '/b/b-1.sql', server: 'ms-1', bytes: 1_048_576, sha256: 'abcdef0123456789' },
    'done: verified: /b/b-1.sql on ms-1, 1.0 MiB, sha256 abcdef012345…',
  ],
])('back-up-databases counts only what is verified: %j', (seen, expected) => {
  expect(
    says(backUpDatabases, { args: { name: 'b' }, now: { name: 'b-1', facts: [], problems: [], ...seen } }),
  ).toBe(expected);
});

function machines(sent: string[]) {
  const word = (doing: string) => async (server: string, unit: string) =>
    void sent.push(`${doing} ${unit} on ${server}`);
  return {
    names: ['ms-1', 'ms-2'],
    condition: () => Promise.reject(new Error('no plan is made here')),
    service: async () => 'active',
    stop: word('stop'),
    start: word('start'),
    backUp: async () => undefined,
    backup: async () => ({ state: 'absent' as const, facts: [], problems: [] }),
    verifyBackup: async () => undefined,
  };
}

test('a dump may be read for as long as its verifier takes, before anybody calls that lost', () => {
  // tens of GB are read and hashed in up to 900 s; a second verifier beside the first only makes both slower
  expect(backUpDatabases.step.callTimeoutSeconds).toBeGreaterThanOrEqual(900);
});

test('the first act on a host looks for runs that stop the services, after its intent is on disk', async () => {
  const sent: string[] = [];
  const world = (held: readonly string[]) => ({
    ...emptyWorld(),
    cloudStack: {
      ...emptyWorld().cloudStack,
      setHostAllocation: async (id: string, to: string) => void sent.push(`${to} ${id}`),
    },
    others: { hostsInWork: async () => [], servicesHeld: async () => held },
  });
  const evidence = evidenceFor('disable-host-allocation', { args: HOST, now: {} });
  const act = { subject: 'host-2', what: '', args: null };
  const held = disableHostAllocation.step.act?.(world(['management on ms-1 (pool-b)']), act, evidence);
  await expect(held).rejects.toBeInstanceOf(NotSent);
  expect(sent).toEqual([]);
  await disableHostAllocation.step.act?.(world([]), act, evidence);
  expect(sent).toEqual(['Disable cs-2']);
});
