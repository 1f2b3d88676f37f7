/** Every code that XAPI is known to refuse with becomes a sentence, with names and without the code or a reference. */
import { inWords } from '../../../src/checks/evacuation-words';
import { ADVISED_CODES, xapiProblem } from '../../../src/domain/xapi-advice';

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

/** What XenCenter shows raw or folds into one sentence (xc §6.3), and what is sent otherwise than declared (xapi §11). */
const REFUSALS = [
  'APPLY_UPDATES_FAILED',
  'CANNOT_CONTACT_HOST',
  'CANNOT_EVACUATE_HOST',
  'GET_UPDATES_FAILED',
  'HA_IS_ENABLED',
  'HOSTS_NOT_HOMOGENEOUS',
  'HOST_DISABLED_INDEFINITELY',
  'HOST_DISABLED_UNTIL_REBOOT',
  'HOST_EVACUATE_VM_NOT_HA_PROTECTED',
  'HOST_EVACUATION_IS_REQUIRED',
  'HOST_IN_USE',
  'HOST_IS_SLAVE',
  'HOST_NOT_DISABLED',
  'HOST_PENDING_MANDATORY_GUIDANCES_NOT_EMPTY',
  'HOST_STILL_BOOTING',
  'LICENCE_RESTRICTION',
  'NOT_SUPPORTED_DURING_UPGRADE',
  'NO_REPOSITORY_ENABLED',
  'PATCH_PRECHECK_FAILED_ISO_MOUNTED',
  'PATCH_PRECHECK_FAILED_VM_RUNNING',
  'REQUIRED_PIF_IS_UNPLUGGED',
  'TOO_MANY_PENDING_TASKS',
  'UNKNOWN_XENAPI_PLUGIN_FUNCTION',
  'UPDATEINFO_HASH_MISMATCH',
  'UPDATE_PRECHECK_FAILED_GPGKEY_NOT_IMPORTED',
  'VM_HOST_INCOMPATIBLE_VERSION',
  'VM_HOST_INCOMPATIBLE_VERSION_MIGRATE',
  'VM_INCOMPATIBLE_WITH_THIS_HOST',
  'WLB_MALFORMED_RESPONSE',
  'XENAPI_PLUGIN_FAILURE',
];

test.each(EVACUATION)('%s keeps a VM on its host, in words', (code) => {
  const words = inWords([code, 'host-1', 'nfs-primary']);

  expect(words).not.toContain(code);
  expect(words).toMatch(/^[a-z].* /);
  // parameters may be missing: the same code carries another number of them in another release
  expect(inWords([code])).not.toMatch(/undefined/);
});

test.each(REFUSALS)('%s is advised on, with what to do', (code) => {
  const call = { doing: 'empty host-1', code, params: ['OpaqueRef:1', 'x'], nameOf: () => 'host-1' };
  const problem = xapiProblem(call);

  expect(ADVISED_CODES).toContain(code);
  expect(problem.doThis.length).toBeGreaterThan(0);
  expect(JSON.stringify(problem)).not.toMatch(/OpaqueRef|undefined/);
});

test.each(['APPLY_UPDATES_IN_PROGRESS', 'SYNC_UPDATES_IN_PROGRESS', 'SR_BACKEND_FAILURE_47'])(
  '%s belongs to a family that is advised on',
  (code) => {
    const problem = xapiProblem({ doing: 'plug storage', code, params: [], nameOf: () => undefined });

    expect(problem.why).not.toContain(code);
    expect(problem.doThis.length).toBeGreaterThan(0);
  },
);
