/** What a run meets that has to do with an installer: prepared, at work, or failed. */
import { problem, type Problem } from './problem';
import type { WayOut } from './ways-out';

const offering = (ways: readonly WayOut[], said: Problem): Problem => ({ ...said, ways });

export const withInstaller = {
  licenceUnread: (host: string, target: string, why: string): Problem =>
    problem(
      'LICENCE_UNREAD',
      `${host} cannot read the licence of ${target}: ${why}.`,
      'Nobody can accept a text that nobody has read, and without it this version is not installed.',
      'See that the media hold the file EULA, at their root, and that the server lets the host read it; then press Try again.',
      `Or abort this run and plan the host by hand: xsupgrade plan POOL --automatic URL --by-hand ${host}`,
    ),
  noText: (run: string, question: string | undefined): Problem =>
    problem(
      'NO_TEXT',
      question === undefined
        ? `No question of run ${run} is about a text.`
        : `The question ${question} of run ${run} is about no text.`,
      'Only what is too long for a message is kept as a text, for example a licence.',
      `See what is asked: xsupgrade status ${run}`,
    ),
  installerRefused: (host: string, reason: string, pool: string, url: string): Problem =>
    offering(
      ['look', 'again', 'by-hand', 'take-back'],
      problem(
        'INSTALLER_REFUSED',
        `${host} cannot prepare the installer: ${reason}.`,
        'Its upgrade plugin tests the media before it changes anything; nothing on the host was changed.',
        'Put right what is named, then press Try again.',
        `Or abort this run and plan the host by hand: xsupgrade plan ${pool} --automatic ${url} --by-hand ${host}`,
      ),
    ),
  installerNotPrepared: (host: string, said: string): Problem =>
    offering(
      ['look', 'again', 'by-hand', 'take-back'],
      problem(
        'INSTALLER_NOT_PREPARED',
        `${host} was asked for the installer and carries none: ${said}`,
        'Its upgrade plugin failed on the way; the boot loader names no installer, so the host would boot its own system.',
        `Look at ${host}: df -h / /boot /var; tail /var/log/SMlog /var/log/messages`,
        'Make room, or put right what is named, then press Try again. Or choose: by hand, or take it back.',
      ),
    ),
  installerGone: (host: string): Problem =>
    offering(
      ['look', 'again', 'by-hand', 'take-back'],
      problem(
        'INSTALLER_GONE',
        `${host} would not boot the installer.`,
        'It was prepared, and its boot loader no longer names it: somebody took it back, or the host was rebooted meanwhile.',
        `Look at ${host}: cat /boot/extlinux.conf; cat /boot/grub/grub.cfg /boot/grub/grubenv`,
        'Then choose: try again, by hand, or take it back.',
      ),
    ),
  repartitionRefused: (host: string, why: string): Problem =>
    problem(
      'REPARTITION_REFUSED',
      `The disk of ${host} cannot be partitioned anew: ${why}.`,
      'What is on its local storage would be lost for good, so nobody is asked about it.',
      'Move those disks to shared storage, or delete them; then press Try again.',
      'Or abort this run, and plan again without --repartition: the partitions stay as they are.',
    ),
  wouldRepartition: (host: string, why?: string): Problem =>
    offering(
      ['look', 'again', 'by-hand', 'take-back'],
      problem(
        'WOULD_REPARTITION',
        `The installer would partition the disk of ${host} anew.`,
        why === undefined
          ? 'The mark /var/preserve/safe2upgrade came back after it was removed. Local storage on the system disk would be lost.'
          : `The mark /var/preserve/safe2upgrade is there, and ${why}. Local storage on the system disk would be lost.`,
        `Find out who made it: ls -l /var/preserve on ${host}. Remove it: rm /var/preserve/safe2upgrade`,
        'Then press Look again; it is looked at once more before anything is rebooted.',
      ),
    ),
  installerStands: (host: string, minutes: number, messages: number, master: boolean): Problem =>
    offering(
      ['look', 'recovery'],
      problem(
        'INSTALLER_STANDS',
        `${host} has not come back from its installer for ${minutes} minutes.`,
        `${host} keeps ${messages} messages; each is copied while the installer shows 72 %, from five minutes to over an hour. It may also wait for a key, or have no network.${master ? ' While the master is away nobody can manage the pool; its VMs go on running on the members.' : ''}`,
        `Look at the console of ${host}: ALT+F2 shows a shell, /tmp/install-log the installer's log. At 72 % without an error, wait.`,
        '“Failed to install bootloader”: a small utility partition of the maker is in front; remove it with fdisk and install by hand.',
        'No network on a Dell server: its iDRAC takes the first card; update BIOS and iDRAC.',
        ...(master ? ['Do not promote another master: it would split the pool.'] : []),
        'When it is back, or to go on waiting, press Look again.',
      ),
    ),
  installerFailed: (host: string, version: string, target: string): Problem =>
    offering(
      ['look', 'again', 'by-hand', 'take-back', 'recovery'],
      problem(
        'INSTALLER_FAILED',
        `${host} rebooted and still runs ${version}: its installer did not finish.`,
        `${target} was expected. The old system is up again, as it was; the host stays out of service.`,
        `Look: the console of ${host}, and the installer's log if it left one: ls -lt /var/log/installer`,
        'Then choose: look again, try again, by hand, take it back, or recovery.',
      ),
    ),
  installerBroughtOther: (host: string, version: string, target: string): Problem =>
    offering(
      ['look', 'by-hand', 'recovery'],
      problem(
        'INSTALLER_BROUGHT_OTHER',
        `${host} came back from its installer with ${version}, not ${target}.`,
        'The media at the URL are of another version than the plan goes to. The host stays out of service.',
        `Put media of ${target} there. If ${target} is newer than ${version}, choose by hand.`,
        `If it is older: abort this run, and plan the pool to ${version}; the hosts that are left follow.`,
      ),
    ),
  /** `owed`: ids of what is still to be given back, the stopped VMs among them. */
  installerTakenBack: (
    host: string,
    version: string,
    pool: string,
    owed: readonly string[],
    stopped: readonly string[],
  ): Problem =>
    problem(
      'INSTALLER_TAKEN_BACK',
      `${host} is in service again on ${version}; it was not upgraded.${stopped.length > 0 ? ` Still stopped: ${stopped.join(', ')}.` : ''}`,
      `The installer was taken back, as a person chose. No later host is begun.${stopped.length > 0 ? ` In a mixed pool a VM starts only on a host of the newest version that has its disks.` : ''}`,
      `Abort this run; then plan again, with --automatic or by hand: xsupgrade plan ${pool}`,
      ...(owed.length > 0
        ? [
            `Still owed: ${owed.join(', ')}. The next plan gives it back; or one by one, after the abort: xsupgrade obligations ${pool} --give-back WHICH`,
          ]
        : []),
    ),
  bootsInstaller: (host: string, what: string, pool: string): Problem =>
    problem(
      'BOOTS_INSTALLER',
      `${host} would not only reboot: ${what}.`,
      'Somebody, or a run that was aborted, prepared an upgrade of this host. It was not rebooted.',
      `Where an earlier run still owes it: abort this run, then say: xsupgrade obligations ${pool} --give-back installer-prepared:${host}`,
      `Or by hand, up to 6.5: sed -i 's/^default .*/default xe/' /boot/extlinux.conf on ${host}`,
      'From 7.0 on: grub-editenv /boot/grub/grubenv unset override_entry, and “set default=0” in /boot/grub/grub.cfg; with UEFI both files are in /boot/efi/EFI/xenserver.',
      'The mark for new partitions: rm /var/preserve/safe2upgrade. Then press Try again.',
    ),
} as const;
