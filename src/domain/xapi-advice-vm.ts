/** Why XAPI would not move, start or stop a VM, and what a person can do (xapi §6.2, §6.4; xc §1.5). */
import type { Advice } from './xapi-advice-words';

const nailed = (what: string): Advice => ({
  why: `{0} has ${what} of its host passed through and cannot be moved while it runs.`,
  doThis: ['Let the plan stop the VM through CloudStack, or take the device away first.'],
});

const withoutTools: Advice = {
  why: '{0} has no XenServer Tools, and XAPI moves no such guest.',
  doThis: ['Let the plan stop the VM through CloudStack, or install the tools in the guest and plan again.'],
};

export const VM_ADVICE: Readonly<Record<string, Advice>> = {
  VM_BAD_POWER_STATE: {
    why: '{0} should be {1} but is {2}: somebody stopped, started or moved it meanwhile.',
    doThis: ['Look at the VM in CloudStack, bring it into the state that the plan saw, then try again.'],
  },
  VM_INCOMPATIBLE_WITH_THIS_HOST: {
    why: '{0} uses processor features that {1} does not have: {2}.',
    doThis: ['Choose another destination, or let the plan stop and start the VM there.'],
  },
  VM_MISSING_PV_DRIVERS: withoutTools,
  VM_LACKS_FEATURE: withoutTools,
  VM_LACKS_FEATURE_SUSPEND: withoutTools,
  VM_OLD_PV_DRIVERS: {
    why: 'The XenServer Tools in {0} ({1}.{2}) are too old for a migration.',
    doThis: ['Update the tools in the guest and plan again, or let the plan stop the VM.'],
  },
  VM_NON_SUSPENDABLE: {
    why: '{0} cannot be suspended: {1}.',
    doThis: ['Let the plan stop the VM through CloudStack.'],
  },
  VM_IS_IMMOBILE: {
    why: '{0} is marked as not to be moved (nested virtualisation or nomigrate).',
    doThis: ['Let the plan stop the VM through CloudStack.'],
  },
  VM_HAS_PCI_ATTACHED: nailed('a PCI device'),
  VM_HAS_VGPU: nailed('a virtual GPU'),
  VM_HAS_VUSBS: nailed('a USB device'),
  VM_HAS_SRIOV_VIF: nailed('an SR-IOV network function'),
  VM_IS_TEMPLATE: {
    why: '{0} is a template, not a VM.',
    doThis: ['Make a new plan: what was a VM no longer is one.'],
  },
  VM_IS_SNAPSHOT: {
    why: '{0} is a snapshot, not a VM.',
    doThis: ['Make a new plan: what was a VM no longer is one.'],
  },
  OPERATION_BLOCKED: {
    why: 'Somebody has blocked this operation on {0}: {1}.',
    doThis: [
      'Ask who blocked it (often a backup), then: xe vm-param-remove param-name=blocked-operations uuid=VM',
    ],
  },
  VM_REQUIRES_SR: {
    why: '{0} needs the storage {1}, which is not plugged on the destination (often an inserted ISO).',
    doThis: ['Take the CD out, or plug the storage on the destination, then try again.'],
  },
  VM_REQUIRES_NETWORK: {
    why: '{0} needs the network {1}, which the destination does not have.',
    doThis: ['Give the destination an interface on that network, or choose another one.'],
  },
  HOST_CANNOT_ATTACH_NETWORK: {
    why: '{0} cannot attach the network {1}.',
    doThis: ['Look at the interfaces of the host: xe pif-list host-uuid=HOST'],
  },
  VM_HOST_INCOMPATIBLE_VERSION: {
    why: '{0} runs another version than the pool master, and while versions differ {1} starts only on upgraded hosts.',
    doThis: ['Choose an upgraded host, or wait until all hosts are upgraded.'],
  },
  VM_HOST_INCOMPATIBLE_VERSION_MIGRATE: {
    why: 'The destination is older than the host the VM runs on; VMs only move to the same or a newer version.',
    doThis: ['Choose an upgraded destination.'],
  },
  VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION: {
    why: 'The virtual hardware of {2} is newer than {0} knows.',
    doThis: ['Choose a newer destination.'],
  },
  VM_REQUIRES_IOMMU: {
    why: '{0} has no IOMMU, which the VM needs.',
    doThis: ['Choose another destination.'],
  },
  VM_REQUIRES_GPU: { why: 'The destination has no GPU for {0}.', doThis: ['Let the plan stop the VM.'] },
  VM_REQUIRES_VGPU: {
    why: 'The destination has no virtual GPU for {0}.',
    doThis: ['Let the plan stop the VM.'],
  },
  VM_REQUIRES_VUSB: {
    why: 'The destination has no USB device for {0}.',
    doThis: ['Let the plan stop the VM.'],
  },
  VM_HVM_REQUIRED: {
    why: 'The destination cannot run fully virtualised guests.',
    doThis: ['Choose another destination.'],
  },
  VM_IS_PART_OF_AN_APPLIANCE: {
    why: '{0} is part of an appliance.',
    doThis: ['Act on the appliance instead.'],
  },
  VM_MIGRATE_FAILED: {
    why: 'The migration of {0} from {1} to {2} failed: {3}.',
    doThis: ['Look whether the VM still runs: a failed migration can leave it stopped. Then try again.'],
  },
  VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED: {
    why: 'The source host could not reach the destination for the migration.',
    doThis: ['Check the management network between both hosts, then try again.'],
  },
  VM_FAILED_SUSPEND_ACKNOWLEDGMENT: {
    why: 'The guest {0} never acknowledged, which a migration needs; it probably has no working tools.',
    doThis: ['Let the plan stop the VM, or look at the guest.'],
  },
  VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT: {
    why: 'The guest {0} never acknowledged the shutdown.',
    doThis: ['Shut it down inside the guest, or stop it forced in CloudStack.'],
  },
  VM_SUSPEND_TIMEOUT: {
    why: '{0} did not suspend within {1} s.',
    doThis: ['Look at the guest, then try again.'],
  },
  VM_SHUTDOWN_TIMEOUT: {
    why: '{0} did not shut down within {1} s.',
    doThis: ['Shut it down inside the guest, or stop it forced in CloudStack.'],
  },
  BALLOONING_TIMEOUT_BEFORE_MIGRATION: {
    why: 'The guest {0} did not give memory back in time for the migration.',
    doThis: ['Try again when the guest is less busy, or let the plan stop it.'],
  },
  HOST_EVACUATE_VM_NOT_HA_PROTECTED: {
    why: '{0} is not protected by high availability, and XAPI evacuates no such VM while it is on.',
    doThis: ['Switch high availability off first; the plan does that.'],
  },
  TASK_CANCELLED: { why: 'Somebody cancelled it.', doThis: ['Ask who, then try again.'] },
  VBD_IS_EMPTY: {
    why: 'There is no medium in the drive any more.',
    doThis: ['Nothing: try again, it will be seen.'],
  },
  VBD_TRAY_LOCKED: {
    why: 'The guest has locked the tray.',
    doThis: ['Unmount the CD inside the guest, then try again.'],
  },
  VBD_NOT_REMOVABLE_MEDIA: { why: 'That is a disk, not a CD.', doThis: ['Make a new plan.'] },
  NO_HOSTS_AVAILABLE: {
    why: 'No host can take it: enabled, live, with its storage, networks and memory; while versions differ only upgraded ones count.',
    doThis: ['Free memory on an upgraded host, or wait until the next host is back.'],
  },
  BOOTLOADER_FAILED: { why: 'The boot loader of {0} failed: {1}.', doThis: ['Look at the guest’s disk.'] },
  VM_HALTED: {
    why: 'The VM stopped while it was being acted on.',
    doThis: ['Look at the VM in CloudStack.'],
  },
  VM_CRASHED: {
    why: 'The VM crashed while it was being acted on.',
    doThis: ['Look at the VM in CloudStack.'],
  },
  VM_REBOOTED: { why: 'The VM rebooted while it was being acted on.', doThis: ['Try again.'] },
  HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED: {
    why: 'The storage {0} is not shared by all enabled hosts.',
    doThis: ['Plug it everywhere: xe pbd-list sr-uuid=SR, then xe pbd-plug uuid=PBD'],
  },
  HA_CONSTRAINT_VIOLATION_NETWORK_NOT_SHARED: {
    why: 'The network {0} is not on every host.',
    doThis: ['Give every host an interface on it.'],
  },
};
