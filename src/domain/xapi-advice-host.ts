/** Why XAPI would not act on a host, and what a person can do (xapi §2.4, §5.3; xc §6.3). */
import type { Advice } from './xapi-advice-words';

export const HOST_ADVICE: Readonly<Record<string, Advice>> = {
  HOST_STILL_BOOTING: {
    why: 'The toolstack has not finished starting.',
    doThis: ['Wait a minute. If it lasts, look at /var/log/xensource.log on the host.'],
  },
  HOST_OFFLINE: {
    why: '{0} does not answer the pool master.',
    doThis: ['Look at the host’s console and network, then try again.'],
  },
  CANNOT_CONTACT_HOST: {
    why: 'The pool master cannot reach {0}.',
    doThis: ['Check the management network and the toolstack of the host: xe-toolstack-restart'],
  },
  HOST_NOT_LIVE: {
    why: 'The host has sent no heartbeat.',
    doThis: ['Look at the host’s console and network.'],
  },
  HOST_IS_LIVE: { why: '{0} is running.', doThis: ['Nothing: it is already on.'] },
  HOST_DISABLED: {
    why: '{0} is disabled.',
    doThis: ['Enable it when it is ready: xe host-enable host=HOST'],
  },
  HOST_NOT_DISABLED: {
    why: 'A host must be disabled before it is rebooted.',
    doThis: ['Look who enabled it again, then try again.'],
  },
  HOST_DISABLED_UNTIL_REBOOT: {
    why: 'The host may only be enabled after a reboot.',
    doThis: ['Reboot the host as the plan says.'],
  },
  HOST_DISABLED_INDEFINITELY: {
    why: 'The host was told to stay disabled.',
    doThis: ['Enable it by hand when it may serve: xe host-enable host=HOST'],
  },
  HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY: {
    why: 'Updates on the host still ask for something, for example a reboot.',
    doThis: ['Look at: xe host-param-get param-name=pending-guidances uuid=HOST'],
  },
  HOST_NOT_ENOUGH_FREE_MEMORY: {
    why: 'There is not enough free memory on the destination ({0} needed, {1} free).',
    doThis: ['Move or stop something there, or choose another destination.'],
  },
  HOST_NOT_ENOUGH_PCPUS: {
    why: 'The VM has {0} virtual processors, the destination only {1}.',
    doThis: ['Choose another destination.'],
  },
  HOST_EVACUATE_IN_PROGRESS: {
    why: '{0} is being evacuated.',
    doThis: ['Choose another destination, or wait.'],
  },
  HOST_HAS_RESIDENT_VMS: { why: 'VMs still live on {0}.', doThis: ['Move them first.'] },
  HOST_IN_USE: { why: '{0} is in use by {2}.', doThis: ['Free it first.'] },
  HOST_IS_SLAVE: {
    why: 'This host is not the pool master; {0} is.',
    doThis: ['If the master has changed, find out why before anything else: xe pool-list params=master'],
  },
  HOST_HAS_NO_MANAGEMENT_IP: {
    why: 'The host came up without a management address; interface names may have changed.',
    doThis: ['At its console: configure the management interface (xsconsole, Network).'],
  },
  HOST_ITS_OWN_SLAVE: {
    why: 'The host believes it is a member of itself.',
    doThis: ['At its console look at /etc/xensource/pool.conf.'],
  },
  HOST_MASTER_CANNOT_TALK_BACK: {
    why: 'The pool master cannot reach this host back at {0}.',
    doThis: ['Check the firewall and address of the host.'],
  },
  HOST_UNKNOWN_TO_MASTER: {
    why: 'The pool master does not know this host any more.',
    doThis: ['Ask whoever restored or re-installed the master.'],
  },
  HOST_BROKEN: {
    why: 'The host’s role file is broken.',
    doThis: ['At its console look at /etc/xensource/pool.conf.'],
  },
  HOST_XAPI_VERSION_HIGHER_THAN_COORDINATOR: {
    why: 'This member is newer than its master and cannot join it.',
    doThis: ['Upgrade the pool master; the member joins by itself then.'],
  },
  HOST_POWER_ON_MODE_DISABLED: {
    why: 'No remote power-on is configured.',
    doThis: ['Switch the host on at its console.'],
  },
  HOST_UNKNOWN: { why: 'XAPI knows no such host.', doThis: ['Make a new plan.'] },
  XEN_INCOMPATIBLE: {
    why: 'The running hypervisor does not fit the toolstack.',
    doThis: ['Reboot the host as the plan says, then try again.'],
  },
  CANNOT_EVACUATE_HOST: {
    why: 'Some VMs cannot leave the host: {0}.',
    doThis: ['Look at: xe host-get-vms-which-prevent-evacuation uuid=HOST'],
  },
  CLUSTERED_SR_DEGRADED: {
    why: 'Clustered storage {0} would lose its quorum.',
    doThis: ['Repair the cluster first.'],
  },
  REQUIRED_PIF_IS_UNPLUGGED: {
    why: 'The interface {0} is unplugged.',
    doThis: ['Plug it: xe pif-plug uuid=PIF'],
  },
  SR_HAS_NO_PBDS: { why: 'The storage is connected to no host.', doThis: ['Look at: xe sr-list params=all'] },
  SR_UNKNOWN_DRIVER: {
    why: 'The host has no driver for this kind of storage.',
    doThis: ['Install the driver’s supplemental pack on the host, then plug again.'],
  },
  XENAPI_MISSING_PLUGIN: {
    why: 'The plugin {0} is not on the host.',
    doThis: ['Copy it there again, then try again.'],
  },
  XENAPI_PLUGIN_FAILURE: {
    why: 'A plugin on the host failed: {2}.',
    doThis: ['Look at /var/log/xensource.log on the host.'],
  },
  PATCH_PRECHECK_FAILED_ISO_MOUNTED: {
    why: 'A tools CD is inserted in a VM, and old releases patch no such host.',
    doThis: ['Take the CD out, then try again.'],
  },
};
