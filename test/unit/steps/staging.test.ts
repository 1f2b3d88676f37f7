/** What happens to a pool before and after its hosts are patched: files come and go, everything is asked first. */
import type { Json } from '../../../src/domain/json';
import { Unreachable } from '../../../src/domain/errors';
import type { Precheck } from '../../../src/domain/patching';
import { problem } from '../../../src/domain/problem';
import type { World } from '../../../src/ports';
import type { Patching } from '../../../src/ports-patching';
import { approveHotfixes } from '../../../src/steps/approve-hotfixes';
import { cleanHotfixes } from '../../../src/steps/clean-hotfixes';
import { digestOfUpdates } from '../../../src/steps/patches-look';
import { precheckHotfixes } from '../../../src/steps/precheck-hotfixes';
import { stageHotfixes } from '../../../src/steps/stage-hotfixes';
import { synchroniseUpdates } from '../../../src/steps/synchronise-updates';
import { aloud, AT, decide, evidenceFor, says, secondsAgo } from '../../support/evidence';

const artefact = (name: string) => ({
  uuid: `u-${name}`,
  name,
  kind: 'hotfix',
  file: `/srv/${name}.xsupdate`,
  sha256: 'f'.repeat(64),
  bytes: 50_000_000,
});

test('the run is approved before anything is touched, with the facts of the plan shown', () => {
  const decision = decide(approveHotfixes, {
    args: { pool: 'pool-a', facts: ['12 hotfixes, 3 reboots'] },
    now: null,
  });
  expect(aloud(decision)).toBe('ask approve: Patch the hosts of pool-a, one after the other?');
  expect(JSON.stringify(decision)).toContain('12 hotfixes, 3 reboots');
});

describe('stage-hotfixes', () => {
  const args = { pool: 'pool-a', artefacts: [artefact('A'), artefact('B')] };

  test('one file after the other; what is there is not sent again', () => {
    expect(says(stageHotfixes, { args, now: { staged: [] } })).toBe('act: bring A to pool-a');
    expect(says(stageHotfixes, { args, now: { staged: ['A'] } })).toBe('act: bring B to pool-a');
    expect(says(stageHotfixes, { args, now: { staged: ['A', 'B'] } })).toBe(
      'done: ready to be applied: A, B',
    );
  });

  test('a large file is told of as it goes, in tenths', () => {
    const why = (bytes: number) => {
      const acts = { A: { outcome: 'intended' as const } };
      const decision = decide(stageHotfixes, { args, now: { staged: [], sending: { A: bytes } }, acts });
      return decision.do === 'act' ? decision.why : aloud(decision);
    };
    expect([0, 24_000_000, 26_000_000].map(why)).toEqual([
      'A (48 MiB) is on its way; 1 more after it',
      'A (48 MiB) is on its way, 40 % sent; 1 more after it',
      'A (48 MiB) is on its way, 50 % sent; 1 more after it',
    ]);
  });

  test('owes the file that it brings, and not one that was there before', () => {
    const evidence = evidenceFor('stage-hotfixes', {
      args,
      before: { staged: ['B'] },
      now: { staged: ['B'] },
    });
    const owes = (name: string) =>
      stageHotfixes.step.owes?.({ subject: name, what: '', args: artefact(name) }, evidence);
    expect(owes('A')).toEqual([{ what: 'hotfixes-staged', on: 'A', before: { uuid: 'u-A' } }]);
    expect(owes('B')).toEqual([]);
  });

  test('a refused file holds the run with its reason, and says that no host has been touched', () => {
    const refusal = problem(
      'CHECKSUM',
      'The checksum of A is another one.',
      'The file was changed.',
      'Fetch it again.',
    );
    const acts = { A: { outcome: 'refused' as const, refusal, settledAt: AT } };
    const decision = decide(stageHotfixes, { args, now: { staged: [] }, acts });
    expect(decision).toMatchObject({
      do: 'stop',
      problem: {
        code: 'HOTFIX_NOT_STAGED',
        why: 'The checksum of A is another one. The file was changed. No host has been touched: every VM runs where it ran.',
      },
    });
    const line = { patienceFrom: AT + 1000, retries: 1 };
    expect(says(stageHotfixes, { args, now: { staged: [] }, acts, line })).toBe('act: bring A to pool-a');
  });
});

describe('clean-hotfixes', () => {
  const args = {
    pool: 'pool-a',
    artefacts: [artefact('A'), artefact('B')].map(({ uuid, name }) => ({ uuid, name })),
  };
  const owed = [{ what: 'hotfixes-staged' as const, on: 'A' }];

  test('removes what this run has brought and leaves what was there before', () => {
    expect(says(cleanHotfixes, { args, now: { staged: ['A', 'B'] }, owed })).toBe(
      'act: remove the file of A',
    );
    expect(says(cleanHotfixes, { args, now: { staged: ['B'] }, owed })).toBe(
      'done: left, for it was there before this run: B',
    );
  });

  test('what is still coming, half there, or may yet arrive is not given back before it is gone', () => {
    const asked = (seconds: number) => [
      { ...owed[0]!, unanswered: { run: 'run-1', line: 'l', n: 1, at: secondsAgo(seconds) } },
    ];
    const of = (now: object, lately = owed as ReturnType<typeof asked> | typeof owed, acts = {}) =>
      says(cleanHotfixes, { args, now: { staged: [], ...now }, owed: lately, acts });
    expect(of({ sending: ['A'] })).toBe('wait: on its way to pool-a, or it may be: A');
    expect(of({ begun: ['A'] })).toBe('act: remove the file of A');
    expect(of({}, asked(600))).toBe('wait: on its way to pool-a, or it may be: A');
    expect(of({ begun: ['A'] }, asked(600))).toBe('wait: on its way to pool-a, or it may be: A');
    expect(of({ begun: ['A'] }, asked(1900))).toBe('act: remove the file of A');
    expect(of({ staged: ['A'] }, asked(600))).toBe('act: remove the file of A');
    expect(of({}, asked(600), { A: { outcome: 'answered', intendedAt: secondsAgo(5) } })).toMatch(/^done: /);
    expect(of({}, asked(1900))).toMatch(/^done: /);
    expect(cleanHotfixes.step.patience.softSeconds).toBeGreaterThan(stageHotfixes.step.settleSeconds);
    const half = evidenceFor('clean-hotfixes', { args, now: { staged: [], begun: ['A'] }, owed });
    expect(cleanHotfixes.step.gaveBack?.(half)).toEqual([]);
  });

  test('gives back what is gone, and only that', () => {
    const gives = (staged: readonly string[]) =>
      cleanHotfixes.step.gaveBack?.(evidenceFor('clean-hotfixes', { args, now: { staged }, owed }));
    expect(gives(['B'])).toEqual([{ what: 'hotfixes-staged', on: 'A' }]);
    expect(gives(['A'])).toEqual([]);
  });
});

describe('precheck-hotfixes', () => {
  const B = { uuid: 'u-B', name: 'B', requires: ['A'] };
  const args = {
    pool: 'pool-a',
    artefacts: [{ uuid: 'u-A', name: 'A' }, B],
    hosts: [
      { host: 'host-1', uuid: 'uuid-1', artefacts: ['A', 'B'] },
      { host: 'host-2', uuid: 'uuid-2', artefacts: ['B'] },
    ],
  };
  const note = (of: Record<string, string>, seconds = 1) => ({ at: AT + seconds * 1000, note: of });

  /** What the step sees when XAPI answers so. */
  async function asks(
    answer: (host: string, name: string) => Precheck,
    notes: readonly { at: number; note: Json }[] = [],
  ) {
    const patching = { precheck: async (host: string, { name }: { name: string }) => answer(host, name) };
    const world = { patching: patching as Partial<Patching>, pool: { name: 'pool-a' } } as unknown as World;
    const { line, run } = evidenceFor('precheck-hotfixes', { args, now: null, line: { notes } });
    return precheckHotfixes.step.observe(world, args, { line, run, at: AT });
  }

  test('every host is asked for one hotfix at a time, and what was said is not asked again', async () => {
    const ok = (): Precheck => ({ ok: true });
    expect(await asks(ok)).toEqual({ asked: { 'host-1 A': 'ok', 'host-2 B': 'ok' } });
    expect(await asks(ok, [note({ 'host-1 A': 'ok', 'host-2 B': 'ok' })])).toEqual({
      asked: { 'host-1 B': 'ok' },
    });
  });

  test('a host that does not answer in time keeps no other answer from being heard, and is asked again', async () => {
    const slow = (host: string): Precheck => {
      if (host === 'uuid-1') throw new Unreachable('XAPI of pool-a', 'no answer within 40 s');
      return { ok: true };
    };
    expect(await asks(slow)).toEqual({ asked: { 'host-2 B': 'ok' } });
  });

  test('what comes after another hotfix, or wants an empty host, is no refusal yet', async () => {
    const no = (code: string) => (): Precheck => ({ ok: false, code, says: 'No.' });
    const second = [note({ 'host-1 A': 'ok', 'host-2 B': 'ok' })];
    expect(await asks(no('PATCH_PRECHECK_FAILED_PREREQUISITE_MISSING'), second)).toEqual({
      asked: { 'host-1 B': 'later: A is applied before it' },
    });
    // host-2 is not to have A: there it is one
    expect(await asks(no('PATCH_PRECHECK_FAILED_PREREQUISITE_MISSING'))).toMatchObject({
      asked: { 'host-2 B': 'no: No.' },
    });
    expect(await asks(no('PATCH_PRECHECK_FAILED_ISO_MOUNTED'))).toMatchObject({
      asked: { 'host-1 A': 'later: asked again when the drives are empty' },
    });
    expect(await asks(no('PATCH_PRECHECK_FAILED_VM_RUNNING'))).toMatchObject({
      asked: { 'host-1 A': 'later: asked again when the host is empty' },
    });
  });

  test('those who said no are asked again once all have spoken, so that the line can end by itself', async () => {
    const all = [note({ 'host-1 A': 'ok', 'host-1 B': 'no: full.', 'host-2 B': 'ok' })];
    expect(await asks(() => ({ ok: true }), all)).toEqual({ asked: { 'host-1 B': 'ok' } });
  });

  test('is over when all have said yes; a no holds the run before any host is touched', () => {
    const notes = [note({ 'host-1 A': 'ok', 'host-2 B': 'live' })];
    const of = (says_: string) =>
      decide(precheckHotfixes, { args, now: { asked: { 'host-1 B': says_ } }, line: { notes } });
    expect(aloud(of('ok'))).toBe('done: 3 pre-checks on 2 hosts, none refused; live patches: host-2 B');
    expect(of('no: It is for 7.0.')).toMatchObject({
      do: 'stop',
      problem: {
        code: 'PRECHECK_FAILED',
        why: expect.stringContaining('B on host-1: It is for 7.0. No host has been touched') as string,
      },
    });
    expect(says(precheckHotfixes, { args, now: { asked: {} }, line: { notes } })).toBe(
      'wait: 2 of 3 pre-checks done',
    );
  });

  test('after "try again" all of them are asked anew', () => {
    const line = {
      notes: [note({ 'host-1 A': 'ok', 'host-2 B': 'ok', 'host-1 B': 'no: x' })],
      patienceFrom: AT + 5000,
    };
    expect(says(precheckHotfixes, { args, now: { asked: {} }, line })).toBe('wait: 0 of 3 pre-checks done');
  });
});

describe('synchronise-updates', () => {
  const args = { pool: 'pool-a', hash: 'old' };
  const seen = (hash?: string) => ({
    ...(hash !== undefined && { hash }),
    available: { 'uuid-1': ['kernel'] },
  });
  const acts = { 'pool-a': { outcome: 'answered' as const } };

  test('the updates of the plan are not fetched again: nobody would have approved what came then', () => {
    expect(says(synchroniseUpdates, { args, now: seen('old') })).toBe(
      'done: the updates are those that were agreed to, old',
    );
  });

  test('others are fetched once and asked about; the yes is for these alone', () => {
    expect(says(synchroniseUpdates, { args, now: seen('new') })).toBe(
      'act: synchronise the updates of pool-a',
    );
    const decision = decide(synchroniseUpdates, { args, now: seen('new'), acts });
    expect(aloud(decision)).toBe('ask approve: Take the updates of pool-a as they are on offer now?');
    expect(JSON.stringify(decision)).toContain('1 update: kernel.');
    const answers = [{ says: 'yes' as const, digest: digestOfUpdates('new') }];
    expect(says(synchroniseUpdates, { args, now: seen('new'), acts, answers })).toMatch(/^done/);
    expect(says(synchroniseUpdates, { args, now: seen('newer'), acts, answers })).toMatch(/^ask/);
  });

  test('a pool that was never synchronised is synchronised first', () => {
    expect(says(synchroniseUpdates, { args: { pool: 'pool-a' }, now: seen() })).toBe(
      'act: synchronise the updates of pool-a',
    );
  });
});
