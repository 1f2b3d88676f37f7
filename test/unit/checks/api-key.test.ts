/** Which calls the key must be allowed: those of the lines that the plan has, and what every plan asks. */
import { healthyPool } from '../../support/snapshots';
import { owe, said, withCloudStack } from './asking';

const without = (...missingCalls: readonly string[]) =>
  withCloudStack({ traits: { ...healthyPool().cloudstack.traits, missingCalls } });
const configured = {
  dom0: true,
  withoutDom0: [],
  managementServers: true,
  database: true,
  smokeTest: false,
};

const asked = (pool: ReturnType<typeof without>, change: Parameters<typeof said>[2] = {}) =>
  said('api-key', pool, change).map((one) => one.split(' ')[0]);

test.each([
  ['updateConfiguration', 'change-setting'],
  ['addGuestOsMapping', 'add-guest-os-names'],
])('%s blocks a plan with the line %s, in the plan and while it is to come; no other plan', (call, kind) => {
  const pool = without(call);

  expect(asked(pool)).toEqual(['note']);
  expect(asked(pool, { chosen: [kind] })).toEqual(['block']);
  expect(asked(pool, { toCome: [kind, 'drain-host'] })).toEqual(['block']);
  expect(asked(pool, { toCome: ['drain-host'] })).toEqual(['note']);
});

test('a setting that an earlier run still owes has to be given back: the call is needed', () => {
  expect(asked(without('updateConfiguration'), { owed: [owe('setting-changed', 'ha.tag')] })).toEqual([
    'block',
  ]);
});

test('calls of the test VM are needed where one is configured and made', () => {
  const pool = without('deployVirtualMachine');

  expect(asked(pool)).toEqual(['block']);
  expect(asked(pool, { configured })).toEqual(['note']);
  expect(asked(pool, { aim: 'reboot' })).toEqual(['note']);
});

test('what every plan calls blocks whatever the plan has, and beside it the others are named', () => {
  expect(asked(without('updateCluster', 'updateConfiguration'))).toEqual(['block', 'note']);
});
