/** What puts right what pre-flight found: done when it is seen, owed back where somebody had a reason for it. */
import { addGuestOsNames } from '../../../src/steps/add-guest-os-names';
import { allowOperations } from '../../../src/steps/allow-operations';
import { attachStorage } from '../../../src/steps/attach-storage';
import { blockOperations } from '../../../src/steps/block-operations';
import { byHandSeen } from '../../../src/steps/by-hand-seen';
import { changeSetting } from '../../../src/steps/change-setting';
import { destroyMessages } from '../../../src/steps/destroy-messages';
import { endMaintenanceMode } from '../../../src/steps/end-maintenance-mode';
import { restoreSettings } from '../../../src/steps/restore-settings';
import { restoreAutoStart } from '../../../src/steps/restore-auto-start';
import { stopAutoStart } from '../../../src/steps/stop-auto-start';
import { decide, evidenceFor, says, secondsAgo, type EvidenceWish } from '../../support/evidence';

const POOL = { pool: 'pool-a' };

describe('automatic starts', () => {
  test('go off, owed with how they were', () => {
    expect(says(stopAutoStart, { args: POOL, now: { on: true } })).toBe(
      'act: switch automatic starts of pool-a off',
    );
    expect(says(stopAutoStart, { args: POOL, now: { on: false } })).toBe('done: automatic starts are off');
    const evidence = evidenceFor('stop-auto-start', { args: POOL, now: { on: true } });
    expect(stopAutoStart.step.owes?.({ subject: 'pool-a', what: '', args: null }, evidence)).toEqual([
      { what: 'auto-start-off', on: 'pool-a', before: { on: true } },
    ]);
  });

  test('come on again only where it was us who switched them off', () => {
    const owed = [{ what: 'auto-start-off', on: 'pool-a' }] as const;
    expect(says(restoreAutoStart, { args: POOL, now: { on: false }, owed })).toBe(
      'act: switch automatic starts of pool-a on',
    );
    expect(says(restoreAutoStart, { args: POOL, now: { on: false } })).toBe(
      'done: nobody switched them off here',
    );
    expect(says(restoreAutoStart, { args: POOL, now: { on: true }, owed })).toBe(
      'done: automatic starts are on',
    );
  });

  test('are given back when they are seen to be on, and not before', () => {
    const gaveBack = (on: boolean) =>
      restoreAutoStart.step.gaveBack?.(evidenceFor('restore-auto-start', { args: POOL, now: { on } }));
    expect(gaveBack(true)).toEqual([{ what: 'auto-start-off', on: 'pool-a' }]);
    expect(gaveBack(false)).toEqual([]);
  });
});

describe('blocked operations', () => {
  const args = { vm: 'i-2-5-VM', operations: ['pool_migrate', 'start'] };
  const blocked = { pool_migrate: 'BACKUP', start: 'BACKUP' };

  test('are allowed, owed with their codes as they were at the first look', () => {
    const wish = { args, before: { uuid: 'u', blocked }, now: { uuid: 'u', blocked: { start: 'BACKUP' } } };
    expect(says(allowOperations, wish)).toBe('act: allow start of i-2-5-VM');
    const evidence = evidenceFor('allow-operations', wish);
    expect(allowOperations.step.owes?.({ subject: 'i-2-5-VM', what: '', args: null }, evidence)).toEqual([
      { what: 'operations-allowed', on: 'i-2-5-VM', before: blocked },
    ]);
  });

  test.each([
    ['none is left', { uuid: 'u', blocked: {} }, 'done: i-2-5-VM may be moved, stopped and started'],
    ['the VM is gone', { uuid: '', blocked: {} }, 'done: i-2-5-VM is gone'],
  ])('it is done when %s', (_, now, told) => {
    expect(says(allowOperations, { args, now })).toBe(told);
  });

  const again = (...vms: readonly { name: string; uuid: string; open: Record<string, string> }[]) => ({
    args: { vms: [] },
    now: { vms },
  });

  test('are blocked again as far as they are open, and given back only when none is', () => {
    const open = again(
      { name: 'i-2-5-VM', uuid: 'u', open: { start: 'BACKUP' } },
      { name: 'i-2-6-VM', uuid: 'v', open: {} },
    );
    const decision = decide(blockOperations, open);
    expect(says(blockOperations, open)).toBe('act: block start of i-2-5-VM');
    expect(decision).toMatchObject({
      acts: [{ subject: 'i-2-5-VM', args: { uuid: 'u', open: { start: 'BACKUP' } } }],
    });
    const whole = again({ name: 'i-2-5-VM', uuid: 'u', open: {} }, { name: 'i-2-6-VM', uuid: '', open: {} });
    expect(says(blockOperations, whole)).toBe('done: as before: i-2-5-VM, i-2-6-VM');
    expect(blockOperations.step.gaveBack?.(evidenceFor('block-operations', whole))).toEqual([
      { what: 'operations-allowed', on: 'i-2-5-VM' },
      { what: 'operations-allowed', on: 'i-2-6-VM' },
    ]);
  });
});

test('XenCenter’s mark is taken off where there is one', () => {
  const args = { host: 'host-2', uuid: 'uuid-2' };
  expect(says(endMaintenanceMode, { args, now: { marked: true } })).toBe(
    'act: take XenCenter’s maintenance mark off host-2',
  );
  expect(says(endMaintenanceMode, { args, now: { marked: false } })).toBe(
    'done: host-2 carries no such mark',
  );
});

describe('storage', () => {
  const args = { host: 'host-2', uuid: 'uuid-2', srs: [{ uuid: 'sr-1', name: 'nfs-1' }] };
  const pbd = (attached: boolean) => ({ uuid: 'pbd-1', sr: 'sr-1', attached });

  test.each([
    ['is attached where it is not', [pbd(false)], 'act: attach nfs-1 on host-2'],
    ['is left alone where it is', [pbd(true)], 'done: nfs-1: attached'],
    ['without a connection is no matter of attaching', [], 'stop: STORAGE_GONE'],
  ])('%s', (_, pbds, told) => {
    expect(says(attachStorage, { args, now: { pbds } })).toBe(told);
  });
});

describe('old messages', () => {
  const args = { pool: 'pool-a', keep: 1000, most: 5000 };

  const at = (messages: number, wish: Partial<EvidenceWish> = {}): string =>
    says(destroyMessages, { args, before: { messages: 9000 }, now: { messages }, ...wish });

  test('go batch by batch until the newest are left; a few new ones start nothing again', () => {
    expect(at(9000)).toBe('act: remove the oldest 500 of 9000 messages of pool-a');
    expect(at(1300)).toBe('act: remove the oldest 300 of 1300 messages of pool-a');
    expect(at(1007)).toBe('done: 1007 messages are left of 9000');
  });

  test('fewer than the limit are left alone', () => {
    expect(says(destroyMessages, { args, now: { messages: 4999 } })).toMatch(/^done/);
  });

  test.each(['intended', 'lost'] as const)(
    'nothing more goes while a batch is %s, until it has settled',
    (outcome) => {
      const acts = (seconds: number) => ({
        acts: { 'pool-a, 9000 messages': { outcome, intendedAt: secondsAgo(seconds) } },
      });
      expect(at(8900, acts(139))).toBe('wait: 8900 messages are left');
      expect(at(8900, acts(140))).toMatch(/^act/);
    },
  );

  test('nothing more goes on a count that may be older than the end of the batch before', () => {
    const ended = (seconds: number) => ({
      acts: {
        'pool-a, 9000 messages': {
          outcome: 'answered' as const,
          intendedAt: secondsAgo(200),
          settledAt: secondsAgo(seconds),
        },
      },
    });
    expect(at(8900, ended(-5))).toBe('wait: 8900 messages are left');
    expect(at(8900, ended(9))).toBe('wait: 8900 messages are left');
    expect(at(8500, ended(10))).toMatch(/^act/);
  });
});

describe('settings of CloudStack', () => {
  const args = { name: 'force.ha', to: 'false' };
  const before = { value: 'true', to: 'false' };
  const owed = [{ what: 'setting-changed', on: 'force.ha', before }] as const;

  test('are changed with what they were owed back; one that is not there is left alone', () => {
    expect(says(changeSetting, { args, now: { value: 'true' } })).toBe('act: set force.ha to false');
    expect(says(changeSetting, { args, now: { value: 'false' } })).toBe('done: force.ha is false');
    expect(says(changeSetting, { args, now: {} })).toBe('stop: UNKNOWN_BEFORE');
    const evidence = evidenceFor('change-setting', { args, now: { value: 'true' } });
    expect(changeSetting.step.owes?.({ subject: 'force.ha', what: '', args: null }, evidence)).toEqual(owed);
  });

  const seen = (now: string) => ({
    args: { names: [] },
    owed,
    now: { settings: [{ name: 'force.ha', now, was: 'true', set: 'false' }] },
  });
  test('come back as they were, and what somebody set meanwhile is told and left', () => {
    expect(says(restoreSettings, seen('false'))).toBe('act: set force.ha to true again');
    expect(says(restoreSettings, seen('true'))).toBe('done: as before: force.ha = true');
    expect(says(restoreSettings, seen('maybe'))).toBe('stop: SETTING_CHANGED_SINCE');
    expect(says(restoreSettings, { args: { names: [] }, now: { settings: [] } })).toBe('done: none is owed');
  });
});

describe('guest OS names', () => {
  const args = { version: '7.1.2', like: '7.1.0' };
  const names = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      osTypeId: `os-${i}`,
      guestOs: `CentOS 7.${i}`,
      name: `CentOS 7.${i}`,
    }));

  test('are added one request a name, five at a time', () => {
    const decision = decide(addGuestOsNames, { args, now: { there: 0, missing: names(7) } });
    expect(decision).toMatchObject({ do: 'act' });
    expect(decision.do === 'act' && decision.acts.map((one) => one.subject)).toEqual(
      names(5).map((one) => one.guestOs),
    );
  });

  test('it is done when none is missing', () => {
    expect(says(addGuestOsNames, { args, now: { there: 7, missing: [] } })).toBe('done: 7.1.2 has 7 names');
  });
});

describe('by hand, and seen', () => {
  const args = {
    title: 'Add the row',
    doThis: ['INSERT …'],
    until: { see: 'capability-row', version: '7.1.2' },
  };
  const missing = ['CloudStack lists no capability row for 7.1.2'];
  const asked = (wish: Partial<EvidenceWish> = {}) => decide(byHandSeen, { args, now: { missing }, ...wish });
  const digest = () => {
    const decision = asked();
    return decision.do === 'ask' ? decision.ask.digest : '';
  };

  test('the question shows what to do and what is not seen yet', () => {
    expect(asked()).toMatchObject({ do: 'ask', ask: { kind: 'confirm', saw: ['INSERT …', ...missing] } });
  });

  test('a click starts a wait, and only seeing it ends the line', () => {
    const answers = [{ says: 'yes', digest: digest(), kind: 'confirm' }] as const;
    expect(says(byHandSeen, { args, now: { missing }, answers })).toBe(`wait: Not seen yet: ${missing[0]}`);
    expect(says(byHandSeen, { args, now: { missing: [] }, answers })).toBe('done: it is done, and seen');
    expect(says(byHandSeen, { args, now: { missing: [] } })).toBe('done: it is done, and seen');
  });
});
