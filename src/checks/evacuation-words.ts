/** XAPI's evacuation answers as sentences' ends (xapi §6.2, §10.1, §11). Parameters carry names, never references. */

const WORDS: Readonly<Record<string, (params: readonly string[]) => string>> = {
  VM_REQUIRES_SR: ([, sr]) => `some host cannot see the SR ${sr ?? ''} that it uses`,
  VM_REQUIRES_NETWORK: ([, network]) => `some host has no way to the network ${network ?? ''}`,
  HOST_CANNOT_ATTACH_NETWORK: ([host, network]) =>
    `${host ?? 'a host'} cannot attach the network ${network ?? ''}`,
  VM_MISSING_PV_DRIVERS: () => 'it has no tools',
  VM_LACKS_FEATURE_SUSPEND: () => 'it has no tools',
  VM_LACKS_FEATURE: () => 'it has no tools',
  VM_OLD_PV_DRIVERS: () => 'its tools are too old',
  VM_HAS_PCI_ATTACHED: () => 'a PCI device is passed through to it',
  VM_HAS_VGPU: () => 'it uses a virtual GPU',
  VM_HAS_VUSBS: () => 'a USB device is passed through to it',
  VM_HAS_SRIOV_VIF: () => 'it has an SR-IOV network interface',
  VM_IS_IMMOBILE: () => 'it is marked as not to be moved',
  VM_INCOMPATIBLE_WITH_THIS_HOST: ([, host]) => `its CPU features do not fit ${host ?? 'some host'}`,
  VM_HOST_INCOMPATIBLE_VERSION: ([host]) => `${host ?? 'some host'} runs another version`,
  OPERATION_BLOCKED: ([, code]) => `somebody blocked moving it${code === undefined ? '' : ` (${code})`}`,
  OTHER_OPERATION_IN_PROGRESS: () => 'another operation on it is under way',
  NO_HOSTS_AVAILABLE: () => 'no other host is enabled',
  HOST_NOT_LIVE: () => 'some host is enabled and not live',
  HOST_DISABLED: ([host]) => `${host ?? 'some host'} is disabled`,
  HOST_NOT_ENOUGH_FREE_MEMORY: () => 'no other host has room for it',
  HOST_EVACUATE_VM_NOT_HA_PROTECTED: () => 'it is not protected by HA, which is on',
  HOST_NOT_ENOUGH_PCPUS: () => 'it has more vCPUs than some host has CPUs',
  LICENCE_RESTRICTION: () => 'the licence does not allow live migration',
  NOT_SUPPORTED_DURING_UPGRADE: () => 'it would have to go to an older version',
  VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION: () =>
    'some host does not know the virtual hardware that it was started with',
  VM_IS_PART_OF_AN_APPLIANCE: () => 'it belongs to an appliance',
  VM_REQUIRES_GPU: () => 'it needs a GPU that some host does not have',
  VM_REQUIRES_IOMMU: () => 'some host has no IOMMU, which its devices need',
  VM_REQUIRES_VUSB: () => 'it needs a USB device of its host',
  VM_BAD_POWER_STATE: () => 'it is not running',
};

/** `answer`: XAPI's code, then its parameters. A code without words is shown as it is. */
export function inWords(answer: readonly string[]): string {
  const [code = 'no reason given', ...params] = answer;
  return WORDS[code]?.(params) ?? code;
}
