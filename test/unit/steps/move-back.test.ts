/** VMs come home one after the other; what cannot is named and stays, and no patched host is ever held for it. */
import type { Json } from '../../../src/domain/json';
import { problem } from '../../../src/domain/problem';
import { moveBack } from '../../../src/steps/move-back';
import { AT, decide, HOST, says, secondsAgo, type EvidenceWish } from '../../support/evidence';

const vm = (name: string, on: string, change: object = {}) => ({
  name,
  uuid: `uuid-${name}`,
  id: `cs-${name}`,
  kind: 'guest',
  power: 'Running',
  state: 'Running',
  on,
  memoryMib: 1000,
  ...change,
});
const seen = {
  vms: [vm('a', 'host-1'), vm('b', 'host-1')],
  home: { ready: true, version: '6.5.0', freeMib: 8000, groups: [] as readonly string[] },
  versions: { 'host-1': '6.5.0', 'host-2': '6.5.0' },
  failed: {},
  group: {},
};
const args = { ...HOST, vms: ['a', 'b'] };
const of = (change: object, more: Partial<EvidenceWish> = {}): string =>
  says(moveBack, { args, now: { ...seen, ...change }, ...more });
const sent = { outcome: 'answered' as const, intendedAt: secondsAgo(30) };
const both = (change: object) => ({ vms: [vm('a', 'host-1', change), vm('b', 'host-2')] });

test('one after the other, and done when all are home', () => {
  expect(of({})).toBe('act: migrate a to host-2');
  expect(of({}, { acts: { a: sent } })).toBe('wait: on its way home: a');
  expect(of({ vms: [vm('a', 'host-2'), vm('b', 'host-1')] })).toBe('act: migrate b to host-2');
  expect(of({ vms: [vm('a', 'host-2'), vm('b', 'host-2')] })).toBe('done: back: a, b');
});

test.each<readonly [why: string, change: object, expected: string]>([
  [
    'somebody has stopped it',
    both({ power: 'Halted', state: 'Stopped' }),
    'a (somebody has stopped it meanwhile)',
  ],
  ['CloudStack does not know it', both({ id: undefined }), 'a (CloudStack does not know it)'],
  ['it is gone', { vms: [vm('b', 'host-2')] }, 'a (it is gone)'],
  [
    'its home is older',
    { ...both({}), versions: { 'host-1': '7.0.0', 'host-2': '6.5.0' } },
    'a (host-2 is older than host-1)',
  ],
  ['its home is full', { ...both({}), home: { ...seen.home, freeMib: 500 } }, 'a (host-2 has 500 MiB free)'],
  [
    'its home is not in service',
    { ...both({}), home: { ...seen.home, ready: false } },
    'a (host-2 is not in service)',
  ],
  [
    'the other router of its pair is there',
    { ...both({}), group: { a: 'g' }, home: { ...seen.home, groups: ['g'] } },
    'a (the other router of its pair runs on host-2)',
  ],
  ['its move failed', { ...both({}), failed: { a: 'no route' } }, 'a (CloudStack says: no route)'],
])('%s: it stays where it is, and the line is over', (_why, change, expected) => {
  expect(of(change)).toBe(`done: back: b; left where they are: ${expected}`);
});

test('one that somebody has moved elsewhere than this run did is left alone', () => {
  const put = { a: { ...sent, act: { subject: 'a', what: 'migrate a', args: { to: 'host-1' } } } };
  const on = (host: string): string =>
    of(
      { vms: [vm('a', host), vm('b', 'host-2')], versions: { ...seen.versions, 'host-3': '6.5.0' } },
      { earlier: { 'drain-host': { acts: put } } },
    );
  expect(on('host-3')).toBe(
    'done: back: b; left where they are: a (somebody has moved it to host-3 meanwhile)',
  );
  expect(on('host-1')).toBe('act: migrate a to host-2');
});

test('one that lived elsewhere when the turn of the host began stays where it is', () => {
  const here = (kind: string, before: Json): string =>
    of({ vms: [vm('a', 'host-1'), vm('b', 'host-2')] }, { earlier: { [kind]: { before } } });
  expect(here('drain-host', { left: [{ name: 'b' }] })).toBe('done: back: b');
  expect(here('enter-maintenance', { residents: ['b'] })).toBe('done: back: b');
  expect(here('drain-host', { left: [{ name: 'a' }, { name: 'b' }] })).toBe('act: migrate a to host-2');
});

test('a refusal, a lost answer or an hour of waiting ends in a sentence, never in a question or a held host', () => {
  const refusal = problem('CS_REFUSED', 'No.', 'No.', 'Look.');
  expect(of(both({}), { acts: { a: { outcome: 'refused', refusal } } })).toMatch(
    /^done: .*a \(CloudStack says: No\.\)/,
  );
  const lost = { outcome: 'lost' as const, intendedAt: secondsAgo(300) };
  expect(of(both({}), { acts: { a: lost } })).toMatch(/^done: .*a \(it was asked for and has not moved\)/);
  const late = { patienceFrom: secondsAgo(3700), begunAt: secondsAgo(3700) };
  expect(of(both({ state: 'Migrating' }), { line: late })).toMatch(/^done: .*a \(on its way\)/);
});

test('the hour is each VM’s own: one that takes long leaves their time to the others', () => {
  const begun = (hours: number) => ({
    patienceFrom: secondsAgo(3600 * hours),
    begunAt: secondsAgo(3600 * hours),
  });
  const under = { vms: [vm('a', 'host-2'), vm('b', 'host-1', { state: 'Migrating' })] };
  expect(of(under, { line: begun(2), acts: { b: sent } })).toBe('wait: on its way home: b');
  expect(of({ vms: [vm('a', 'host-2'), vm('b', 'host-1')] }, { line: begun(2) })).toBe(
    'act: migrate b to host-2',
  );
  const hangs = { vms: [vm('a', 'host-1', { state: 'Migrating' }), vm('b', 'host-1')] };
  const asked = { outcome: 'answered' as const, intendedAt: secondsAgo(3700) };
  expect(of(hangs, { line: begun(2), acts: { a: asked } })).toBe('act: migrate b to host-2');
});

test('what has not begun within four hours stays, and that is said', () => {
  const line = { patienceFrom: secondsAgo(14_500), begunAt: secondsAgo(14_500) };
  expect(of({ vms: [vm('a', 'host-2'), vm('b', 'host-1')] }, { line })).toBe(
    'done: back: a; left where they are: b (not begun in time)',
  );
  // the last of them begins before that and has its hour: nobody is asked
  expect(moveBack.step.patience.hardSeconds).toBeGreaterThan(14_400 + 3600);
});

test('a CloudStack that cannot be read is waited for some minutes; then the line is over', () => {
  const blind = { ...seen, vms: [], blind: 'CloudStack: no answer' };
  expect(says(moveBack, { args, now: blind })).toBe(
    'wait: where the VMs are cannot be seen: CloudStack: no answer',
  );
  const decision = decide(moveBack, { args, now: blind, at: AT + 400_000 });
  expect(decision).toMatchObject({ do: 'done', result: { left: ['a', 'b'] } });
});
