/** What stands in the way of hotfixes and updates before any host is touched. */
import { shownFile } from './patching';
import { problem, type Problem } from './problem';

export const withPatches = {
  patchingUnknown: (pool: string, release: string): Problem =>
    problem(
      'PATCHING_UNKNOWN',
      `How the hosts of ${pool} take hotfixes is not known: the master runs ${release}.`,
      'Each family of releases has a mechanism of its own, and none is tried by guessing.',
      'Apply the hotfixes by hand as the release notes of this version say.',
    ),
  patchingNoSync: (pool: string): Problem =>
    problem(
      'PATCHING_NO_SYNC',
      `${pool} takes no updates from repositories that could be synchronised.`,
      'Its release takes single hotfixes, which are uploaded.',
      `Plan with the names of hotfixes: xsupgrade plan ${pool} --hotfixes all`,
    ),
  patchingNoUpload: (pool: string, name: string): Problem =>
    problem(
      'PATCHING_NO_UPLOAD',
      `${name} cannot be put on ${pool}: its hosts take updates from repositories.`,
      'Since XenServer 8 and XCP-ng nothing is uploaded; what a host lacks is what its repositories have.',
      `Plan with everything that is there: xsupgrade plan ${pool} --updates latest`,
    ),
  updatesNotNamed: (pool: string): Problem =>
    problem(
      'UPDATES_NOT_NAMED',
      `The updates of ${pool} were to be applied without saying which.`,
      'XAPI takes them by the hash of a set; only the set that people have agreed to is applied. Nothing was begun.',
      `See whether the repositories of ${pool} are synchronised: xe pool-param-get uuid=POOL param-name=last-update-sync`,
      'Then press Try again.',
    ),
  updaterBusy: (host: string, operation: string): Problem =>
    problem(
      'UPDATER_BUSY',
      `${host} does not take updates now: ${operation} is under way.`,
      'Its updater does one thing at a time; somebody else, or an earlier try, is at it. Nothing was begun.',
      `Wait until it has ended; on ${host}: ps aux | grep yum`,
      'Then press Try again.',
    ),
  updaterFailed: (host: string, said: string): Problem =>
    problem(
      'UPDATER_FAILED',
      `The updates of ${host} failed: ${said}.`,
      'yum installs package by package; some may be there and some not. The host stays out of service.',
      `Look at /var/log/yum.log on ${host}; is its mirror reachable, is its disk full?`,
      'Then press Try again: what is there already is not installed twice.',
    ),
  hotfixFileGone: (name: string, file: string, why: string): Problem =>
    problem(
      'HOTFIX_FILE_GONE',
      `The file of ${name} cannot be read: ${shownFile(file)}.`,
      `${why}. Nothing of it is on the pool.`,
      'Put the file where the catalogue says, readable for the worker, or correct the catalogue; then press Try again.',
    ),
  hotfixFileWrong: (name: string, file: string, what: string): Problem =>
    problem(
      'HOTFIX_FILE_WRONG',
      `The file of ${name} is not the one in the catalogue: ${what}.`,
      'It was compared while it was sent, and its end was never sent: the pool has not taken it.',
      `Fetch it again and compare: sha256sum ${shownFile(file)}`,
      'If the catalogue is wrong, correct it and plan again.',
    ),
  hotfixNoRoom: (name: string, mebibytes: number): Problem =>
    problem(
      'HOTFIX_NO_ROOM',
      `No storage of the pool has ${mebibytes} MiB free for ${name}.`,
      'It is put on a shared or local SR that is plugged on the master; ISO libraries and removable media do not count.',
      'Free space on an SR: xe sr-list params=name-label,physical-size,physical-utilisation',
      'Then press Try again.',
    ),
} as const;
