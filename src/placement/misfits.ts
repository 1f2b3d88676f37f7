/** What has no place, one sentence each, with the numbers an operator needs. */
import { limitOf, mayGo, type PoolInNumbers, type Standing } from './pool-in-numbers';

export function misfitWords(numbers: PoolInNumbers, standing: Standing, host: number, at: number): string {
  const { hosts, vms } = numbers;
  const vm = vms[at]!;
  const from = hosts[host]!.name;
  const open = hosts.flatMap((_host, to) => (mayGo(numbers, standing, vm, host, to, 'any') ? [to] : []));
  if (open.length === 0)
    return `${from} cannot be emptied: no other host of the same or a newer version takes ${vm.seen.name}.`;
  const apart = open.filter((to) => !vm.partners.some((partner) => standing.on[partner] === to));
  if (apart.length === 0) {
    const kept = vm.partners.filter((partner) => open.includes(standing.on[partner] ?? -1));
    const who = kept.map((partner) => `${vms[partner]!.seen.name} on ${hosts[standing.on[partner]!]!.name}`);
    return `${from} cannot be emptied: CloudStack keeps ${vm.seen.name} apart from ${who.join(', ')}, and no other host is left.`;
  }
  const best = apart.toSorted((a, b) => standing.room[b]! - standing.room[a]! || a - b)[0]!;
  const room = Math.max(0, standing.room[best]!);
  return (
    `${from} cannot be emptied: ${vm.seen.name} needs ${vm.mib} MiB and the most room is on ${hosts[best]!.name} ` +
    `with ${room} MiB, ${vm.mib - room} MiB short.`
  );
}

/** CloudStack counts VMs, whatever their size; one sentence for the whole turn. */
export function crowdedWords(
  numbers: PoolInNumbers,
  standing: Standing,
  host: number,
  all: readonly number[],
): string {
  const { hosts, vms } = numbers;
  const roomy = hosts.flatMap((_host, to) =>
    all.some(
      (at) => mayGo(numbers, standing, vms[at]!, host, to, 'any') && standing.room[to]! >= vms[at]!.mib,
    )
      ? [`${hosts[to]!.name} carries ${standing.guests[to]} of ${limitOf(numbers, standing, to)}`]
      : [],
  );
  const who = all.length === 1 ? vms[all[0]!]!.seen.name : `${all.length} of its VMs`;
  return `${hosts[host]!.name} cannot be emptied: CloudStack lets no host carry ${who} (${roomy.join(', ')}).`;
}
