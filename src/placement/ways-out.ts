/** What would make it fit, cheapest first. Each has been tried on paper before it is said. */
import { sortedNames } from '../domain/order';
import type { Snapshot } from '../domain/pool';
import type { InTurns } from './in-turns';
import type { PoolInNumbers } from './pool-in-numbers';
import type { Rules } from './rules';
import type { Try } from './tries';

/** Percent of a host's memory; below that nothing is kept back at all. */
const SMALLER_RESERVES = [4, 3, 2, 1, 0] as const;
/** More than so many stopped VMs are no way out any more. */
const MOST_STOPPED = 20;

/** Each is one more search: so many hosts are tried. */
const MOST_HOSTS = 3;

/** Tries it, a way at a time. */
type Fits = (pool: Snapshot, rules: Rules) => InTurns<boolean>;

export function* waysOut(
  { pool, rules, hosts, vms }: PoolInNumbers,
  best: Try,
  fits: Fits,
): InTurns<readonly string[]> {
  const out: string[] = [];
  if (rules.order) {
    const { order: _approved, ...free } = rules;
    if (yield* fits(pool, free))
      out.push('Take another order of the hosts: a new plan chooses one that fits.');
  }
  let reserve: number | undefined;
  for (const smaller of SMALLER_RESERVES.map((percent) => percent / 100)) {
    if (smaller >= rules.reserve || !(yield* fits(pool, { ...rules, reserve: smaller }))) continue;
    reserve = smaller;
    break;
  }
  const homeless = [...new Set(best.turns.flatMap((turn) => turn.homeless))].map((at) => vms[at]!);
  const names = yield* stopsThatHelp(
    pool,
    rules,
    homeless.map((vm) => vm.seen.name),
    fits,
  );
  if (names.length > 0) {
    const mib = vms.reduce((sum, vm) => sum + (names.includes(vm.seen.name) ? vm.mib : 0), 0);
    out.push(`Stop ${sortedNames(names).join(', ')} (${mib} MiB) until the last host is upgraded.`);
  }
  const more = yield* memoryThatHelps(pool, rules, homeless, fits);
  if (more) out.push(`Add ${more.mib} MiB of memory to ${more.host}, or a host with at least that much.`);
  if (reserve !== undefined)
    out.push(
      `Keep ${reserve * 100} % of each host’s memory free instead of ${rules.reserve * 100} %: it fits then, with less room for guests that balloon back.`,
    );
  // one host that takes no VMs is often what is missing
  const closed = hosts.filter((host) => !host.enabled || !host.live).slice(0, MOST_HOSTS);
  for (const host of closed) {
    const then = { ...pool, hosts: pool.hosts.map((one) => (one === host ? opened(host) : one)) };
    if (yield* fits(then, rules)) out.push(`Bring ${host.name} back first, so that it takes VMs.`);
  }
  return out;
}

const opened = (host: Snapshot['hosts'][number]): Snapshot['hosts'][number] => ({
  ...host,
  enabled: true,
  live: true,
  ...(host.cloudstack && { cloudstack: { ...host.cloudstack, state: 'Up', resourceState: 'Enabled' } }),
});

/** The fewest of those that have no place; a smaller one is given back while it still fits without. */
function* stopsThatHelp(
  pool: Snapshot,
  rules: Rules,
  homeless: readonly string[],
  fits: Fits,
): InTurns<readonly string[]> {
  if (homeless.length === 0 || homeless.length > MOST_STOPPED) return [];
  const without = (names: readonly string[]): Snapshot => ({
    ...pool,
    hosts: pool.hosts.map((host) => ({
      ...host,
      memoryMib: {
        total: host.memoryMib.total,
        free: pool.vms
          .filter((vm) => vm.on === host.name && names.includes(vm.name))
          .reduce((free, vm) => free + vm.memoryMib, host.memoryMib.free),
      },
    })),
    vms: pool.vms.filter((vm) => !names.includes(vm.name)),
  });
  if (!(yield* fits(without(homeless), rules))) return [];
  let names = homeless;
  for (const name of homeless) {
    const fewer = names.filter((one) => one !== name);
    if (fewer.length > 0 && (yield* fits(without(fewer), rules))) names = fewer;
  }
  return names;
}

/** On the host that takes most VMs anyway: as much as has no place, and the reserve of it. */
function* memoryThatHelps(
  pool: Snapshot,
  rules: Rules,
  homeless: readonly { readonly mib: number }[],
  fits: Fits,
): InTurns<{ readonly host: string; readonly mib: number } | undefined> {
  const short = homeless.reduce((sum, vm) => sum + vm.mib, 0);
  // rounded up to what is sold: GiB
  const mib = Math.ceil(short / (1 - rules.reserve) / 1024) * 1024;
  if (mib <= 0) return undefined;
  const largest = pool.hosts.toSorted((a, b) => b.memoryMib.total - a.memoryMib.total).slice(0, MOST_HOSTS);
  for (const one of largest) {
    const memoryMib = { total: one.memoryMib.total + mib, free: one.memoryMib.free + mib };
    const hosts = pool.hosts.map((other) => (other === one ? { ...one, memoryMib } : other));
    if (yield* fits({ ...pool, hosts }, rules)) return { host: one.name, mib };
  }
  return undefined;
}
