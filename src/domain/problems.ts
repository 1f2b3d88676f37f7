/** Every problem: code, what, why, do this. docs/problems.md says the same; a test compares both ways. */
import type { Problem } from './problem';

const problem = (code: string, what: string, why: string, ...doThis: readonly string[]): Problem => ({ code, what, why, doThis });

export const problems = {
  sameVersion: (host: string, version: string, target: string): Problem =>
    problem(
      'SAME_VERSION',
      `${host} rebooted but still runs ${version}.`,
      `The installer did not run, or was left before it finished: ${target} was expected after the reboot.`,
      `Look at the console of ${host} and at /tmp/install-log.`,
      `Boot the ${target} installer again and choose upgrade.`,
      'Then press Try again, or run: xsupgrade advance RUN',
    ),
  masterNotBack: (host: string, minutes: number): Problem =>
    problem(
      'MASTER_NOT_BACK',
      `The master ${host} has not come back for ${minutes} minutes.`,
      'While the master is away nobody can manage the pool; its VMs go on running on the members.',
      `Look at the console of ${host}: installer, network, boot order.`,
      'Do not promote another master: it would split the pool.',
      'When it is back, press Try again, or run: xsupgrade advance RUN',
    ),
} as const;
