/** Why XAPI would not apply an update or make a pool equal, and what a person can do (xapi §8.3, §11; xc §1.7, §6.3). */
import type { Advice } from './xapi-advice-words';

export const UPDATE_ADVICE: Readonly<Record<string, Advice>> = {
  APPLY_UPDATES_FAILED: {
    why: '{0} could not apply its updates.',
    doThis: ['Look at /var/log/xensource.log on the host, free space on its disk, and apply them again.'],
  },
  APPLY_UPDATES_IN_PROGRESS: {
    why: 'Updates are being applied in the pool, by somebody else or by XAPI itself.',
    doThis: ['Wait until it has ended (xe task-list), look which host was updated, and make a new plan.'],
  },
  GET_UPDATES_FAILED: {
    why: 'The pool could not say which updates its hosts need.',
    doThis: ['Synchronise the repositories: xe pool-sync-updates, then try again.'],
  },
  HOSTS_NOT_HOMOGENEOUS: {
    why: 'The hosts are not equal: {0}.',
    doThis: ['Bring all hosts to one version, one list of hotfixes and one network set-up first.'],
  },
  HOST_EVACUATION_IS_REQUIRED: {
    why: '{0} has to be emptied before this update is applied.',
    doThis: ['Let the plan move its VMs away through CloudStack, then try again.'],
  },
  HOST_PENDING_MANDATORY_GUIDANCES_NOT_EMPTY: {
    why: '{0} has not done what an earlier update asks for.',
    doThis: [
      'Reboot the host, or restart its toolstack, as xe host-param-get param-name=pending-guidances says.',
    ],
  },
  NO_REPOSITORY_ENABLED: {
    why: 'The pool has no repository to take updates from.',
    doThis: ['Set one up: xe pool-set-repositories, then xe pool-sync-updates.'],
  },
  PATCH_PRECHECK_FAILED_VM_RUNNING: {
    why: 'The hotfix is not applied while VMs run on the host.',
    doThis: ['Empty the host through CloudStack first, then apply it.'],
  },
  SYNC_UPDATES_IN_PROGRESS: {
    why: 'The pool is fetching what updates there are from its repositories.',
    doThis: ['Wait until it has ended (xe task-list), some minutes, then try again.'],
  },
  TOO_MANY_PENDING_TASKS: {
    why: 'XAPI has too many unfinished tasks to take another.',
    doThis: ['See them with xe task-list, wait until they are done, then try again.'],
  },
  UNKNOWN_XENAPI_PLUGIN_FUNCTION: {
    why: 'The plugin on the host does not know {0}: it is older than this product expects.',
    doThis: ['Do this step by hand, or apply the hotfixes of that release first.'],
  },
  UPDATEINFO_HASH_MISMATCH: {
    why: 'The updates changed between looking and applying.',
    doThis: ['Synchronise the repositories, make a new plan, and approve what it shows.'],
  },
  UPDATE_PRECHECK_FAILED_GPGKEY_NOT_IMPORTED: {
    why: 'The host does not know the key that {0} is signed with.',
    doThis: ['Import the key of whoever signed it, or take the update from XenServer itself.'],
  },
  WLB_MALFORMED_RESPONSE: {
    why: 'The workload balancing server answers nonsense: {0}.',
    doThis: ['Pause workload balancing (xe pool-param-set wlb-enabled=false) and look at its server.'],
  },
};
