/** Every code that XAPI is known to refuse with becomes a sentence, with names and without the code or a reference. */
import { inWords } from '../../../src/checks/evacuation-words';
import { ADVISED_CODES, xapiProblem } from '../../../src/domain/xapi-advice';
import { KEEPS_ON_HOST, NAMED_CODES, NAMES } from './xapi-codes';

/** What keeps a VM on its host (xc §1.5, xapi §6.2 and §10.1). */
const EVACUATION = [
  'HOST_CANNOT_ATTACH_NETWORK',
  'HOST_DISABLED',
  'HOST_EVACUATE_VM_NOT_HA_PROTECTED',
  'HOST_NOT_ENOUGH_FREE_MEMORY',
  'HOST_NOT_ENOUGH_PCPUS',
  'HOST_NOT_LIVE',
  'LICENCE_RESTRICTION',
  'NOT_SUPPORTED_DURING_UPGRADE',
  'NO_HOSTS_AVAILABLE',
  'OPERATION_BLOCKED',
  'OTHER_OPERATION_IN_PROGRESS',
  'VM_BAD_POWER_STATE',
  'VM_HAS_PCI_ATTACHED',
  'VM_HAS_SRIOV_VIF',
  'VM_HAS_VGPU',
  'VM_HAS_VUSBS',
  'VM_HOST_INCOMPATIBLE_VERSION',
  'VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION',
  'VM_INCOMPATIBLE_WITH_THIS_HOST',
  'VM_IS_IMMOBILE',
  'VM_IS_PART_OF_AN_APPLIANCE',
  'VM_LACKS_FEATURE',
  'VM_LACKS_FEATURE_SUSPEND',
  'VM_MISSING_PV_DRIVERS',
  'VM_OLD_PV_DRIVERS',
  'VM_REQUIRES_GPU',
  'VM_REQUIRES_IOMMU',
  'VM_REQUIRES_NETWORK',
  'VM_REQUIRES_SR',
  'VM_REQUIRES_VUSB',
];

test.each(EVACUATION)('%s keeps a VM on its host, in words', (code) => {
  const words = inWords([code, 'host-1', 'nfs-primary']);

  expect(words).not.toContain(code);
  expect(words).toMatch(/^[a-z].* /);
  // parameters may be missing: the same code carries another number of them in another release
  expect(inWords([code])).not.toMatch(/undefined/);
});

/** The names that belong into the sentence: what a reference stands for, wherever XAPI put it. */
const namesIn = (params: readonly string[]): readonly string[] =>
  params
    .flatMap((param) => param.match(/OpaqueRef:\w+/g) ?? [])
    .flatMap((reference) => NAMES[reference] ?? []);

describe.each(Object.entries(NAMED_CODES))('%s', (code, params) => {
  const nameOf = (ref: string): string | undefined => NAMES[ref];
  const told = xapiProblem({ doing: 'go on with host-2', code, params, nameOf });

  test('is a sentence of its own, with names, and something to do', () => {
    const unknown = xapiProblem({ doing: 'go on', code: 'NEVER_HEARD_OF', params: [], nameOf });
    const family = /^SR_BACKEND_FAILURE_\d+$/.test(code);

    expect(family || ADVISED_CODES.includes(code)).toBe(true);
    expect(told.why).not.toBe(unknown.why);
    expect(told.why).toMatch(/^[^{}]+\.$/);
    expect(told.why).not.toContain(code);
    expect(told.doThis.length).toBeGreaterThan(0);
    for (const name of namesIn(params)) expect(`${told.what} ${told.why}`).toContain(name);
    expect(JSON.stringify(told)).not.toMatch(/OpaqueRef|undefined|\{\d\}/);
  });

  test('reads as a sentence where another release sends fewer parameters, and where nobody knows the names', () => {
    for (const fewer of [[], params.slice(0, 1), params]) {
      const bare = xapiProblem({ doing: 'go on', code, params: fewer, nameOf: () => undefined });

      expect(JSON.stringify(bare)).not.toMatch(/OpaqueRef|undefined|\{\d\}/);
      expect(bare.why).toMatch(/\.$/);
    }
  });
});

test.each(KEEPS_ON_HOST)('%s is also said of a VM that cannot leave its host', (code) => {
  const params = (NAMED_CODES[code] ?? []).map((param) => NAMES[param] ?? param);

  expect(Object.keys(NAMED_CODES)).toContain(code);
  expect(inWords([code, ...params])).not.toMatch(/[A-Z]{2,}_|undefined/);
});
