/** Every problem: code, what, why, do this. docs/problems.md says the same; a test compares both ways. */
import type { Problem } from './problem';

const problem = (code: string, what: string, why: string, ...doThis: readonly string[]): Problem => ({ code, what, why, doThis });

export const problems = {
  runUnknown: (run: string): Problem =>
    problem('RUN_UNKNOWN', `There is no run ${run}.`, 'The journal has no such run.', 'List pools and their runs: xsupgrade pools'),
  newerVersion: (title: string): Problem =>
    problem(
      'NEWER_VERSION',
      `This version of xsupgrade does not know the line “${title}”.`,
      'The plan was made by a newer version, or by one that had this step.',
      'Install the version that made the plan, then press Try again.',
    ),
  declined: (by: string, reason?: string): Problem =>
    problem(
      'DECLINED',
      `${by} declined.`,
      reason ? `Reason given: ${reason}` : 'No reason was given.',
      'Talk to them; press Try again to be asked anew, or abort the run.',
    ),
  noEffect: (what: string, tries: number): Problem =>
    problem(
      'NO_EFFECT',
      `“${what}” was asked for ${tries === 1 ? 'once' : `${tries} times`} and has had no effect that can be seen.`,
      'The request may have been lost, or it is still on its way.',
      'Look at the host or VM itself; wait until it surely does nothing by itself.',
      'Then press Try again: a fresh look is taken first.',
    ),
  wrongKey: (source: string, kind: 'tls' | 'ssh', pinned: string, seen: string): Problem =>
    problem(
      'WRONG_KEY',
      `${source} shows another ${kind === 'tls' ? 'TLS certificate' : 'SSH host key'} than the pinned one.`,
      `Pinned ${pinned}, seen ${seen}. Nothing was sent to it.`,
      kind === 'tls'
        ? 'On its console: openssl x509 -in /etc/xensource/xapi-ssl.pem -noout -fingerprint -sha256'
        : 'On its console: ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub',
      'If the new one is right, put it into pools.yaml; if not, find out who answers at that address.',
    ),
  cannotSee: (source: string, why: string): Problem =>
    problem(
      'CANNOT_SEE',
      `${source} cannot be read.`,
      `${why}. What cannot be seen is not safe, so nothing more is done in this lane.`,
      'Look at the network and at the service itself; then press Try again.',
    ),
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
  unknownCommand: (word: string, known: readonly string[]): Problem =>
    problem(
      'UNKNOWN_COMMAND',
      `There is no command ${word}.`,
      `The commands are: ${known.join(', ')}.`,
      'Say help to read what each of them does.',
    ),
  usage: (command: string, what: string, usage: readonly string[]): Problem =>
    problem('USAGE', `${command}: ${what}`, 'The command was not carried out.', ...usage.map((line) => `Say: ${line}`)),
  poolUnread: (pool: string, why: string): Problem =>
    problem(
      'POOL_UNREAD',
      `${pool} could not be read, so there is nothing to plan with.`,
      why,
      `Check in pools.yaml the addresses and pins of ${pool}, and its user and password in the environment.`,
      'Then ask for the plan again.',
    ),
  noTarget: (pool: string): Problem =>
    problem(
      'NO_TARGET',
      `No version was named for ${pool}, and pools.yaml has no target for it.`,
      'A plan is made for one exact version.',
      `Say: plan ${pool} --to VERSION`,
      `Or set target: under ${pool} in pools.yaml.`,
    ),
  asOnlySimulated: (user: string): Problem =>
    problem(
      'AS_ONLY_SIMULATED',
      `--as ${user} is refused.`,
      'Acting as somebody else is possible only with the simulator’s configuration.',
      'Leave --as out: the person is the operating-system user, mapped under people: in pools.yaml.',
    ),
  unknownPerson: (user: string, known: readonly string[]): Problem =>
    problem(
      'UNKNOWN_PERSON',
      `There is nobody called ${user}.`,
      known.length > 0 ? `The people are: ${known.join(', ')}.` : 'pools.yaml names no people.',
      'Name one of them with --as.',
    ),
} as const;
