/** The lines of the automatic installer: what each concludes from exactly this. */
import { keepPartitions } from '../../../src/steps/keep-partitions';
import { prepareInstaller } from '../../../src/steps/prepare-installer';
import { rebootIntoInstaller } from '../../../src/steps/reboot-into-installer';
import { takeBackInstaller } from '../../../src/steps/take-back-installer';
import { evidenceFor, HOST, MASTER, says, secondsAgo } from '../../support/evidence';

const url = 'http://media.example/xs';
const args = { ...HOST, url, to: '7.1.2' };
const none = { installer: 'none', ownEntry: 'xe', repartition: false } as const;
const next = { ...none, installer: 'default' } as const;
const ready = {
  answers: true,
  live: true,
  enabled: false,
  residents: 0,
  version: '6.5.0',
  bootTime: 100,
  masterUuid: 'uuid-1',
  resourceState: 'Maintenance',
  managedState: 'Managed',
  boot: none,
} as const;
const UNSAFE = [
  ['in service again', { resourceState: 'Enabled' }],
  ['enabled', { enabled: true }],
  ['with a VM on it', { residents: 1 }],
] as const;
const ACTS = [prepareInstaller, keepPartitions, rebootIntoInstaller] as const;
const wanting = { ...ready, boot: { ...next, repartition: true } };

describe.each(ACTS.map((step) => [step.step.kind, step] as const))('%s', (_kind, step) => {
  test.each(UNSAFE)('touches no host that is %s', (_, change) => {
    expect(says(step, { args, now: { ...wanting, ...change } })).toBe('stop: NOT_SAFE');
  });

  test('touches no member that has become the master, and no master that is none any more', () => {
    expect(says(step, { args, now: { ...wanting, masterUuid: 'uuid-2' } })).toBe('stop: MASTER_MOVED');
    const now = { ...wanting, managedState: 'Unmanaged', masterUuid: 'uuid-2' };
    expect(says(step, { args: { ...args, ...MASTER }, now })).toBe('stop: MASTER_MOVED');
  });

  test('touches no master whose cluster is Managed, whatever else', () => {
    expect(says(step, { args: { ...args, ...MASTER }, now: wanting })).toBe('stop: NOT_SAFE');
  });
});

describe('prepare-installer', () => {
  const prepare = (now: object, acts: object = {}, seconds = 30) =>
    says(prepareInstaller, {
      args,
      now: { ...ready, ...now },
      acts: Object.keys(acts).length > 0 ? { 'host-2': { intendedAt: secondsAgo(seconds), ...acts } } : {},
    });

  test('an entry that somebody else has made is not ours: it is made anew', () => {
    expect(prepare({ boot: next })).toBe('act: prepare the 7.1.2 installer on host-2');
  });

  test('an entry that is seen while the plugin may still write is not believed', () => {
    expect(prepare({ boot: next }, { outcome: 'intended' })).toMatch(
      /^wait: .* has not said that it is done$/,
    );
    expect(prepare({ boot: next }, { outcome: 'lost' }, 959)).toMatch(/^wait: /);
    expect(prepare({ boot: next }, { outcome: 'lost' }, 960)).toMatch(/^done: /);
    expect(prepare({ boot: next }, { outcome: 'answered' })).toMatch(/^done: /);
  });

  test('while the plugin may still write, nothing holds the line: what is unsafe is told when it has surely ended', () => {
    for (const [, change] of UNSAFE) {
      expect(prepare(change, { outcome: 'intended' }, 120)).toMatch(/^wait: .* not said that it is done$/);
      expect(prepare(change, { outcome: 'lost' }, 959)).toMatch(/^wait: /);
      expect(prepare(change, { outcome: 'lost' }, 960)).toBe('stop: NOT_SAFE');
    }
  });

  test('what it owes stands with the intent: the entry that booted before, and the version that wrote it', () => {
    const evidence = evidenceFor('prepare-installer', { args, now: ready });
    const act = { subject: 'host-2', what: '', args: null };
    expect(prepareInstaller.step.owes?.(act, evidence)).toEqual([
      { what: 'installer-prepared', on: 'host-2', before: { ownEntry: 'xe', version: '6.5.0' } },
    ]);
  });
});

describe('keep-partitions', () => {
  test('removes the mark, whoever made it, and is done when it is gone', () => {
    expect(says(keepPartitions, { args, now: wanting })).toBe(
      'act: remove /var/preserve/safe2upgrade on host-2',
    );
    expect(says(keepPartitions, { args, now: { ...ready, boot: next } })).toMatch(/^done: /);
  });
});

describe('reboot-into-installer', () => {
  const prepared = { ...ready, boot: next };
  const reboot = (now: object, acts: object = {}, seconds = 10) =>
    says(rebootIntoInstaller, {
      args,
      before: prepared,
      now: { ...prepared, ...now },
      line: { patienceFrom: secondsAgo(3600) },
      acts: Object.keys(acts).length > 0 ? { 'host-2': { intendedAt: secondsAgo(seconds), ...acts } } : {},
    });

  test('reboots a host that is out of service, empty, prepared and keeps its partitions', () => {
    expect(reboot({})).toBe('act: reboot host-2 into the 7.1.2 installer');
  });

  test('never with the mark for new partitions, nor without the installer’s entry, nor unseen', () => {
    expect(reboot({ boot: { ...next, repartition: true } })).toBe('stop: WOULD_REPARTITION');
    expect(reboot({ boot: none })).toBe('stop: INSTALLER_GONE');
    expect(reboot({ boot: undefined })).toMatch(/^wait: dom0 of host-2 does not answer/);
  });

  test('what was asked for is waited for, and what was lost is not asked for again before it has settled', () => {
    expect(reboot({}, { outcome: 'answered' }, 900)).toMatch(/^wait: .* shuts down$/);
    expect(reboot({}, { outcome: 'lost' }, 119)).toMatch(/^wait: /);
    expect(reboot({}, { outcome: 'lost' }, 120)).toMatch(/^act: /);
  });

  test('it ends when the host is seen to go, or to have come back', () => {
    expect(reboot({ live: false }, { outcome: 'answered' })).toBe('done: host-2 is down');
    expect(reboot({ bootTime: 200 }, { outcome: 'answered' })).toBe('done: host-2 has rebooted');
    expect(reboot({ live: false })).toBe('stop: NOT_SAFE');
  });

  test('is sent once, and again only when a person says so', () => {
    expect(rebootIntoInstaller.step.maxActs).toBe(1);
  });
});

describe('take-back-installer', () => {
  test.each([
    [{ ...none, installer: 'once' }, 'act: take the installer back on host-2'],
    [next, 'act: take the installer back on host-2'],
    [{ ...none, repartition: true }, 'act: take the installer back on host-2'],
    [none, 'done: host-2 boots its own system, and nothing asks for new partitions'],
  ])('%o', (now, words) => {
    expect(says(takeBackInstaller, { args: HOST, now })).toBe(words);
  });

  test.each([
    [959, /^wait: .* may still write it$/],
    [960, /^done: /],
  ])('nothing seen %i s after the plugin was asked and did not answer', (seconds, words) => {
    const unanswered = { run: 'run-0', line: 'host-2-07-prepare-installer', n: 1, at: secondsAgo(seconds) };
    const owed = [{ what: 'installer-prepared', on: 'host-2', unanswered }] as const;
    expect(says(takeBackInstaller, { args: HOST, now: none, owed })).toMatch(words);
  });
});
