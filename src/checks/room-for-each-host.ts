/** N-1: whichever host has its turn, the others of the same or a newer version hold what leaves it. */
import { nailOf, takers } from '../domain/movability';
import type { Placement } from '../domain/plan';
import { residents, type HostSnapshot, type Snapshot } from '../domain/pool';
import { compareVersions, sameOrNewer } from '../domain/version';
import { defineCheck, found } from './check';

export const roomForEachHost = defineCheck({
  name: 'room-for-each-host',
  summary:
    'For every host in turn the others have the memory for its VMs, and the placement fits to the end.',
  source: 'xc R21, pl S18, cs fact 4',
  look(pool, target, extra) {
    const taking = takers(pool, target, extra.owed);
    const left = pool.hosts.filter((host) => compareVersions(host.version, target) < 0);
    const short = left.flatMap((host) => {
      const sum = shortageOf(pool, host, target, taking);
      return sum === undefined
        ? []
        : [
            found(
              'block',
              host.name,
              `The other hosts do not hold what runs on ${host.name}.`,
              sum,
              `Stop or move away VMs of ${pool.name}, or add memory, then ask for the plan again.`,
            ),
          ];
    });
    if (extra.placement.misfits.length === 0) return short;
    return [
      ...short,
      found(
        'block',
        pool.name,
        'The moves do not fit to the end.',
        [...extra.placement.misfits, ...certainty(extra.placement)],
        ...(extra.placement.waysOut ?? []),
        'Stop or move away the VMs that are named, or add memory, then ask for the plan again.',
      ),
    ];
  },
});

/** A proof in one sentence, or that there is none: who reads it must know whether looking further makes sense. */
const certainty = ({ answer, proof }: Placement): readonly string[] =>
  proof
    ? [proof.says]
    : answer === 'not-found'
      ? ['No way was found that fits, and none of the proofs says that there is none.']
      : [];

function shortageOf(
  pool: Snapshot,
  host: HostSnapshot,
  target: string,
  taking: ReadonlySet<string>,
): readonly string[] | undefined {
  const leaving = residents(pool, host.name).filter(
    (vm) => nailOf(vm, host.version, target)?.startsElsewhere !== false,
  );
  const needed = leaving.reduce((sum, vm) => sum + vm.memoryMib, 0);
  const others = pool.hosts.filter(
    (other) => other.name !== host.name && taking.has(other.name) && sameOrNewer(other.version, host.version),
  );
  const free = others.reduce((sum, other) => sum + other.memoryMib.free, 0);
  if (needed <= free) return undefined;
  return [
    `${needed - free} MiB short`,
    `what runs on ${host.name} needs ${needed} MiB (${leaving.map((vm) => vm.name).join(', ')})`,
    ...others.map((other) => `${other.name} has ${other.memoryMib.free} MiB free`),
  ];
}
