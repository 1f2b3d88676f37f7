/** Why XAPI would not take, apply or throw away a hotfix, and what a person can do (xapi §8; xc §1.7, §3). */
import type { Advice } from './xapi-advice-words';

const THERE: readonly string[] = ['Nothing has to be done for this host; go on with the next one.'];
const OTHER_VERSION: readonly string[] = [
  'Take it out of the plan, or correct the versions in the catalogue: it is not for this release.',
];
const ROOM: readonly string[] = [
  'Free space on the host: old files in /var/patch and /var/log, and hotfixes that are applied everywhere (xe patch-pool-clean).',
  'Then press Try again.',
];
const DAMAGED: readonly string[] = [
  'Fetch the file again, compare its checksum with the one its maker publishes, and correct the catalogue.',
];
const GONE: readonly string[] = ['Upload it again: the line that stages hotfixes does it on Try again.'];
const READ_LOG: readonly string[] = [
  'Read what its script said: /var/patch/applied and /var/log/xensource.log on the host.',
  'Put right what it names, then press Try again; or leave it out and plan again. The host stays empty and out of service until then.',
];
const IS_APPLIED: readonly string[] = ['Leave it as it is: only its file is thrown away.'];

export const HOTFIX_ADVICE: Readonly<Record<string, Advice>> = {
  APPLY_LIVEPATCH_FAILED: {
    why: 'The packages are installed, but the running system could not be patched live.',
    doThis: ['Reboot the host in its turn: what is pending on it says so.'],
  },
  CANNOT_FETCH_PATCH: {
    why: 'The host could not fetch the file of hotfix {0} from the pool master.',
    doThis: [
      'Is the management network up, and the file still on the master? Upload it again, then try again.',
    ],
  },
  CANNOT_FIND_PATCH: { why: 'The pool has no such hotfix: {0}.', doThis: GONE },
  CANNOT_FIND_UPDATE: { why: 'The pool has no such update ready to be applied: {0}.', doThis: GONE },
  CONFIGURE_REPOSITORIES_IN_PROGRESS: {
    why: 'Somebody is changing the repositories of the pool.',
    doThis: ['Wait until it has ended (xe task-list), then make a new plan.'],
  },
  GET_HOST_UPDATES_FAILED: {
    why: 'XAPI could not find out which updates {0} lacks.',
    doThis: ['Synchronise the repositories: xe pool-sync-updates, then try again.'],
  },
  INVALID_PATCH: {
    why: 'The file is no hotfix, is damaged, or is not signed by its maker.',
    doThis: DAMAGED,
  },
  INVALID_PATCH_WITH_LOG: { why: 'The file is no hotfix that this release takes: {0}.', doThis: DAMAGED },
  INVALID_UPDATE: { why: 'The file is no update that this release takes: {0}.', doThis: DAMAGED },
  OUT_OF_SPACE: { why: 'There is no room left in {0} on the host.', doThis: ROOM },
  PATCH_ALREADY_APPLIED: { why: 'The host has {0} already.', doThis: THERE },
  PATCH_ALREADY_EXISTS: { why: 'The pool has the file of this hotfix already: {0}.', doThis: THERE },
  PATCH_APPLY_FAILED: { why: 'The hotfix began and failed: {0}.', doThis: READ_LOG },
  PATCH_APPLY_FAILED_BACKUP_FILES_EXIST: {
    why: 'An earlier try of this hotfix failed and left its copies of the old files.',
    doThis: [
      'Look at them before anything else: ls /var/patch on the host. Its maker says how the old files are put back.',
      'Then press Try again.',
    ],
  },
  PATCH_IS_APPLIED: { why: '{0} is applied on a host and stays in the pool’s list.', doThis: IS_APPLIED },
  PATCH_PRECHECK_FAILED_OUT_OF_SPACE: {
    why: '{0} needs {2} bytes on the host; {1} are free.',
    doThis: ROOM,
  },
  PATCH_PRECHECK_FAILED_PREREQUISITE_MISSING: {
    why: '{0} needs other hotfixes first: {1}.',
    doThis: ['Add them to the catalogue, with “requires”, and plan again: the order follows from it.'],
  },
  PATCH_PRECHECK_FAILED_UNKNOWN_ERROR: {
    why: 'The script of {0} refused this host: {1}.',
    doThis: READ_LOG,
  },
  PATCH_PRECHECK_FAILED_WRONG_SERVER_BUILD: {
    why: '{0} is for build {2}; the host has {1}.',
    doThis: OTHER_VERSION,
  },
  PATCH_PRECHECK_FAILED_WRONG_SERVER_VERSION: {
    why: '{0} is for {2}; the host runs {1}.',
    doThis: OTHER_VERSION,
  },
  REPOSITORY_ALREADY_EXISTS: {
    why: 'The pool has this repository already: {0}.',
    doThis: ['Use the one that is there: xe repository-list'],
  },
  REPOSITORY_CLEANUP_FAILED: {
    why: 'Old metadata of a repository could not be removed from the pool master.',
    doThis: ['Free space on the master and look at /var/log/xensource.log, then try again.'],
  },
  REPOSYNC_FAILED: {
    why: 'The pool master could not fetch the metadata of its repositories.',
    doThis: [
      'Can the master reach their server, by name and through its proxy? xe repository-list params=binary-url',
      'Then press Try again.',
    ],
  },
  UPDATES_REQUIRE_RECOMMENDED_GUIDANCE: {
    why: 'What earlier updates ask for has to be done first: {0}.',
    doThis: ['Reboot the host, or restart its toolstack, in its turn; then apply the updates.'],
  },
  UPDATE_ALREADY_APPLIED: { why: 'The host has {0} already.', doThis: THERE },
  UPDATE_ALREADY_APPLIED_IN_POOL: { why: 'Every host of the pool has {0} already.', doThis: THERE },
  UPDATE_ALREADY_EXISTS: { why: 'The pool has this update already: {0}.', doThis: THERE },
  UPDATE_APPLY_FAILED: { why: 'The update began and failed: {0}.', doThis: READ_LOG },
  UPDATE_IS_APPLIED: { why: '{0} is applied on a host and stays in the pool’s list.', doThis: IS_APPLIED },
  UPDATE_POOL_APPLY_FAILED: {
    why: 'Somebody applied an update to the whole pool at once, and these hosts have not taken it: {0}.',
    doThis: ['Make a new plan: it sees which hosts lack it and takes them one by one.'],
  },
  UPDATE_PRECHECK_FAILED_CONFLICT_PRESENT: {
    why: '{0} cannot be on a host that has {1}.',
    doThis: ['Decide which of the two it is to be, write the conflict into the catalogue, and plan again.'],
  },
  UPDATE_PRECHECK_FAILED_OUT_OF_SPACE: {
    why: '{0} needs {2} bytes on the host; {1} are free.',
    doThis: ROOM,
  },
  UPDATE_PRECHECK_FAILED_PREREQUISITE_MISSING: {
    why: '{0} needs another update first: {1}.',
    doThis: ['Add it to the catalogue, with “requires”, and plan again: the order follows from it.'],
  },
  UPDATE_PRECHECK_FAILED_UNKNOWN_ERROR: {
    why: '{0} refused this host: {1}.',
    doThis: READ_LOG,
  },
  UPDATE_PRECHECK_FAILED_WRONG_SERVER_VERSION: {
    why: '{0} is for {2}; the host runs {1}.',
    doThis: OTHER_VERSION,
  },
};
