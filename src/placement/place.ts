/** A simple first placement: master first, one host at a time, each VM to the fitting host with the most free memory. */
import { nailOf } from '../domain/movability';
import { compareNames } from '../domain/order';
import type { HostPlacement, Placement, PlannedMove, PlannedStop } from '../domain/plan';
import { masterFirst, type Snapshot, type VmKind, type VmSnapshot } from '../domain/pool';
import { compareVersions } from '../domain/version';
import { poolInMind, type PoolInMind } from './pool-in-mind';
import type { Rules } from './rules';

/** User VMs, then routers, then SSVM and CPVM: what a user notices least goes last (cs §9.5). */
const TURN: Readonly<Record<VmKind, number>> = { guest: 0, router: 1, ssvm: 2, cpvm: 3 };

/**
 * Where every running VM goes when each host that is not on the target has its turn. What does not fit is a
 * misfit in words, never left out in silence: each VM is moved, stopped with its cause, or named in a misfit.
 */
export function place(pool: Snapshot, rules: Rules): Placement {
  const mind = poolInMind(pool, rules);
  const order = masterFirst(pool)
    .filter((host) => rules.turns?.includes(host.name) ?? compareVersions(host.version, rules.target) < 0)
    .map((host) => host.name);
  const misfits: string[] = [];
  const crowded: string[] = [];
  const hosts = order.map((host) => turnOf(host, rules, mind, { misfits, crowded }));
  return { order, hosts, misfits, ...(crowded.length > 0 && { crowded }) };
}

/** What has no place, in words. */
interface Homeless {
  readonly misfits: string[];
  readonly crowded: string[];
}

function turnOf(host: string, rules: Rules, mind: PoolInMind, homeless: Homeless): HostPlacement {
  const moves: PlannedMove[] = [];
  const stopped: { readonly vm: VmSnapshot; readonly why: string; readonly elsewhere: boolean }[] = [];
  const tooMany: VmSnapshot[] = [];
  let full: readonly string[] = [];
  for (const vm of inOrder(mind.residents(host))) {
    const verdict = destinations(vm, host, rules, mind);
    if ('misfit' in verdict) homeless.misfits.push(verdict.misfit);
    else if ('full' in verdict) {
      tooMany.push(vm);
      full = verdict.full;
    } else if ('why' in verdict) stopped.push({ vm, ...verdict });
    else {
      mind.leaves(vm);
      mind.arrives(vm, verdict.candidates[0]);
      moves.push({
        vm: vm.name,
        to: verdict.candidates[0],
        candidates: verdict.candidates,
        memoryMib: vm.memoryMib,
      });
    }
  }
  if (tooMany.length > 0) homeless.crowded.push(crowd(host, tooMany, full, mind));
  const held: VmSnapshot[] = [];
  const stops = stopped.map(({ vm, why, elsewhere }): PlannedStop => {
    mind.leaves(vm);
    const startOn = elsewhere ? starts(vm, host, mind) : [];
    if (startOn[0] === undefined) held.push(vm);
    else mind.arrives(vm, startOn[0]);
    return { vm: vm.name, why, startOn, downMinutes: rules.minutesPerHost };
  });
  mind.upgraded(host);
  // held until its own host is back, and its memory with it (planning §1.1)
  for (const vm of held) mind.arrives(vm, host);
  return { host, moves, stops };
}

type Verdict =
  | { readonly candidates: readonly [string, ...string[]] }
  | { readonly why: string; readonly elsewhere: boolean }
  | { readonly misfit: string }
  /** Hosts with the memory, none of which CloudStack lets carry one more. */
  | { readonly full: readonly string[] };

function destinations(vm: VmSnapshot, host: string, rules: Rules, mind: PoolInMind): Verdict {
  const nail = nailOf(vm, mind.version(host), rules.target);
  if (nail) return { why: nail.cause, elsewhere: nail.startsElsewhere };
  const forward = mind.forward(host);
  if (forward.length === 0)
    return {
      misfit: `${host} cannot be emptied: no other host of the same or a newer version takes ${vm.name}.`,
    };
  const visible = forward.filter((name) => mind.missing(vm, name).length === 0);
  if (visible.length === 0) return { why: unseen(vm, forward, mind), elsewhere: false };
  const apart = visible.filter((name) => !mind.hasPartner(vm, name));
  if (apart.length === 0)
    return {
      why: `its redundant partner runs on ${visible.join(', ')}, and both may not be on one host`,
      elsewhere: false,
    };
  const roomy = apart.filter((name) => mind.fits(vm, name));
  if (roomy.length === 0) return { misfit: tooBig(vm, host, apart, mind) };
  const [first, ...rest] = mind.mostFreeFirst(roomy.filter((name) => mind.takesOneMore(vm, name)));
  return first === undefined ? { full: roomy } : { candidates: [first, ...rest] };
}

/** CloudStack counts VMs, whatever their size; one sentence for the whole turn. */
const crowd = (host: string, vms: readonly VmSnapshot[], full: readonly string[], mind: PoolInMind): string =>
  `${host} cannot be emptied: CloudStack lets no host carry ${vms.length === 1 ? vms[0]!.name : `${vms.length} of its VMs`} ` +
  `(${full.map((name) => mind.load(name)).join(', ')}).`;

function unseen(vm: VmSnapshot, hosts: readonly string[], mind: PoolInMind): string {
  const missing = hosts.map((name) => `${name} lacks ${mind.missing(vm, name).join(', ')}`);
  return `needs what no other host has: ${missing.join('; ')}`;
}

function tooBig(vm: VmSnapshot, host: string, hosts: readonly string[], mind: PoolInMind): string {
  const [best] = mind.mostFreeFirst(hosts);
  const room = best === undefined ? 0 : mind.roomMib(best);
  return (
    `${host} cannot be emptied: ${vm.name} needs ${vm.memoryMib} MiB and the most room is on ${best ?? 'no host'} ` +
    `with ${Math.max(0, room)} MiB, ${vm.memoryMib - Math.max(0, room)} MiB short.`
  );
}

/** Hosts that a stopped VM may be started on, best first; empty: it waits for its own host. */
function starts(vm: VmSnapshot, host: string, mind: PoolInMind): readonly string[] {
  const fitting = mind
    .mayStart(host)
    .filter(
      (name) =>
        mind.missing(vm, name).length === 0 &&
        !mind.hasPartner(vm, name) &&
        mind.fits(vm, name) &&
        mind.takesOneMore(vm, name),
    );
  return mind.mostFreeFirst(fitting);
}

/** Biggest first within a kind: the big ones have the fewest places (xapi §10.2). */
const inOrder = (vms: readonly VmSnapshot[]): readonly VmSnapshot[] =>
  vms.toSorted(
    (a, b) => TURN[a.kind] - TURN[b.kind] || b.memoryMib - a.memoryMib || compareNames(a.name, b.name),
  );
