/** One reboot of an empty host that is out of service everywhere, judged by its boot time. */
import type { Note } from '../../../src/domain/run';
import { proveReboot } from '../../../src/steps/prove-reboot';
import { rebootHost } from '../../../src/steps/reboot-host';
import { AT, decide, HOST, MASTER, says } from '../../support/evidence';

const ready = {
  answers: true,
  live: true,
  enabled: false,
  residents: 0,
  bootTime: 100,
  masterUuid: 'uuid-1',
  resourceState: 'Maintenance',
  managedState: 'Managed',
};
const OWN = { installer: 'none', ownEntry: 'xe', repartition: false };
const earlier = { 'disable-host': { before: { bootTime: 100 } } };
type Row = readonly [sentence: string, change: object, expected: string];

describe('reboot-host', () => {
  const concludes = (change: object, more: object = {}): string =>
    says(rebootHost, { args: HOST, before: ready, now: { ...ready, ...change }, earlier, ...more });

  test.each<Row>([
    ['empty, disabled, in maintenance: it is rebooted', {}, 'act: reboot host-2'],
    [
      'in an Unmanaged cluster maintenance is not asked for',
      { resourceState: 'Enabled', managedState: 'Unmanaged' },
      'act: reboot host-2',
    ],
    ['enabled in XAPI again: nothing is asked for', { enabled: true }, 'stop: NOT_SAFE'],
    ['a VM on it: nothing is asked for', { residents: 1 }, 'stop: NOT_SAFE'],
    ['no longer in maintenance: nothing is asked for', { resourceState: 'Enabled' }, 'stop: NOT_SAFE'],
    ['not live: it is on its way', { live: false }, 'wait: host-2 is away: rebooting'],
    ['another boot time ends the line', { bootTime: 200, enabled: true }, 'done: host-2 has booted again'],
    [
      'another boot time without a heartbeat does not',
      { bootTime: 200, live: false },
      'wait: host-2 is away: rebooting',
    ],
    ['a member that has become the master: never', { masterUuid: 'uuid-2' }, 'stop: MASTER_MOVED'],
    ['a record without a boot time is no other boot time', { bootTime: 0 }, 'act: reboot host-2'],
    ['its own system next: it is rebooted', { boot: OWN }, 'act: reboot host-2'],
    ['an installer next', { boot: { ...OWN, installer: 'once' } }, 'stop: BOOTS_INSTALLER'],
    ['an installer by default', { boot: { ...OWN, installer: 'default' } }, 'stop: BOOTS_INSTALLER'],
    ['the mark for new partitions', { boot: { ...OWN, repartition: true } }, 'stop: BOOTS_INSTALLER'],
    [
      'dom0 configured and not seen',
      { boot: 'unseen' },
      'wait: host-2 is not rebooted before dom0 says over SSH what it boots next',
    ],
  ])('%s', (_sentence, change, expected) => {
    expect(concludes(change)).toBe(expected);
  });

  test('a host that booted since it was disabled is not rebooted once more', () => {
    expect(concludes({ bootTime: 150 }, { before: { ...ready, bootTime: 150 } })).toBe(
      'done: host-2 has booted again',
    );
  });

  test('once XAPI has taken it, it is waited for and not asked for again', () => {
    const acts = { 'host-2': { outcome: 'answered' as const, intendedAt: AT } };
    expect(concludes({}, { acts })).toBe(
      'wait: XAPI has taken the reboot of host-2; it has not come back yet',
    );
  });

  test('the master only with its cluster Unmanaged, and only while it is the master', () => {
    const of = (change: object): string =>
      says(rebootHost, {
        args: MASTER,
        now: { ...ready, managedState: 'Unmanaged', ...change },
        earlier: { 'disable-host': { before: { bootTime: 100 }, lane: 'host-1' } },
      });
    expect(of({})).toBe('act: reboot host-1');
    expect(of({ managedState: 'Managed' })).toBe('stop: NOT_SAFE');
    expect(of({ masterUuid: 'uuid-3' })).toBe('stop: MASTER_MOVED');
    expect(of({ answers: false, live: false })).toBe('wait: host-1 is away: rebooting');
  });
});

describe('prove-reboot', () => {
  const args = { ...HOST, version: '6.5.0' };
  const up = { answers: true, live: true, version: '6.5.0', bootTime: 200, masterUuid: 'uuid-1' };

  function looks(seen: readonly (readonly [second: number, change: object])[]): readonly string[] {
    const notes: Note[] = [];
    return seen.map(([second, change]) => {
      const at = AT + second * 1000;
      const now = { ...up, ...change };
      const decision = decide(proveReboot, { args, now, at, line: { notes: [...notes] }, earlier });
      if (decision.do === 'wait' && decision.note !== undefined) notes.push({ at, note: decision.note });
      return decision.do === 'stop' ? decision.problem.code : decision.do;
    });
  }

  test('three looks that agree over 30 s prove it', () => {
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

  test('another version than before holds the host', () => {
    expect(looks([[0, { version: '7.1.2' }]])).toEqual(['VERSION_CHANGED']);
  });
});
