/** VMs that cannot move: stopped with consent, started again exactly once, on a host of the highest version only. */
import type { Json } from '../../../src/domain/json';
import { ejectCds } from '../../../src/steps/eject-cds';
import { smokeTestHost } from '../../../src/steps/smoke-test-host';
import { startVms } from '../../../src/steps/start-vms';
import { stopVms } from '../../../src/steps/stop-vms';
import { digestOf } from '../../../src/domain/digest';
import { decide, evidenceFor, HOST, says, secondsAgo, type EvidenceWish } from '../../support/evidence';

const down = (name: string, change: object = {}) => ({
  name,
  uuid: `uuid-${name}`,
  id: `cs-${name}`,
  kind: 'guest',
  power: 'Halted',
  state: 'Stopped',
  memoryMib: 1000,
  ...change,
});
const up = (name: string, on = 'host-1', change: object = {}) =>
  down(name, { power: 'Running', state: 'Running', on, ...change });
const shelter = (name: string, change: object = {}) => ({
  name,
  id: `cs-${name}`,
  version: '7.1.2',
  freeMib: 4000,
  ready: true,
  groups: [],
  ...change,
});

describe('stop-vms', () => {
  const args = { ...HOST, vms: [{ vm: 'a', why: 'no tools', startOn: [] }] };
  test('stops what runs and is done when XAPI and CloudStack both say so', () => {
    expect(says(stopVms, { args, now: { vms: [up('a', 'host-2'), down('b')] } })).toBe('act: stop a');
    expect(says(stopVms, { args, now: { vms: [down('a', { state: 'Stopping' })] } })).toBe('act: stop a');
    expect(says(stopVms, { args, now: { vms: [down('a')] } })).toBe('done: stopped: a');
  });
  test('a VM that somebody has moved to another host meanwhile is left alone', () => {
    expect(says(stopVms, { args, now: { vms: [up('a', 'host-3')] } })).toBe(
      'done: a runs on host-3 and is left alone',
    );
  });
  test('a VM that CloudStack does not know is down when XAPI says so', () => {
    const { id: _none, ...stranger } = down('x', { state: 'Halted' });
    expect(says(stopVms, { args, now: { vms: [stranger] } })).toBe('done: stopped: x');
  });
  test('owes what was running, as it was, and nothing for a VM never seen', () => {
    const evidence = evidenceFor('stop-vms', { args, now: { vms: [up('a')] } });
    const owes = (subject: string) => stopVms.step.owes?.({ subject, what: '', args: null }, evidence);
    expect(owes('a')).toMatchObject([
      { what: 'vm-stopped', on: 'a', before: { power: 'Running', memoryMib: 1000, host: 'host-2' } },
    ]);
    expect(owes('z')).toEqual([]);
  });
});

describe('start-vms', () => {
  const args = { vms: [], last: false, label: 'now' };
  const owed = [{ what: 'vm-stopped' as const, on: 'a' }];
  type Wish = Partial<Omit<EvidenceWish, 'now'>> & {
    vms?: readonly object[];
    shelters?: readonly object[];
    failed?: object;
  };
  const wishOf = ({
    vms = [down('a')],
    shelters = [shelter('host-1')],
    failed = {},
    ...wish
  }: Wish): EvidenceWish => ({
    args,
    owed,
    ...wish,
    now: { vms, shelters, failed } as unknown as Json,
  });
  const started = (wish: Wish): string => says(startVms, wishOf(wish));

  test('starts it with the host named', () => {
    const decision = decide(startVms, wishOf({}));
    expect(decision).toMatchObject({
      do: 'act',
      acts: [{ subject: 'a', args: { id: 'cs-a', hostId: 'cs-host-1', to: 'host-1' } }],
    });
  });

  test('while versions differ only an upgraded host will do, however full it is', () => {
    const old = shelter('host-3', { version: '6.5.0', freeMib: 64_000 });
    expect(started({ shelters: [old, shelter('host-1')] })).toBe('act: start a on host-1');
    expect(started({ shelters: [old, shelter('host-1', { freeMib: 999 })] })).toBe(
      'done: held until later: a (no host may start it now)',
    );
    expect(started({ shelters: [old, shelter('host-1', { ready: false })] })).toBe(
      'done: held until later: a (no host may start it now)',
    );
  });

  test('never on the host that is being emptied; on its own host first when that is back', () => {
    const shelters = [shelter('host-1', { freeMib: 9000 }), shelter('host-2')];
    expect(started({ shelters, args: { ...args, notOn: 'host-1' } })).toBe('act: start a on host-2');
    expect(started({ shelters, args: { ...args, prefer: 'host-2' } })).toBe('act: start a on host-2');
    expect(started({ shelters })).toBe('act: start a on host-1');
  });

  test('counts memory promised to the ones before it', () => {
    const vms = [down('a', { memoryMib: 3000 }), down('b', { memoryMib: 3000 })];
    expect(started({ vms })).toBe('act: start a on host-1');
  });

  test('what runs is not started again, and what is starting is waited for', () => {
    expect(started({ vms: [up('a')] })).toBe('done: running: a on host-1');
    expect(started({ vms: [down('a', { state: 'Starting' })] })).toBe('wait: Starting: a');
    expect(started({ vms: [up('a', 'host-1', { state: 'Starting' })] })).toBe('wait: Starting: a');
    expect(started({ vms: [] })).toBe('done: none is stopped');
  });

  test('a refused start is held, shown, and left to a later line; the last line holds the lane', () => {
    const refused = { acts: { a: { intendedAt: secondsAgo(60) } }, failed: { a: 'no capacity' } };
    expect(started(refused)).toBe('done: held until later: a (no capacity)');
    expect(started({ ...refused, args: { ...args, last: true } })).toBe('stop: VMS_HELD');
    const refusal = { code: 'X', what: 'not now', why: '', doThis: [] };
    expect(started({ acts: { a: { outcome: 'refused', refusal } } })).toBe(
      'done: held until later: a (not now)',
    );
  });

  test('after a person said “try again” the refused start is wanted once more', () => {
    const refused = {
      acts: { a: { intendedAt: secondsAgo(60) } },
      failed: { a: 'no capacity' },
      line: { retries: 1 },
    };
    expect(started({ ...refused, args: { ...args, last: true } })).toBe('act: start a on host-1');
  });

  test('may be sent exactly once by itself, and only what runs is given back', () => {
    expect(startVms.step.maxActs).toBe(1);
    const evidence = evidenceFor('start-vms', wishOf({ vms: [up('a'), down('b')] }));
    expect(startVms.step.gaveBack?.(evidence)).toEqual([{ what: 'vm-stopped', on: 'a' }]);
  });
});

describe('smoke-test-host', () => {
  const args = { ...HOST, vms: ['a'] };
  const on = (where: string, change: object = {}) => ({
    ...up('a', where, change),
    version: where === 'host-2' ? '7.1.2' : '6.5.0',
  });
  const tested = (vms: readonly object[], wish: Partial<EvidenceWish> = {}, more: object = {}): string =>
    says(smokeTestHost, {
      args,
      ...wish,
      now: { vms, host: shelter('host-2'), failed: {}, ...more } as unknown as Json,
    });

  test('moves the VM onto it, waits while it moves, and is done when it runs there', () => {
    expect(tested([on('host-3')])).toBe('act: migrate a to host-2');
    expect(tested([on('host-3', { state: 'Migrating' })])).toBe('wait: Moving a to host-2');
    expect(tested([on('host-2')])).toBe('done: a runs on host-2');
  });

  test('never moves a VM to an older host or one without room: then a person chooses', () => {
    const newer = { ...on('host-3'), version: '8.0.0' };
    for (const said of [
      tested([newer]),
      tested([on('host-3')], {}, { host: shelter('host-2', { freeMib: 10 }) }),
      tested([]),
    ])
      expect(said).toBe('ask confirm: Does a VM run well on host-2?');
    const digest = digestOf({ line: 'host-2-09-smoke-test-host', host: 'host-2' });
    expect(tested([], { answers: [{ says: 'yes', digest, kind: 'confirm' }] })).toBe('done: tested by Bob');
  });

  test('two failed tries hold the lane', () => {
    const failed = { failed: { a: 'it crashed' } };
    expect(tested([on('host-3')], { acts: { a: { tries: 1 } } }, failed)).toBe('act: migrate a to host-2');
    expect(tested([on('host-3')], { acts: { a: { tries: 2 } } }, failed)).toBe('stop: SMOKE_TEST_FAILED');
  });
});

test('eject-cds: each CD is one act, and what was ejected is remembered', () => {
  const args = { pool: 'pool-a' };
  const cd = { vm: 'a', cd: 'tools.iso', vbd: 'vbd-1' };
  expect(says(ejectCds, { args, now: { inserted: [] } })).toBe('done: no CD was inserted');
  expect(says(ejectCds, { args, now: { inserted: [cd, { ...cd, vm: 'b' }] } })).toBe(
    'act: eject tools.iso from a; eject tools.iso from b',
  );
  expect(decide(ejectCds, { args, before: { inserted: [cd] }, now: { inserted: [] } })).toMatchObject({
    do: 'done',
    saw: 'ejected: tools.iso from a',
    result: { inserted: [cd] },
  });
});
