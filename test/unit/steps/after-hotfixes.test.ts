/** What follows the hotfixes of a host: nothing, a restart of the toolstack, or one reboot; and the proof. */
import type { Note } from '../../../src/domain/run';
import { proveHotfixes } from '../../../src/steps/prove-hotfixes';
import { rebootAfterHotfixes } from '../../../src/steps/reboot-after-hotfixes';
import { restartToolstack } from '../../../src/steps/restart-toolstack';
import { AT, aloud, decide, HOST, MASTER, says, type EvidenceWish } from '../../support/evidence';

const out = {
  answers: true,
  live: true,
  enabled: false,
  residents: 0,
  bootTime: 100,
  masterUuid: 'uuid-1',
  resourceState: 'Maintenance',
  managedState: 'Managed',
};
type Row = readonly [sentence: string, change: object, expected: string];

describe('reboot-after-hotfixes', () => {
  const wants = { ...out, pending: ['reboot'] };
  const earlier = { 'disable-host': { before: { bootTime: 100 } } };
  const concludes = (change: object, more: object = {}): string =>
    says(rebootAfterHotfixes, { args: HOST, before: wants, now: { ...wants, ...change }, earlier, ...more });

  test.each<Row>([
    ['what was applied asks for it', {}, 'act: reboot host-2'],
    ['nothing asks for it', { pending: [] }, 'done: nothing that was applied to host-2 asks for a reboot'],
    [
      'a restart of the toolstack is no reboot',
      { pending: ['restart-toolstack'] },
      'done: nothing that was applied to host-2 asks for a reboot',
    ],
    ['enabled in XAPI again', { enabled: true }, 'stop: NOT_SAFE'],
    ['a VM on it', { residents: 1 }, 'stop: NOT_SAFE'],
    ['no longer in maintenance', { resourceState: 'Enabled' }, 'stop: NOT_SAFE'],
    [
      'an installer next',
      { boot: { installer: 'once', ownEntry: 'xe', repartition: false } },
      'stop: BOOTS_INSTALLER',
    ],
    ['away', { live: false }, 'wait: host-2 is away: rebooting'],
    ['another boot time', { bootTime: 200, pending: [] }, 'done: host-2 has booted again'],
  ])('%s', (_sentence, change, expected) => {
    expect(concludes(change)).toBe(expected);
  });

  test('what the plan knows and XAPI does not show counts too', () => {
    const quiet = { ...out, pending: [] };
    const of = (args: object, more: object = {}) =>
      says(rebootAfterHotfixes, { args: { ...HOST, ...args }, now: quiet, ...more });
    expect(of({ expect: ['reboot'] })).toBe('act: reboot host-2');
    expect(of({ expect: ['restart-toolstack'] })).toMatch(/^done: nothing/);
    expect(of({}, { earlier: { 'apply-hotfixes': { result: { hidden: ['reboot'] } } } })).toBe(
      'act: reboot host-2',
    );
  });

  test('once it may have begun it is over only with another boot time, whatever XAPI shows as pending', () => {
    const acts = { 'host-2': { outcome: 'answered' as const, intendedAt: AT } };
    expect(concludes({ pending: [] }, { acts })).toBe(
      'wait: XAPI has taken the reboot of host-2; it has not come back yet',
    );
  });

  test('one that was refused has not begun', () => {
    const acts = { 'host-2': { outcome: 'refused' as const } };
    expect(concludes({ pending: [] }, { acts })).toMatch(/^done: nothing/);
  });

  test('the master only with its cluster Unmanaged', () => {
    const of = (managedState: string) =>
      says(rebootAfterHotfixes, { args: MASTER, now: { ...wants, managedState } });
    expect([of('Unmanaged'), of('Managed')]).toEqual(['act: reboot host-1', 'stop: NOT_SAFE']);
  });

  test('tells the lines after it whether there was one', () => {
    const result = (now: object) => {
      const decision = decide(rebootAfterHotfixes, { args: HOST, before: wants, now: { ...wants, ...now } });
      return decision.do === 'done' ? decision.result : aloud(decision);
    };
    expect(result({ pending: [] })).toEqual({ rebooted: false });
    expect(result({ bootTime: 200, pending: [] })).toEqual({ rebooted: true });
  });
});

describe('restart-toolstack', () => {
  const wants = { ...out, pending: ['restart-toolstack'], agentStartTime: 50 };
  const concludes = (change: object, more: object = {}): string =>
    says(restartToolstack, { args: HOST, before: wants, now: { ...wants, ...change }, ...more });

  test.each<Row>([
    ['what was applied asks for it', {}, 'act: restart the toolstack of host-2'],
    ['nothing asks for it', { pending: [] }, 'done: nothing asks for it'],
    [
      'a reboot follows',
      { pending: ['restart-toolstack', 'reboot'] },
      'done: the reboot of host-2 restarts its toolstack too',
    ],
    ['enabled in XAPI again', { enabled: true }, 'stop: NOT_SAFE'],
    ['a VM on it', { residents: 1 }, 'stop: NOT_SAFE'],
    ['no longer in maintenance', { resourceState: 'Enabled' }, 'stop: NOT_SAFE'],
  ])('%s', (_sentence, change, expected) => {
    expect(concludes(change)).toBe(expected);
  });

  test('is over when XAPI has started anew, not when nobody can see it', () => {
    const acts = { 'host-2': { outcome: 'answered' as const, intendedAt: AT } };
    const { pending: _unseen, ...silent } = wants;
    expect(concludes({ agentStartTime: 90, pending: [] }, { acts })).toBe(
      'done: the toolstack of host-2 has been restarted',
    );
    expect(
      says(restartToolstack, { args: HOST, before: wants, now: { ...silent, agentStartTime: 0 }, acts }),
    ).toBe('wait: the toolstack of host-2 restarts');
  });
});

describe('prove-hotfixes', () => {
  const args = { ...HOST, artefacts: [{ uuid: 'u', name: 'XS65E001' }], version: '6.5.0' };
  const patches = { applied: ['XS65E001'], pending: [] };
  const up = { answers: true, live: true, version: '6.5.0', bootTime: 200, masterUuid: 'uuid-1', patches };
  const rebooted = {
    'disable-host': { before: { bootTime: 100 } },
    'reboot-after-hotfixes': { result: { rebooted: true } },
  };
  const never = { 'reboot-after-hotfixes': { result: { rebooted: false } } };

  function looks(
    seen: readonly (readonly [second: number, change: object])[],
    earlier: EvidenceWish['earlier'] = rebooted,
    more: object = {},
  ): readonly string[] {
    const notes: Note[] = [];
    return seen.map(([second, change]) => {
      const at = AT + second * 1000;
      const now = { ...up, ...change };
      const wish = { args: { ...args, ...more }, now, at, line: { notes: [...notes] }, earlier };
      const decision = decide(proveHotfixes, wish);
      if (decision.do === 'wait' && decision.note !== undefined) notes.push({ at, note: decision.note });
      return decision.do === 'stop' ? decision.problem.code : decision.do;
    });
  }

  test('three looks that agree over 30 s prove a host that was rebooted', () => {
    expect(
      looks([
        [0, {}],
        [15, {}],
        [30, {}],
      ]),
    ).toEqual(['wait', 'wait', 'done']);
  });

  test('the old boot time proves nothing however long it lasts', () => {
    const old = { bootTime: 100 };
    expect(
      looks([
        [0, old],
        [30, old],
        [60, old],
        [90, old],
      ]),
    ).toEqual(['wait', 'wait', 'wait', 'wait']);
  });

  test('a host that was not rebooted is proved by one look, and keeps its boot time', () => {
    expect(looks([[0, { bootTime: 100 }]], never)).toEqual(['done']);
  });

  test('a toolstack that was restarted is watched as long as a boot', () => {
    const restarted = { ...never, 'restart-toolstack': { result: { restarted: true } } };
    expect(
      looks(
        [
          [0, {}],
          [15, {}],
          [30, {}],
        ],
        restarted,
      ),
    ).toEqual(['wait', 'wait', 'done']);
  });

  test('a hotfix that is not listed holds the host', () => {
    expect(looks([[0, { patches: { ...patches, applied: [] } }]], never)).toEqual(['HOTFIX_GONE']);
  });

  describe('all that the repositories have', () => {
    const latest = { artefacts: [], latest: true };
    const applied = { ...never, 'apply-hotfixes': { result: { hash: 'aaaa' } } };
    const of = (patched: object, earlier: EvidenceWish['earlier'] = applied, change: object = {}): string =>
      says(proveHotfixes, {
        args: { ...args, ...latest },
        now: { ...up, patches: { ...patches, ...patched }, ...change },
        earlier,
      });

    test('what was applied and is on offer again holds the host', () => {
      expect(of({ available: ['kernel'], hash: 'aaaa' })).toBe('stop: HOTFIX_GONE');
    });

    test('what has come on offer since holds nobody, and is named', () => {
      expect(of({ available: ['kernel'], hash: 'bbbb' })).toMatch(
        /^done: host-2 has all that was agreed to; on offer since then, and not applied: kernel;/,
      );
    });

    test('of an updater, whose lists have no name, that which was on offer when it was applied', () => {
      const before = { ...never, 'apply-hotfixes': { before: { available: ['kernel'] }, result: {} } };
      expect(of({ available: ['kernel', 'xapi'] }, before)).toBe('stop: HOTFIX_GONE');
      expect(of({ available: ['xapi'] }, before)).toMatch(/^done: .*not applied: xapi;/);
    });

    test('silence is no empty list', () => {
      expect(of({})).toBe('wait: host-2 does not say what it lacks');
    });

    test('a newer version is sound, an older one is not', () => {
      const on = (version: string) => of({ available: [], hash: 'aaaa' }, applied, { version });
      expect(on('6.5.1')).toMatch(/^done/);
      expect(on('6.2.0')).toBe('stop: VERSION_CHANGED');
    });
  });

  test.each(['reboot', 'restart-toolstack'])(
    '%s still pending holds it: nothing is done a second time',
    (pending) => {
      expect(looks([[0, { patches: { ...patches, pending: [pending] } }]], never)).toEqual(['STILL_PENDING']);
    },
  );

  test('what is pending for VMs is named and holds nothing: they have left the host', () => {
    const now = { ...up, patches: { ...patches, pending: ['restart-vms'] } };
    expect(says(proveHotfixes, { args, now, earlier: never })).toBe(
      'done: host-2 has XS65E001; not rebooted; XAPI still names a restart of the VMs that ran on it',
    );
  });

  test('another version than the planned one holds it', () => {
    expect(looks([[0, { version: '7.1.2' }]])).toEqual(['VERSION_CHANGED']);
  });

  test('a host that does not say what it has is not proved', () => {
    expect(looks([[0, { patches: undefined }]], never)).toEqual(['wait']);
  });
});
