/** Hotfixes go onto a host that is out of service and empty, one after the other, each once; what went wrong is told in words. */
import type { Json } from '../../../src/domain/json';
import { problem } from '../../../src/domain/problem';
import { applyHotfixes } from '../../../src/steps/apply-hotfixes';
import { digestOfUpdates } from '../../../src/steps/patches-look';
import { AT, aloud, decide, HOST, MASTER, says, secondsAgo, type EvidenceWish } from '../../support/evidence';

const out = {
  answers: true,
  live: true,
  enabled: false,
  residents: 0,
  bootTime: 100,
  masterUuid: 'uuid-1',
  resourceState: 'Maintenance',
  managedState: 'Managed',
  applied: [] as readonly string[],
  pending: [],
  haOn: false,
};
const A = { uuid: 'u-a', name: 'XS65E001' };
const B = { uuid: 'u-b', name: 'XS65E002' };
const args = { ...HOST, provider: 'pool_patch', artefacts: [A, B] };
type Row = readonly [sentence: string, change: object, expected: string];

const concludes = (change: object, more: Partial<EvidenceWish> = {}): string =>
  says(applyHotfixes, { args, before: out, now: { ...out, ...change }, ...more });

test.each<Row>([
  ['the first of them first', {}, 'act: apply XS65E001 to host-2'],
  ['then the next', { applied: ['XS65E001'] }, 'act: apply XS65E002 to host-2'],
  ['a host enabled in XAPI again is not patched', { enabled: true }, 'stop: NOT_SAFE'],
  ['nor one with a VM on it', { residents: 1 }, 'stop: NOT_SAFE'],
  ['nor one that has left maintenance', { resourceState: 'Enabled' }, 'stop: NOT_SAFE'],
  ['a member that has become the master: never', { masterUuid: 'uuid-2' }, 'stop: MASTER_MOVED'],
  [
    'not while XAPI is in other work on updates',
    { busy: 'syncing' },
    'wait: the pool is busy with updates: syncing',
  ],
  ['a host that is away is waited for', { live: false }, 'wait: host-2 does not answer'],
])('%s', (_sentence, change, expected) => {
  expect(concludes(change)).toBe(expected);
});

test('the master only with its cluster Unmanaged', () => {
  const of = (change: object): string =>
    says(applyHotfixes, { args: { ...args, ...MASTER }, now: { ...out, ...change } });
  expect(of({ managedState: 'Unmanaged' })).toBe('act: apply XS65E001 to host-1');
  expect(of({})).toBe('stop: NOT_SAFE');
});

test('what was there, what this run applied and what somebody else applied are told apart', () => {
  const three = { ...args, artefacts: [A, B, { uuid: 'u-c', name: 'XS65E003' }] };
  const all = { ...out, applied: ['XS65E001', 'XS65E002', 'XS65E003'] };
  expect(
    says(applyHotfixes, {
      args: three,
      before: { ...out, applied: ['XS65E001'] },
      now: all,
      acts: { 'host-2 XS65E002': {} },
    }),
  ).toBe('done: applied: XS65E002; there already: XS65E001; applied by somebody else meanwhile: XS65E003');
});

test('an answer that was lost is looked for: the line says so, and its one try is spent', () => {
  const acts = { 'host-2 XS65E001': { outcome: 'lost' as const } };
  const decision = decide(applyHotfixes, { args, before: out, now: out, acts });
  expect(decision).toMatchObject({
    do: 'act',
    why: expect.stringContaining('the answer was lost') as string,
  });
  expect(applyHotfixes.step.maxActs).toBe(1);
});

describe('a hotfix that XAPI refuses', () => {
  const refusal = problem(
    'PATCH_APPLY_FAILED',
    'XAPI refused to apply XS65E002 to host-2: PATCH_APPLY_FAILED disk full.',
    'Its script failed.',
    'Look at /var/log.',
  );
  const acts = { 'host-2 XS65E002': { outcome: 'refused' as const, refusal, settledAt: AT } };
  const now = { ...out, applied: ['XS65E001'] };

  test('holds the host in words: what is applied, in which state it rests, and the ways out', () => {
    const decision = decide(applyHotfixes, { args, before: out, now, acts });
    expect(decision).toEqual({
      do: 'stop',
      problem: {
        code: 'HOTFIX_FAILED',
        what: 'XS65E002 has not been applied to host-2.',
        why: 'XAPI refused to apply XS65E002 to host-2: PATCH_APPLY_FAILED disk full. Its script failed. Applied so far: XS65E001. host-2 stays in CloudStack Maintenance, disabled in XAPI and empty: safe for as long as you need.',
        doThis: [
          'Look at /var/log.',
          expect.stringContaining('Try again') as string,
          expect.stringContaining('abort') as string,
        ],
      },
    });
  });

  test('on the master it is said that its cluster is Unmanaged meanwhile', () => {
    const master = { ...now, managedState: 'Unmanaged' };
    const on = { 'host-1 XS65E002': acts['host-2 XS65E002'] };
    const decision = decide(applyHotfixes, {
      args: { ...args, ...MASTER },
      before: master,
      now: master,
      acts: on,
    });
    expect(JSON.stringify(decision)).toContain(
      'host-1 stays in CloudStack Maintenance, in an Unmanaged cluster, disabled in XAPI and empty: safe',
    );
  });

  test('is applied once more only after somebody has said so', () => {
    const line = { patienceFrom: AT + 1000, retries: 1 };
    expect(concludes({ applied: ['XS65E001'] }, { acts, line })).toBe('act: apply XS65E002 to host-2');
  });

  test('ends the line when somebody has applied it by hand', () => {
    expect(concludes({ applied: ['XS65E001', 'XS65E002'] }, { acts })).toMatch(/^done: .*by somebody else/);
  });
});

describe('live patches on a host in service', () => {
  const live = { ...args, provider: 'pool_update', artefacts: [A], live: true };
  const serving = { ...out, enabled: true, residents: 7, resourceState: 'Enabled' };
  const of = (change: object, more: object = {}): string =>
    says(applyHotfixes, { args: { ...live, ...more }, now: { ...serving, ...change } });

  test('are applied while the pre-check says complete in the very same look, and no longer', () => {
    expect(of({ livePatch: 'complete' })).toBe('act: apply XS65E001 to host-2');
    expect(of({ livePatch: 'not complete' })).toBe('stop: NOT_LIVE_ANY_MORE');
    expect(of({})).toBe('wait: the pre-check of XS65E001 is asked on host-2');
  });

  test('once it is under way its pre-check says nothing: the host is watched, and never held as untouched', () => {
    const acts = { 'host-2 XS65E001': { outcome: 'intended' as const } };
    const now = { ...serving, livePatch: 'not complete' };
    const under = (line: object) => says(applyHotfixes, { args: live, now, acts, line });
    expect(under({})).toBe('act: apply XS65E001 to host-2');
    expect(under({ patienceFrom: AT + 5000, retries: 1 })).toMatch(
      /^wait: the pre-check of XS65E001 says no/,
    );
  });

  test('are a thing of pool_update alone: no other way of patching is let near a host in service', () => {
    expect(of({ livePatch: 'complete' }, { provider: 'repository' })).toBe('stop: NOT_LIVE_ANY_MORE');
    expect(of({ livePatch: 'complete' }, { provider: 'pool_patch' })).toBe('stop: NOT_LIVE_ANY_MORE');
  });

  test('without the word of the plan nothing is applied to a host in service', () => {
    const { live: _no, ...plain } = live;
    expect(says(applyHotfixes, { args: plain, now: { ...serving, livePatch: 'complete' } })).toBe(
      'stop: NOT_SAFE',
    );
  });
});

describe('updates from repositories', () => {
  const latest = { ...HOST, provider: 'repository', artefacts: [], latest: true };
  const hash = 'aaaabbbbccccdddd';
  const offered = { ...out, available: ['kernel', 'xapi'], offers: ['reboot'], hash };
  const synchronised = { 'synchronise-updates': { result: { hash }, lane: 'host-2' } };
  const of = (change: object, more: Partial<EvidenceWish> = {}): string =>
    says(applyHotfixes, { args: latest, now: { ...offered, ...change }, earlier: synchronised, ...more });

  test('the set that was agreed to is applied, and the line is over when nothing is on offer', () => {
    expect(of({})).toBe('act: apply the updates to host-2');
    expect(of({ available: [] })).toBe('done: host-2 has all that is on offer, without this run');
  });

  test('not while HA is on', () => {
    expect(of({ haOn: true })).toBe('stop: NOT_SAFE');
  });

  test('another set is asked about; the yes holds for it, on every host, and for no third', () => {
    const other = { hash: '111122223333' };
    expect(of(other)).toMatch(/^ask approve: The updates on offer are no longer those that were approved/);
    const answers = [{ says: 'yes' as const, digest: digestOfUpdates('111122223333') }];
    expect(of(other, { answers })).toBe('act: apply the updates to host-2');
    expect(of({ hash: '999' }, { answers })).toMatch(/^ask approve/);
  });

  test('the hash that was agreed to goes out with the request', () => {
    const decision = decide(applyHotfixes, { args: latest, now: offered, earlier: synchronised });
    expect(decision).toMatchObject({ acts: [{ args: { hash } }] });
  });

  test('XAPI says that they have changed: the next look asks about them, as about a new thing', () => {
    const refusal = problem('UPDATEINFO_HASH_MISMATCH', 'No.', 'They changed.', 'Look.');
    const acts = {
      'host-2 the updates aaaabbbbcccc': { outcome: 'refused' as const, refusal, settledAt: AT },
    };
    expect(of({}, { acts })).toBe('stop: HOTFIX_FAILED');
    expect(of({ hash: '111122223333' }, { acts })).toMatch(/^ask approve/);
  });

  test('what a provider does not show as pending is left to the lines that follow', () => {
    const hiddenBy = (provider: string): Json | undefined => {
      const decision = decide(applyHotfixes, {
        args: { ...latest, provider },
        before: offered,
        now: { ...offered, available: [], offers: [] },
      });
      return decision.do === 'done' ? decision.result : aloud(decision);
    };
    expect(hiddenBy('updater')).toEqual({ hidden: ['reboot'], hash });
    expect(hiddenBy('repository')).toEqual({ hidden: [], hash });
  });

  test('a host that does not say what it lacks has nobody knows what: it is waited for, and nothing is sent', () => {
    const { available: _list, offers: _offers, ...silent } = { ...offered };
    const { hash: _hash, ...nameless } = { ...offered };
    const none = 'wait: host-2 does not say what it lacks';
    for (const provider of ['repository', 'updater'])
      expect(says(applyHotfixes, { args: { ...latest, provider }, now: silent, earlier: synchronised })).toBe(
        none,
      );
    expect(says(applyHotfixes, { args: latest, now: nameless, earlier: synchronised })).toBe(none);
  });
});

test('a request is never meant for a moment that is long over', () => {
  const acts = { 'host-2 XS65E001': { outcome: 'not-sent' as const, intendedAt: secondsAgo(60) } };
  expect(concludes({}, { acts })).toBe('act: apply XS65E001 to host-2');
});
