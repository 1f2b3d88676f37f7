/** What the approver of a run must know, one sentence each: the outage of CloudStack among them. */
import type { HostSnapshot } from '../domain/pool';
import type { ProcedureInput } from './procedure';
import { remedyLines } from './remedies';

export function runFacts(input: ProcedureInput, hosts: readonly HostSnapshot[]): readonly string[] {
  const { snapshot: pool, placement, target, verifiedBackup } = input;
  const running = pool.vms.filter((vm) => vm.power === 'Running');
  const stops = placement.hosts.flatMap((host) => host.stops);
  return [
    `${hosts.length} of ${pool.hosts.length} hosts, in this order: ${hosts.map((host) => host.name).join(', ')}. ${running.length} VMs run in the pool.`,
    verifiedBackup
      ? `The verified backup ${verifiedBackup} from before the first host counts; CloudStack is not stopped again.`
      : `CloudStack is down for everybody while its databases are backed up: management and usage on ${input.managementServers.join(', ') || 'every management server'}. VMs go on running.`,
    `From the first host on ${target} to the last, no new VM can be started on a host that is not yet upgraded.`,
    'While the master is away, CloudStack can do nothing in this cluster: it is Unmanaged.',
    ...remedyLines(input).map(({ title }) => `Put right before the first host: ${title}.`),
    ...(pool.ha.on ? ['HA is off from the first line to the last.'] : []),
    ...stops.map(
      (stop) =>
        `${stop.vm} cannot move (${stop.why}) and will be stopped; down at most ${stop.downMinutes} minutes.`,
    ),
  ];
}
