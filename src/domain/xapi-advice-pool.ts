/** Why XAPI would not act on the pool, log in or take a call, and what a person can do (xapi §2.1, §3.2, §4.2, §11). */
import type { Advice } from './xapi-advice-words';

const ourMistake: Advice = {
  why: 'The call does not fit this release of XAPI: that is a mistake of this program.',
  doThis: ['Report it with the code and the versions of the pool; nothing was changed by the call.'],
};

export const POOL_ADVICE: Readonly<Record<string, Advice>> = {
  NOT_SUPPORTED_DURING_UPGRADE: {
    why: 'While the hosts run different versions this is not allowed: VMs only go to the same or a newer version.',
    doThis: ['Choose an upgraded destination, or wait until all hosts are upgraded.'],
  },
  HA_IS_ENABLED: { why: 'High availability is on.', doThis: ['Switch it off first: xe pool-ha-disable'] },
  HA_NOT_ENABLED: {
    why: 'High availability is off already.',
    doThis: ['Nothing: try again, it will be seen.'],
  },
  HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN: {
    why: 'High availability could then no longer restart its VMs.',
    doThis: ['Switch high availability off first: xe pool-ha-disable'],
  },
  HA_NO_PLAN: {
    why: 'There is no failover plan for this number of failures.',
    doThis: ['Tolerate fewer failures.'],
  },
  HA_TOO_FEW_HOSTS: { why: 'The pool has too few hosts for high availability.', doThis: ['Leave it off.'] },
  HA_HEARTBEAT_DAEMON_STARTUP_FAILED: {
    why: 'The heartbeat daemon did not start on a host.',
    doThis: ['Look at /var/log/xha.log on the hosts, then switch high availability on by hand.'],
  },
  HA_FAILED_TO_FORM_LIVESET: {
    why: 'The hosts did not find each other over network and state file.',
    doThis: ['Check the management network and the heartbeat storage on all hosts, then try again.'],
  },
  HA_LOST_STATEFILE: {
    why: 'The host lost the state file.',
    doThis: ['Repair the heartbeat storage first.'],
  },
  HA_ABORT_NEW_MASTER: {
    why: 'A host refused the new master: {0}.',
    doThis: ['Do not move the master role in an upgrade.'],
  },
  CANNOT_CREATE_STATE_FILE: {
    why: 'The heartbeat storage is not plugged on every host, or is full.',
    doThis: ['Plug it everywhere: xe pbd-plug uuid=PBD. Then try again.'],
  },
  OTHER_OPERATION_IN_PROGRESS: {
    why: 'Another operation works on {1}.',
    doThis: ['Wait until it has ended (xe task-list), then try again.'],
  },
  OPERATION_NOT_ALLOWED: {
    why: 'XAPI does not allow it now: {0}.',
    doThis: ['Look at the object, then try again.'],
  },
  LICENCE_RESTRICTION: {
    why: 'The licence does not include {0}.',
    doThis: ['Check the licence of every host: xe host-license-view'],
  },
  SESSION_AUTHENTICATION_FAILED: {
    why: 'User name or password is wrong (or the host’s login service is down).',
    doThis: ['Check the XAPI user and password of this pool in the environment.'],
  },
  SESSION_AUTHORIZATION_FAILED: {
    why: 'The user may not log in.',
    doThis: ['Give the user a role in the pool.'],
  },
  SESSION_INVALID: { why: 'The session is gone: the toolstack was restarted.', doThis: ['Try again.'] },
  RBAC_PERMISSION_DENIED: {
    why: 'The user has no permission for {0}.',
    doThis: ['Give the user the role pool-operator (pool-admin for dumps).'],
  },
  HANDLE_INVALID: { why: 'What was meant ({0}) is no longer there.', doThis: ['Make a new plan.'] },
  UUID_INVALID: { why: 'There is no {0} with the uuid {1} in the pool.', doThis: ['Make a new plan.'] },
  INTERNAL_ERROR: {
    why: 'Something failed inside XAPI; what it has done is not known: {0}.',
    doThis: ['Look at /var/log/xensource.log on the pool master before anything is repeated.'],
  },
  MESSAGE_METHOD_UNKNOWN: ourMistake,
  MESSAGE_REMOVED: ourMistake,
  MESSAGE_DEPRECATED: ourMistake,
  MESSAGE_PARAMETER_COUNT_MISMATCH: ourMistake,
  FIELD_TYPE_ERROR: ourMistake,
  INVALID_VALUE: ourMistake,
  MAP_DUPLICATE_KEY: { why: 'The key {3} is there already.', doThis: ['Look who wrote it, then try again.'] },
  POOL_SECRET_ROTATION_PENDING: {
    why: 'The pool secret is being changed.',
    doThis: ['Wait until that has ended.'],
  },
  WLB_NOT_INITIALIZED: {
    why: 'Workload balancing is not configured.',
    doThis: ['Nothing: there is nothing to pause.'],
  },
  WLB_AUTHENTICATION_FAILED: {
    why: 'The workload balancing server refused the password.',
    doThis: ['Correct it in the pool’s WLB settings.'],
  },
};
