/** Where a VM goes when its host is emptied, how many at a time, and what is never done. */
import type { SubjectActs } from '../../../src/domain/run';
import { drainHost } from '../../../src/steps/drain-host';
import { AT, HOST, says, secondsAgo, type EvidenceWish } from '../../support/evidence';

const args = { ...HOST, stops: [], atOnce: 2 };
const vm = (name: string, change: object = {}) => ({
  name,
  id: `cs-${name}`,
  uuid: `uuid-${name}`,
  kind: 'guest',
  memoryMib: 1000,
  state: 'Running',
  ...change,
});
const router = (name: string, change: object = {}) => vm(name, { kind: 'router', memoryMib: 256, ...change });
const shelter = (name: string, change: object = {}) => ({
  name,
  id: `cs-${name}`,
  version: '6.5.0',
  freeMib: 8000,
  ready: true,
  groups: [],
  ...change,
});
const SHELTERS = [shelter('host-1'), shelter('host-3', { freeMib: 6000 })];

type Wish = Partial<Omit<EvidenceWish, 'now'>> & {
  readonly left: readonly object[];
  readonly shelters?: readonly object[];
  readonly suitable?: object;
  readonly failed?: Readonly<Record<string, string>>;
  readonly pending?: readonly string[];
};

function drained({
  left,
  shelters = SHELTERS,
  suitable = {},
  failed = {},
  pending = [],
  ...wish
}: Wish): string {
  const now = { left, version: '6.5.0', shelters, suitable, failed, pending };
  return says(drainHost, { args, ...wish, now: JSON.parse(JSON.stringify(now)) });
}

const sentTo = (to: string, change: Partial<SubjectActs> = {}): Partial<SubjectActs> => ({
  act: { subject: '', what: '', args: { to } },
  intendedAt: secondsAgo(10),
  ...change,
});

const planned = (name: string, to: string, candidates: readonly string[] = [to]) => [
  { host: 'host-2', moves: [{ vm: name, to, candidates, memoryMib: 1000 }], stops: [] },
];

describe('the order', () => {
  test('an empty host is done; so is one with only what other lines stop', () => {
    expect(drained({ left: [] })).toBe('done: empty');
    expect(drained({ left: [vm('gpu')], args: { ...args, stops: ['gpu'] } })).toBe('done: empty but for gpu');
  });

  test('guests first, as many at once as allowed; then routers one at a time; then SSVM, then CPVM', () => {
    const cpvm = vm('v-2-VM', { kind: 'cpvm' });
    const ssvm = vm('s-1-VM', { kind: 'ssvm' });
    const all = [cpvm, ssvm, router('r-4'), router('r-5'), vm('a'), vm('b'), vm('c')];
    expect(drained({ left: all })).toBe('act: migrate a to host-1; migrate b to host-1');
    expect(drained({ left: all.slice(0, 4) })).toBe('act: migrate r-4 to host-1');
    expect(drained({ left: all.slice(0, 2) })).toBe('act: migrate s-1-VM to host-1');
    expect(drained({ left: all.slice(0, 1) })).toBe('act: migrate v-2-VM to host-1');
  });

  test('what is on its way takes a place, and a second router waits for the first', () => {
    const moving = { a: sentTo('host-1'), b: sentTo('host-1') };
    expect(drained({ left: [vm('a'), vm('b'), vm('c')], acts: moving })).toBe(
      'wait: 3 VMs left on host-2; moving a, b',
    );
    expect(drained({ left: [vm('a', { state: 'Migrating' }), vm('b'), vm('c')] })).toBe(
      'act: migrate b to host-1',
    );
    const first = { 'r-4': sentTo('host-1', { outcome: 'lost' }) };
    expect(drained({ left: [router('r-5'), router('r-4')], acts: first })).toMatch(
      /^wait: 2 VMs left on host-2; moving r-4/,
    );
  });

  test('what CloudStack still works on is on its way, however long ago it was asked for', () => {
    const old = { a: sentTo('host-1', { intendedAt: secondsAgo(900) }) };
    expect(
      drained({ left: [vm('a'), vm('b')], args: { ...args, atOnce: 1 }, acts: old, pending: ['a'] }),
    ).toBe('wait: 2 VMs left on host-2; moving a');
  });

  test('a VM that is starting or stopping is left alone', () => {
    expect(drained({ left: [vm('a', { state: 'Starting' })] })).toBe('wait: 1 VM left on host-2');
  });
});

describe('the destination', () => {
  const one = (wish: Omit<Wish, 'left'>, change: object = {}): string =>
    drained({ left: [vm('a', change)], ...wish });

  test('is the planned host if it fits, else an approved one with the most free memory', () => {
    expect(one({ placement: planned('a', 'host-3', ['host-3', 'host-1']) })).toBe('act: migrate a to host-3');
    const full = [shelter('host-1'), shelter('host-3', { freeMib: 999 })];
    expect(one({ shelters: full, placement: planned('a', 'host-3', ['host-3', 'host-1']) })).toBe(
      'act: migrate a to host-1',
    );
  });

  test('is never one that nobody approved for a planned VM', () => {
    const full = [shelter('host-1'), shelter('host-3', { freeMib: 999 })];
    expect(one({ shelters: full, placement: planned('a', 'host-3') })).toBe(
      'wait: 1 VM left on host-2; no host can take a now',
    );
  });

  test.each([
    ['runs an older version', { version: '6.2.0' }],
    ['is not ready', { ready: false }],
    ['has one MiB too little', { freeMib: 999 }],
  ])('is never a host that %s', (_sentence, change) => {
    expect(one({ shelters: [shelter('host-1', change)] })).toBe(
      'wait: 1 VM left on host-2; no host can take a now',
    );
  });

  test('may be newer, and exactly full', () => {
    expect(one({ shelters: [shelter('host-1', { version: '7.1.2', freeMib: 1000 })] })).toBe(
      'act: migrate a to host-1',
    );
  });

  test('is never one that CloudStack calls unsuitable', () => {
    expect(one({ suitable: { a: ['host-3'] } })).toBe('act: migrate a to host-3');
    expect(one({ suitable: { a: [] } })).toBe('wait: 1 VM left on host-2; no host can take a now');
  });

  test('never puts the two routers of a pair together', () => {
    const pair = router('r-4', { group: 'net-1' });
    const shelters = [shelter('host-1', { groups: ['net-1'] }), shelter('host-3')];
    expect(drained({ left: [pair], shelters })).toBe('act: migrate r-4 to host-3');
    expect(drained({ left: [pair], shelters: shelters.slice(0, 1) })).toBe(
      'wait: 1 VM left on host-2; no host can take r-4 now',
    );
  });

  test('counts memory promised to moves that are chosen together', () => {
    const tight = [shelter('host-1', { freeMib: 1500 }), shelter('host-3', { freeMib: 1200 })];
    expect(drained({ left: [vm('a'), vm('b')], shelters: tight })).toBe(
      'act: migrate a to host-1; migrate b to host-3',
    );
  });

  test('counts memory promised to moves under way, lost answers included', () => {
    const tight = [shelter('host-1', { freeMib: 1500 })];
    for (const outcome of ['intended', 'answered', 'lost'] as const)
      expect(
        drained({ left: [vm('a'), vm('b')], shelters: tight, acts: { a: sentTo('host-1', { outcome }) } }),
      ).toBe('wait: 2 VMs left on host-2; moving a; no host can take b now');
  });

  test('after a refusal, or a move that failed, is another host before the same one again', () => {
    const refusal = { code: 'X', what: 'no', why: '', doThis: [] };
    expect(one({ acts: { a: sentTo('host-1', { outcome: 'refused', refusal }) } })).toBe(
      'act: migrate a to host-3',
    );
    expect(one({ acts: { a: sentTo('host-1') }, failed: { a: 'no room' } })).toBe('act: migrate a to host-3');
    const only = SHELTERS.slice(0, 1);
    expect(one({ shelters: only, acts: { a: sentTo('host-1') }, failed: { a: 'no room' } })).toBe(
      'act: migrate a to host-1',
    );
  });
});

describe('what holds the lane', () => {
  const spent = sentTo('host-1', { tries: 3, n: 3, intendedAt: secondsAgo(600) });

  test('a VM whose three tries failed, until a person allows three more', () => {
    const wish = { left: [vm('a')], acts: { a: spent }, failed: { a: 'migration refused' } };
    expect(drained(wish)).toBe('stop: MOVE_FAILED');
    expect(drained({ ...wish, line: { retries: 1 } })).toBe('act: migrate a to host-3');
  });

  test('only a VM that CloudStack does not know is left: nobody has agreed to move it', () => {
    const stranger = { ...vm('x'), id: undefined };
    expect(drained({ left: [stranger, vm('a')] })).toBe('act: migrate a to host-1');
    expect(drained({ left: [stranger] })).toBe('stop: UNKNOWN_VM');
  });

  test('a move that may still take effect holds nothing', () => {
    const wish = { left: [vm('a')], acts: { a: { ...spent, intendedAt: secondsAgo(119) } }, at: AT };
    expect(drained(wish)).toBe('wait: 1 VM left on host-2; moving a');
  });
});
