/** What a run meets on its way: each holds a lane until a person has looked. */
import { problem, type Problem } from './problem';

export const met = {
  tooLong: (title: string, state: string): Problem =>
    problem(
      'TOO_LONG',
      `“${title}” has taken longer than its limit.`,
      `What is seen now: ${state}.`,
      'Look at the pool and at CloudStack; then press Try again to go on waiting.',
    ),
  unknownBefore: (what: string, why: string): Problem =>
    problem(
      'UNKNOWN_BEFORE',
      `${what} cannot be given back as it was.`,
      `${why}.`,
      'Write the setting down, change it by hand, and plan again.',
    ),
  settingChangedSince: (name: string, now: string, was: string): Problem =>
    problem(
      'SETTING_CHANGED_SINCE',
      `${name} of CloudStack is ${now}, which this run did not set.`,
      `It was ${was} before; somebody has changed it meanwhile, and may have had a reason.`,
      `Ask who did. To have it as before: cmk update configuration name=${name} value='${was}', then press Try again.`,
      'To leave it as it is, take it over with a reason, then press Try again.',
    ),
  servicesNotStopped: (why: string): Problem =>
    problem(
      'SERVICES_NOT_STOPPED',
      'The CloudStack services have not been stopped.',
      `${why}.`,
      'Let the work in flight end, or end it in CloudStack; then press Try again.',
    ),
  notReady: (what: string): Problem =>
    problem(
      'CLOUDSTACK_NOT_READY',
      'CloudStack is not ready again.',
      `Still missing: ${what}.`,
      'Look at management-server.log on the first management server.',
      'When CloudStack is well, press Try again.',
    ),
  backupFailed: (found: readonly string[]): Problem =>
    problem(
      'BACKUP_FAILED',
      'The database backup does not hold.',
      found.join(' ') || 'The dump did not end well.',
      'Repair what is named; a new dump with a new name is taken when you press Try again.',
      'The services stay stopped until then. To give up, abort the run: the thread says how to start them again.',
    ),
  cdStays: (vms: string): Problem =>
    problem(
      'CD_STAYS',
      `A CD cannot be ejected from ${vms}.`,
      'The guest may have it mounted or the tray locked.',
      'Unmount it in the guest, then press Try again.',
    ),
  dumpInMixedPool: (pool: string): Problem =>
    problem(
      'DUMP_IN_MIXED_POOL',
      `${pool} is in a rolling upgrade: a dump taken now is an empty stub.`,
      'XAPI hands out a stub while versions differ.',
      'Use the dump from before the upgrade; abort this run and plan again.',
    ),
  dumpBad: (pool: string, why: string): Problem =>
    problem(
      'DUMP_BAD',
      `The dump of ${pool}'s database is not usable.`,
      `${why}.`,
      'Press Try again to take a new one.',
    ),
  blockedNow: (host: string, blocks: readonly string[], advice: readonly string[]): Problem =>
    problem(
      'BLOCKED_NOW',
      `${host} is not begun: ${blocks.length === 1 ? 'one thing blocks' : `${blocks.length} things block`}.`,
      blocks.join(' '),
      ...advice,
      'Then press Try again.',
    ),
  upgradedByOthers: (host: string, from: string, now: string, request: string): Problem =>
    problem(
      'UPGRADED_BY_OTHERS',
      `${host} ran ${from} when this was planned and runs ${now} now.`,
      'Somebody else has upgraded it since; what the plan has for it is not true any more. Nothing of it was touched.',
      'Find out who did it, and that they have finished.',
      `Abort this run; it says what is owed. Then make a new plan: xsupgrade plan ${request}`,
    ),
  hostInWrongState: (host: string, state: string, expected: string): Problem =>
    problem(
      'HOST_IN_WRONG_STATE',
      `CloudStack has ${host} as ${state}; ${expected} was expected.`,
      'Somebody or something else changed it.',
      `Find out who; bring ${host} to ${expected} in CloudStack; then press Try again.`,
    ),
  maintenanceFailed: (host: string, state: string, left: readonly string[]): Problem =>
    problem(
      'MAINTENANCE_FAILED',
      `CloudStack gave up putting ${host} into maintenance (${state}).`,
      left.length > 0
        ? `Still on it: ${left.join(', ')}.`
        : 'CloudStack does not say which VM it could not move.',
      `Cancel maintenance of ${host} in CloudStack, move what is left by hand, then press Try again.`,
    ),
  maintenanceRefused: (host: string, text: string): Problem =>
    problem(
      'MAINTENANCE_REFUSED',
      `CloudStack refused to put ${host} into maintenance.`,
      `It says: ${text}`,
      'Remove the cause; then press Try again: a fresh look is taken and you are asked once more.',
    ),
  evacuationStalled: (host: string, left: readonly string[], state: string): Problem =>
    problem(
      'EVACUATION_STALLED',
      `${host} does not get empty (${state}).`,
      left.length > 0
        ? `Still on it: ${left.join(', ')}.`
        : 'It is empty, but CloudStack does not show it in Maintenance.',
      'Look at the VMs named and at the jobs in CloudStack.',
      'Press Try again to go on waiting.',
    ),
  notEmpty: (host: string, left: readonly string[]): Problem =>
    problem(
      'HOST_NOT_EMPTY',
      `${host} is not empty: ${left.join(', ')}.`,
      'A VM came to it after it was drained. Maintenance would let CloudStack move it, whatever the versions.',
      'Migrate it in CloudStack to a host of the same or a newer version, then press Try again.',
    ),
  noOtherHost: (host: string): Problem =>
    problem(
      'NO_OTHER_HOST',
      `No other host of the cluster is Up and Enabled; ${host} cannot go into maintenance.`,
      'CloudStack force-stops the VMs of the last host.',
      'Bring another host Up and Enabled in CloudStack, then press Try again.',
    ),
  masterMoved: (host: string, has: 'lost it' | 'got it' = 'lost it'): Problem =>
    problem(
      'MASTER_MOVED',
      has === 'lost it' ? `${host} is no longer the pool master.` : `${host} has become the pool master.`,
      'The role moved during the upgrade: a mixed pool with another master may split.',
      'Do not reboot anything. Find out who moved it: xe pool-list params=master on each host.',
      'When the master is the planned one again, press Try again.',
    ),
  notSafe: (host: string, why: string): Problem =>
    problem(
      'NOT_SAFE',
      `${host} must not be touched now: ${why}.`,
      'It was safe before; something has changed it.',
      'Do not boot the host. Undo the change named, then press Try again.',
    ),
  hostNotBack: (host: string, minutes: number): Problem =>
    problem(
      'HOST_NOT_BACK',
      `${host} has not come back for ${minutes} minutes.`,
      'The installer may be waiting for somebody, or the host has no network.',
      `Look at the console of ${host}; ALT+F2 shows a shell, /tmp/install-log the installer's log.`,
      'When it is back, press Try again.',
    ),
  rebootNotBack: (host: string, minutes: number, master: boolean): Problem =>
    problem(
      'REBOOT_NOT_BACK',
      `${master ? 'The master ' : ''}${host} has not come back from its reboot for ${minutes} minutes.`,
      'It may hang while it shuts down, tests itself or boots, or have no network.',
      `Look at the console of ${host} before anybody resets it.`,
      ...(master ? ['Do not promote another master: it would split the pool.'] : []),
      'When it is back, press Try again. It is not rebooted a second time before somebody says so.',
    ),
  versionChanged: (host: string, version: string, before: string): Problem =>
    problem(
      'VERSION_CHANGED',
      `${host} came back on ${version}; it ran ${before} before its reboot.`,
      'Somebody has installed or prepared another version on it, which this run knows nothing of.',
      `Find out who upgraded ${host}. Then abort and plan the upgrade of the other hosts.`,
    ),
  otherVersion: (host: string, version: string, target: string): Problem =>
    problem(
      'OTHER_VERSION',
      `${host} runs ${version}, not ${target}.`,
      'Another ISO than the planned one was booted.',
      `Install ${target} on it, then press Try again; or abort and plan for ${version}.`,
    ),
  notPinned: (host: string): Problem =>
    problem(
      'NOT_PINNED',
      `No certificate of ${host} is pinned.`,
      'pools.yaml names no fingerprint for it.',
      'Put its fingerprint into pools.yaml, then press Try again.',
    ),
  membersNotBack: (hosts: readonly string[]): Problem =>
    problem(
      'MEMBERS_NOT_BACK',
      `Not live since the master came back: ${hosts.join(', ')}.`,
      'A member may be in emergency mode, looking for its old master.',
      'On the master: xe pool-recover-slaves',
      'When all are live, press Try again.',
    ),
  storageGone: (host: string, srs: readonly string[]): Problem =>
    problem(
      'STORAGE_GONE',
      `${host} no longer has ${srs.join(', ')}.`,
      'The PBD that was there before is gone: the disk may have been partitioned anew.',
      'Look at xe pbd-list and at the disks before anything else; nothing was changed since the boot.',
    ),
  inventoryLost: (host: string, losses: readonly string[], doThis: readonly string[]): Problem =>
    problem(
      'INVENTORY_LOST',
      `${host} does not have what was recorded before the first host: ${losses.join(' ').replace(/\.?$/, '.')}`,
      'An installer, or somebody meanwhile, has changed it; VMs that come to it may miss a network or a disk.',
      ...doThis,
      'The inventory in this thread shows all of it as it was. The line ends by itself when that is so again.',
      'Or an approver accepts the loss in the thread, with a reason.',
    ),
  notAttached: (host: string, what: readonly string[]): Problem =>
    problem(
      'NOT_ATTACHED',
      `Not attached on ${host} as before${what.length > 0 ? `: ${what.join(', ')}` : ''}.`,
      'A cable, a VLAN, a target or a name of an interface may have changed.',
      'Repair it; then press Try again.',
    ),
  notUp: (host: string, state: string): Problem =>
    problem(
      'HOST_NOT_UP',
      `CloudStack still has ${host} as ${state}.`,
      'It reconnects by a scan every 90 s; an unknown version, a wrong password or SSH that refuses keeps it away.',
      'Look for the host in management-server.log; then press Try again.',
    ),
  agentMissing: (host: string, missing: readonly string[]): Problem =>
    problem(
      'AGENT_MISSING',
      `CloudStack's agent is not whole on ${host}: ${missing.join(', ')}.`,
      'Without scripts its VMs cannot be started; without heartbeat it is later taken for dead.',
      `In CloudStack: force a reconnect of ${host}; then press Try again.`,
    ),
  moveFailed: (vm: string, host: string, why: string): Problem =>
    problem(
      'MOVE_FAILED',
      `${vm} cannot be moved away from ${host}.`,
      `CloudStack says: ${why}`,
      `Move or stop ${vm} yourself in CloudStack, then press Try again.`,
    ),
  unknownVm: (vm: string, host: string): Problem =>
    problem(
      'UNKNOWN_VM',
      `${vm} runs on ${host} and CloudStack does not know it.`,
      'It came after the plan, so nobody has agreed to move or stop it.',
      `Move it with xe vm-migrate vm=${vm} live=true, or stop it; then press Try again.`,
    ),
  vmStays: (vms: string): Problem =>
    problem(
      'VM_STAYS',
      `${vms} does not stop.`,
      'The guest may not listen to a clean shutdown.',
      'Stop it in CloudStack, forced if you must; then press Try again.',
    ),
  vmsHeld: (vms: readonly string[]): Problem =>
    problem(
      'VMS_HELD',
      `Stopped by this run and not running again: ${vms.join(', ')}.`,
      'Each start was refused, or no host fits.',
      'Start them in CloudStack, then press Try again.',
    ),
  smokeTestFailed: (host: string, vm: string, why: string): Problem =>
    problem(
      'SMOKE_TEST_FAILED',
      `${vm} does not run on ${host}.`,
      why,
      `Look at ${host} before the next one is begun; then press Try again.`,
    ),
  stillMixed: (pool: string, others: readonly string[]): Problem =>
    problem(
      'STILL_MIXED',
      `${pool} is not on one version.`,
      `${others.join('; ')}.`,
      'Plan again: the hosts that are left get a section each.',
    ),
  testVmFailed: (why: string): Problem =>
    problem(
      'TEST_VM_FAILED',
      'The test VM does not run.',
      `CloudStack says: ${why}`,
      'Look at the template, the offering and the capacity; then press Try again.',
    ),
  stillOwed: (pool: string, owed: readonly string[]): Problem =>
    problem(
      'STILL_OWED',
      `${pool} is still owed: ${owed.join(', ')}.`,
      'Something that was changed has not been seen as it was before.',
      `Give it back, or take it over with a reason: xsupgrade obligations ${pool}`,
      'Then press Try again.',
    ),
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
  dom0Refused: (host: string, doing: string, said: string): Problem =>
    problem(
      'DOM0_REFUSED',
      `dom0 of ${host} refused to ${doing}.`,
      said === '' ? 'It gave no reason.' : `It says: ${said}`,
      `Log in to ${host} and look: df -h /boot; mount`,
      'Then press Try again.',
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
