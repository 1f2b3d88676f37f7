/** What the approver of a run must know, one sentence each: the outage of CloudStack among them. */
import { withOwner } from '../domain/owner-words';
import { isMaster, type HostSnapshot, type Snapshot } from '../domain/pool';
import type { ProcedureInput } from './procedure';
import { remedyLines } from './remedies';

export function runFacts(input: ProcedureInput, hosts: readonly HostSnapshot[]): readonly string[] {
  const { snapshot: pool, target, verifiedBackup } = input;
  return [
    inThisOrder(pool, hosts),
    verifiedBackup
      ? `The verified backup ${verifiedBackup} from before the first host counts; CloudStack is not stopped again.`
      : `CloudStack is down for everybody while its databases are backed up: management and usage on ${input.managementServers.join(', ') || 'every management server'}. VMs go on running.`,
    `From the first host on ${target} to the last, no new VM can be started on a host that is not yet upgraded.`,
    MASTER_AWAY,
    ...newPartitions(input),
    ...changesBefore(input),
    ...stopsIn(input),
  ];
}

/** The same for a run that leaves every version alone: CloudStack is not stopped, and new VMs start on any other host. */
export function rebootFacts(input: ProcedureInput, hosts: readonly HostSnapshot[]): readonly string[] {
  const [order, ...rest] = aroundHosts(input, hosts);
  return [
    order!,
    'Each host is emptied, rebooted once and put back in service before the next begins.',
    ...rest,
  ];
}

/** What is true of every run that takes hosts out of service. */
export function aroundHosts(input: ProcedureInput, hosts: readonly HostSnapshot[]): readonly string[] {
  const { snapshot: pool } = input;
  return [
    inThisOrder(pool, hosts),
    ...(input.has.dom0 ? [] : [BOOTS_UNSEEN]),
    ...(hosts.some((host) => isMaster(pool, host)) ? [MASTER_AWAY] : []),
    ...changesBefore(input),
    ...stopsIn(input),
  ];
}

const BOOTS_UNSEEN =
  'SSH is not configured for every host: where it is not, nobody sees what it boots next, and an installer that somebody has prepared there would begin.';

const MASTER_AWAY = 'While the master is away, CloudStack can do nothing in this cluster: it is Unmanaged.';

function inThisOrder(pool: Snapshot, hosts: readonly HostSnapshot[]): string {
  const running = pool.vms.filter((vm) => vm.power === 'Running');
  const order = hosts.map((host) => host.name).join(', ');
  return `${hosts.length} of ${pool.hosts.length} hosts, in this order: ${order}. ${running.length} VMs run in the pool.`;
}

const newPartitions = ({ automatic }: ProcedureInput): readonly string[] =>
  automatic?.repartition
    ? [
        `The disks of ${automatic.repartition.join(', ')} may be partitioned anew, each after a question of its own; local storage there is lost.`,
      ]
    : [];

const changesBefore = (input: ProcedureInput): readonly string[] => [
  ...remedyLines(input).map(({ title }) => `Put right before the first host: ${title}.`),
  ...(input.snapshot.ha.on ? ['HA is off from the first line to the last.'] : []),
];

const stopsIn = ({ placement }: ProcedureInput): readonly string[] =>
  placement.hosts
    .flatMap((host) => host.stops)
    .map(
      (stop) =>
        `${withOwner(stop)} cannot move (${stop.why}) and will be stopped; down at most ${stop.downMinutes} minutes.`,
    );
