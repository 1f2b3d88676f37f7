/** What the approver of a run of patches must know, one sentence each: what goes on, how many reboots, what is left out. */
import { countOf, patchesInWords, rebootsInWords, struckOut, type PatchWork } from '../domain/patch-work';
import type { HostSnapshot } from '../domain/pool';
import { compareVersions } from '../domain/version';
import type { ProcedureInput } from './procedure';
import { skipsMaintenance } from './what-is';
import { aroundHosts } from './run-facts';

export const patchFacts = (
  input: ProcedureInput,
  work: PatchWork,
  hosts: readonly HostSnapshot[],
): readonly string[] => [
  `${patchesInWords(work)}, ${rebootsInWords(work)}.`,
  ...struckOut(work).map((one) => `${one}.`),
  ...leftOut(input, work),
  ...inService(work, hosts),
  asTheSeedSays(input, work, hosts),
  work.moveBack
    ? 'VMs are moved back to their host before the next one begins, as far as they can be.'
    : 'VMs stay where they were moved to.',
  ...aroundHosts(input, hosts),
];

const leftOut = ({ snapshot: pool }: ProcedureInput, work: PatchWork): readonly string[] =>
  pool.hosts
    .filter(({ name }) => !work.hosts[name])
    .map(({ name }) => `${name} has all of it already and is left alone.`);

function inService(work: PatchWork, hosts: readonly HostSnapshot[]): readonly string[] {
  const live = hosts.filter(({ name }) => work.hosts[name]?.live).map(({ name }) => name);
  if (live.length === 0) return [];
  const saved = live.filter((name) =>
    work.artefacts.some((one) => one.guidance === 'reboot' && work.hosts[name]?.missing.includes(one.name)),
  );
  const saves = saved.length === 0 ? '' : ` ${countOf(saved.length, 'reboot is', 'reboots are')} saved.`;
  return [
    `${live.join(', ')} ${live.length === 1 ? 'stays' : 'stay'} in service: the pre-check there says that the live patch is complete, and nothing else is asked for.${saves}`,
  ];
}

/** The seed's own labels; what really differs by era is in the lines (cs §9.2). */
function asTheSeedSays(input: ProcedureInput, work: PatchWork, hosts: readonly HostSnapshot[]): string {
  const { version } = input.snapshot.cloudstack;
  const era =
    compareVersions(version, '2.2.14') < 0 ? 'CloudStack earlier than 2.2.14' : 'CloudStack 2.2.14 and later';
  const master = hosts.some((host) => skipsMaintenance(input, host))
    ? ' The master never enters maintenance, which would hand its role on; the plan empties it.'
    : '';
  return work.solution === 1
    ? `CTX133466, ${era}, Solution-1: CloudStack distributes the VMs of a host when it enters maintenance, wherever it likes.${master}`
    : `CTX133466, ${era}, Solution-2: users’ VMs go where the plan says, CloudStack moves the system VMs.${master}`;
}
