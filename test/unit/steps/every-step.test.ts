/** What every step keeps, by the table of contents. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { steps } from '../../../src/steps/index';
import { defineStep, LOOKS_ONLY, SEND_WITHIN_SECONDS, type AnyStep } from '../../../src/steps/step';

const all = [...steps.values()];
const folder = join(__dirname, '../../../src/steps');
/** Files of the folder that are no step. */
const SHARED = [
  'index',
  'step',
  'sight',
  'host-facts',
  'drain-look',
  'cluster-allocation',
  'agreeing-looks',
  'booted-look',
  'approval-of-run',
  'next-boot',
  'unseen-boot',
  'one-at-a-time',
  'ways-out',
  'local-storage',
  'safe-to-take-down',
  'rebooting',
  'patches-look',
  'refusals',
];

test('the table of contents and the folder say the same, and a step’s file has its name', () => {
  const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
  expect([...steps.keys()].toSorted()).toEqual(files.filter((file) => !SHARED.includes(file)).toSorted());
});

test.each(all.filter((step) => step.maxActs > 0).map((step): [string, AnyStep] => [step.kind, step]))(
  '%s: nothing is repeated while its first request may still take effect',
  (_kind, step) => {
    expect(step.settleSeconds).toBeGreaterThanOrEqual(
      SEND_WITHIN_SECONDS + step.callTimeoutSeconds + step.farDelaySeconds,
    );
    expect(step.maxActs).toBeGreaterThanOrEqual(1);
  },
);

test('every wait is bounded, and the soft limit comes first', () => {
  for (const { kind, patience } of all) {
    expect([kind, patience.softSeconds > 0]).toEqual([kind, true]);
    expect([
      kind,
      patience.hardSeconds >= patience.softSeconds && patience.hardSeconds <= 7 * 86_400,
    ]).toEqual([kind, true]);
  }
});

test('a step that says how long silence is expected takes a host away; no other does', () => {
  expect(
    all
      .filter((step) => step.silence)
      .map((step) => step.kind)
      .toSorted(),
  ).toEqual([
    'await-host',
    'await-members',
    'prove-hotfixes',
    'prove-reboot',
    'prove-upgrade',
    'reboot-after-hotfixes',
    'reboot-host',
    'reboot-into-installer',
    'restart-toolstack',
    'trust-host',
    'upgrade-by-hand',
  ]);
});

test('registration refuses a settle time shorter than the doubt, and a hard limit before the soft one', () => {
  const base = {
    ...LOOKS_ONLY,
    kind: 'x',
    v: 1,
    title: () => 'x',
    observe: async () => null,
    decide: () => ({ do: 'done' as const, saw: '' }),
    patience: { softSeconds: 1, hardSeconds: 2 },
    tooLong: () => ({ code: 'X', what: '', why: '', doThis: [] }),
  };
  const act = async () => undefined;
  expect(() =>
    defineStep({ ...base, act, settleSeconds: 19, callTimeoutSeconds: 5, farDelaySeconds: 5 }),
  ).toThrow('shorter than the doubt');
  expect(() =>
    defineStep({ ...base, act, settleSeconds: 20, callTimeoutSeconds: 5, farDelaySeconds: 5 }),
  ).not.toThrow();
  expect(() => defineStep({ ...base, patience: { softSeconds: 3, hardSeconds: 2 } })).toThrow('hard limit');
});
