/**
 * Carries a placement out on paper, turn by turn, and reports every rule it breaks. Written from the rules alone (planning
 * §1.1, xapi §4.2 §6.2, cs §8.5): it shares no code with the planner, so that both would have to be wrong in the same way.
 */
import type { HostPlacement, Placement, PlannedStop } from '../../src/domain/plan';
import type { HostSnapshot, Snapshot, VmSnapshot } from '../../src/domain/pool';
import { turnOrder, type TurnOrder } from './turn-order';

export interface Breach {
  readonly rule:
    | 'order'
    | 'master-first'
    | 'forgotten'
    | 'not-there'
    | 'twice'
    | 'unknown-host'
    | 'not-taking'
    | 'older'
    | 'memory'
    | 'storage'
    | 'network'
    | 'cpu'
    | 'pair'
    | 'apart'
    | 'host-tag'
    | 'guests'
    | 'cannot-move'
    | 'needless-stop'
    | 'starts-on-old'
    | 'bounds'
    | 'turns'
    | 'figures';
  readonly says: string;
}

export interface CheckedRules {
  readonly target: string;
  readonly reserve: number;
  readonly minutesPerHost: number;
  /** Hosts that an earlier run gives back first; they take VMs. */
  readonly givenBack?: readonly string[];
}

/** Empty where every turn keeps every rule. */
export function breachesOf(pool: Snapshot, placement: Placement, rules: CheckedRules): readonly Breach[] {
  const paper = new Paper(pool, rules);
  paper.order(placement);
  paper.waits(placement);
  for (const turn of placement.hosts) paper.turn(turn, placement);
  paper.figures(placement);
  return paper.breaches;
}

class Paper {
  readonly breaches: Breach[] = [];
  private readonly hosts: ReadonlyMap<string, HostSnapshot>;
  private readonly vms: ReadonlyMap<string, VmSnapshot>;
  private readonly on = new Map<string, string>();
  private readonly there = new Map<string, Set<VmSnapshot>>();
  private readonly free = new Map<string, number>();
  private readonly version = new Map<string, string>();
  private readonly takes = new Map<string, boolean>();
  private readonly wired: ReadonlySet<string>;
  private moves = 0;
  private movedMib = 0;
  private waiting: TurnOrder = { backAtBegin: [], backAtDown: [], faults: [] };
  /** Hosts that have been drained, and what of their turns is still to come. */
  private readonly away = new Map<string, HostPlacement>();
  /** While each host is away: the fullest of the others at any moment, and the least that is free on upgraded ones. */
  private readonly worst = new Map<string, { fullest: number; at: readonly string[]; cover: number }>();
  private now = 0;
  private listed: readonly string[] = [];

  constructor(
    private readonly pool: Snapshot,
    private readonly rules: CheckedRules,
  ) {
    this.hosts = new Map(pool.hosts.map((host) => [host.name, host]));
    this.vms = new Map(pool.vms.map((vm) => [vm.name, vm]));
    this.wired = new Set(pool.hosts.flatMap((host) => host.pifs.map((pif) => pif.network)));
    for (const host of pool.hosts) {
      this.there.set(host.name, new Set(pool.vms.filter((vm) => vm.on === host.name)));
      this.free.set(host.name, host.memoryMib.free);
      this.version.set(host.name, host.version);
      const cs = host.cloudstack;
      for (const vm of this.there.get(host.name) ?? []) this.on.set(vm.name, host.name);
      this.takes.set(
        host.name,
        (host.live && host.enabled && cs?.state === 'Up' && cs.resourceState === 'Enabled') ||
          (rules.givenBack ?? []).includes(host.name),
      );
    }
  }

  private says(rule: Breach['rule'], says: string): void {
    this.breaches.push({ rule, says });
  }

  order({ order, hosts }: Placement): void {
    const left = this.pool.hosts.filter((host) => newer(this.rules.target, host.version));
    for (const host of left) if (!order.includes(host.name)) this.says('order', `${host.name} has no turn`);
    for (const name of order)
      if (!left.some((host) => host.name === name)) this.says('order', `${name} needs no turn`);
    if (new Set(order).size < order.length) this.says('order', 'a host has two turns');
    if (hosts.map(({ host }) => host).join() !== order.join())
      this.says('order', 'the turns are not in the order that is told');
    if (left.some((host) => host.name === this.pool.master) && order[0] !== this.pool.master)
      this.says('master-first', `${order[0]} comes before the master ${this.pool.master}`);
  }

  /** However long anything takes: drains come one after the other, so memory is what it is in that order. */
  waits(placement: Placement): void {
    this.listed = placement.order;
    this.waiting = turnOrder(placement, this.pool.master);
    for (const fault of this.waiting.faults) this.says('turns', fault);
  }

  private bringBack(all: ReadonlySet<string> | undefined): void {
    for (const host of all ?? []) {
      const turn = this.away.get(host);
      if (!turn) continue;
      this.away.delete(host);
      this.version.set(host, this.rules.target);
      this.takes.set(host, true);
      for (const stop of turn.stops)
        if (stop.startOn.length === 0) {
          const vm = this.vms.get(stop.vm);
          if (vm) this.arrives(vm, host, 'its own host');
        }
    }
  }

  turn(turn: HostPlacement, { misfits, crowded = [] }: Placement): void {
    const { host, moves, stops } = turn;
    this.bringBack(this.waiting.backAtBegin[this.now]);
    const spoken = [...moves, ...stops].map(({ vm }) => vm);
    if (new Set(spoken).size < spoken.length)
      this.says('twice', `a VM has two places in the turn of ${host}`);
    for (const vm of this.there.get(host) ?? [])
      if (!spoken.includes(vm.name) && misfits.length + crowded.length === 0)
        this.says('forgotten', `${vm.name} on ${host} is forgotten`);
    for (const move of moves) {
      const vm = this.resident(move.vm, host);
      if (!vm) continue;
      const nail = this.nailed(vm);
      if (nail) this.says('cannot-move', `${vm.name} is moved and ${nail}`);
      if (move.candidates[0] !== move.to || new Set(move.candidates).size < move.candidates.length)
        this.says('bounds', `${vm.name} goes to ${move.to}, not to the first of ${move.candidates.join()}`);
      if (move.memoryMib !== vm.memoryMib) this.says('bounds', `${vm.name} is told with another size`);
      for (const to of move.candidates) this.mayGo(vm, host, to);
      this.leaves(vm);
      this.arrives(vm, move.to);
      this.moves += 1;
      this.movedMib += vm.memoryMib;
    }
    this.cpus(host, moves);
    this.stops(host, stops);
    this.away.set(host, turn);
    this.takes.set(host, false);
    for (const other of this.away.keys()) this.looksAt(other);
    this.now += 1;
  }

  private stops(host: string, stops: readonly PlannedStop[]): void {
    const others = this.pool.hosts.map(({ name }) => name).filter((name) => name !== host);
    const mixed = others.some((name) => !newer(this.rules.target, this.version.get(name) ?? ''));
    for (const stop of stops) {
      const vm = this.resident(stop.vm, host);
      if (!vm) continue;
      if (stop.why === '' || stop.downMinutes !== this.rules.minutesPerHost)
        this.says('bounds', `${vm.name} is stopped without a reason or with another limit`);
      if (!this.nailed(vm)) {
        const could = others.find((name) => this.refusal(vm, host, name, 'once it is back') === undefined);
        if (could !== undefined) this.says('needless-stop', `${vm.name} is stopped and could go to ${could}`);
      }
      for (const to of stop.startOn) {
        const refusal = this.refusal(vm, host, to);
        if (refusal) this.says(refusal.rule, refusal.says);
        if (mixed && newer(this.rules.target, this.version.get(to) ?? ''))
          this.says('starts-on-old', `${vm.name} starts on ${to}, which is not upgraded`);
      }
      this.leaves(vm);
      if (stop.startOn[0] !== undefined) this.arrives(vm, stop.startOn[0]);
    }
  }

  /** To a CPU with fewer features only where no other host has room left; which of them a VM uses is not known. */
  private cpus(from: string, moves: HostPlacement['moves']): void {
    for (const move of moves) {
      const vm = this.vms.get(move.vm);
      const [here, there] = [this.hosts.get(from), this.hosts.get(move.to)];
      if (!vm || !here || !there || runsOn(here, there)) continue;
      const better = this.pool.hosts.find(
        (host) =>
          runsOn(here, host) &&
          this.refusal(vm, from, host.name) === undefined &&
          (this.free.get(host.name) ?? 0) - vm.memoryMib >= host.memoryMib.total * this.rules.reserve &&
          this.carried(host.name) < this.limit(host.name),
      );
      if (better)
        this.says('cpu', `the CPU of ${move.to} lacks what ${vm.name} may use; ${better.name} has it`);
    }
  }

  private resident(name: string, host: string): VmSnapshot | undefined {
    const vm = this.vms.get(name);
    if (vm && this.on.get(name) === host) return vm;
    this.says('not-there', `${name} is not on ${host} when ${host} has its turn`);
    return undefined;
  }

  private nailed(vm: VmSnapshot): string | undefined {
    if (vm.power === 'Paused') return 'is paused';
    if (vm.devices.length > 0) return `has ${vm.devices.join()}`;
    return vm.kind === 'guest' && !vm.tools ? 'has no tools' : undefined;
  }

  private mayGo(vm: VmSnapshot, from: string, to: string): void {
    const refusal = this.refusal(vm, from, to);
    if (refusal) this.says(refusal.rule, refusal.says);
  }

  /** Why a VM may not go there, memory and count aside. */
  private refusal(vm: VmSnapshot, from: string, to: string, when?: 'once it is back'): Breach | undefined {
    const there = this.hosts.get(to);
    const here = this.hosts.get(from);
    if (!there || !here) return { rule: 'unknown-host', says: `there is no ${to}` };
    if (to === from) return { rule: 'not-taking', says: `${vm.name} stays on ${from}` };
    const waited = when !== undefined && this.away.has(to);
    if (!this.takes.get(to) && !waited)
      return { rule: 'not-taking', says: `${to} takes no VMs, ${vm.name} among them` };
    if (!waited && newer(this.version.get(from) ?? '', this.version.get(to) ?? ''))
      return { rule: 'older', says: `${vm.name} goes from ${from} back to the older ${to}` };
    const seen = there.pbds.filter((pbd) => pbd.attached).map((pbd) => pbd.sr);
    const lost = vm.disks.find((sr) => !seen.includes(sr));
    if (lost !== undefined) return { rule: 'storage', says: `${to} does not see ${lost} of ${vm.name}` };
    const nets = there.pifs.map((pif) => pif.network);
    const cut = vm.networks.find(
      (network) =>
        this.wired.has(network) &&
        !nets.includes(network) &&
        !(vm.cloudstack && this.madeThere(network, there)),
    );
    if (cut !== undefined) return { rule: 'network', says: `${to} is not on ${cut} of ${vm.name}` };
    const untagged = vm.cloudstack?.hostTags?.find((tag) => !there.cloudstack?.hostTags?.includes(tag));
    if (untagged !== undefined)
      return { rule: 'host-tag', says: `${to} has no tag ${untagged}, which ${vm.name} asks for` };
    const group = vm.cloudstack?.redundantGroup;
    for (const other of this.there.get(to) ?? []) {
      if (other.name === vm.name) continue;
      if (group !== undefined && other.cloudstack?.redundantGroup === group)
        return { rule: 'pair', says: `${vm.name} and ${other.name} are both on ${to}` };
      if (vm.cloudstack?.apart?.some((one) => other.cloudstack?.apart?.includes(one)))
        return { rule: 'apart', says: `${vm.name} and ${other.name} of one group are both on ${to}` };
    }
    return undefined;
  }

  /** CloudStack makes its VLANs where the untagged card or bond is that carries them on another host. */
  private madeThere(network: string, there: HostSnapshot): boolean {
    return this.pool.hosts.some((host) =>
      host.pifs.some(
        (pif) =>
          pif.network === network &&
          pif.vlan !== undefined &&
          network.startsWith('VLAN') &&
          host.pifs.some(
            (card) =>
              card.vlan === undefined &&
              card.device === pif.device &&
              there.pifs.some((one) => one.vlan === undefined && one.network === card.network),
          ),
      ),
    );
  }

  private leaves(vm: VmSnapshot): void {
    const from = this.on.get(vm.name);
    if (from === undefined) return;
    this.on.delete(vm.name);
    this.there.get(from)?.delete(vm);
    this.free.set(from, (this.free.get(from) ?? 0) + vm.memoryMib);
  }

  private arrives(vm: VmSnapshot, to: string, as?: 'its own host'): void {
    const left = (this.free.get(to) ?? 0) - vm.memoryMib;
    this.free.set(to, left);
    this.on.set(vm.name, to);
    this.there.get(to)?.add(vm);
    const total = this.hosts.get(to)?.memoryMib.total ?? 0;
    // what comes home only takes back what it had
    if (as === undefined && left < total * this.rules.reserve)
      this.says(
        'memory',
        `${vm.name} leaves ${left} MiB on ${to}, of which ${this.rules.reserve * 100} % stay free`,
      );
    const limit = this.limit(to);
    if (as === undefined && vm.cloudstack && this.carried(to) > limit)
      this.says('guests', `${vm.name} is one more than the ${limit} that CloudStack lets ${to} carry`);
  }

  private carried(host: string): number {
    return [...(this.there.get(host) ?? [])].filter((vm) => vm.cloudstack).length;
  }

  private limit(host: string): number {
    const rows = this.pool.cloudstack.traits?.capabilities;
    if (!rows) return Infinity;
    const row = (version: string) => rows.find((one) => one.version === version)?.maxGuests;
    return row(this.version.get(host) ?? '') ?? row('default') ?? 50;
  }

  /** What is back before this host goes down counts as back, with what was held on it. */
  private looksAt(host: string): void {
    const others = this.pool.hosts.filter(({ name }) => name !== host);
    const turn = this.listed.indexOf(host);
    const back = new Set([...(this.waiting.backAtDown[turn] ?? [])].filter((name) => this.away.has(name)));
    const free = (name: string): number =>
      (this.free.get(name) ?? 0) - (back.has(name) ? this.heldOn(name) : 0);
    const used = (one: HostSnapshot): number => (one.memoryMib.total - free(one.name)) / one.memoryMib.total;
    const fullest = Math.max(...others.map(used));
    const cover = others
      .filter(
        ({ name }) =>
          back.has(name) || (!newer(this.rules.target, this.version.get(name) ?? '') && this.takes.get(name)),
      )
      .reduce((sum, { name }) => sum + Math.max(0, free(name)), 0);
    const at = others.filter((one) => fullest - used(one) <= 0.001).map(({ name }) => name);
    const was = this.worst.get(host);
    this.worst.set(host, {
      ...(was && was.fullest >= fullest ? { fullest: was.fullest, at: was.at } : { fullest, at }),
      cover: Math.min(cover, was?.cover ?? Infinity),
    });
  }

  private heldOn(host: string): number {
    return (this.away.get(host)?.stops ?? [])
      .filter((stop) => stop.startOn.length === 0)
      .reduce((sum, stop) => sum + (this.vms.get(stop.vm)?.memoryMib ?? 0), 0);
  }

  /** What is told of each turn while its host is away. */
  private told({ host, away }: HostPlacement): void {
    const seen = this.worst.get(host);
    if (!away || !seen) return;
    if (Math.abs(away.fullest.used - seen.fullest) > 0.001 || !seen.at.includes(away.fullest.host))
      this.says(
        'figures',
        `while ${host} is away ${seen.at.join()} are fullest, at ${seen.fullest}, not ${away.fullest.host} at ${away.fullest.used}`,
      );
    if (away.coverMib !== seen.cover)
      this.says(
        'figures',
        `while ${host} is away ${seen.cover} MiB are free on upgraded hosts, not ${away.coverMib}`,
      );
  }

  figures({ figures, hosts, answer, misfits, crowded = [] }: Placement): void {
    if (answer !== undefined && (answer === 'fits') !== (misfits.length + crowded.length === 0))
      this.says('figures', `the answer is ${answer} with ${misfits.length} misfits`);
    for (const turn of hosts) this.told(turn);
    if (!figures) return;
    const stops = hosts.reduce((sum, turn) => sum + turn.stops.length, 0);
    if (figures.moves !== this.moves || figures.movedMib !== this.movedMib || figures.stops !== stops)
      this.says('figures', `there are ${this.moves} moves of ${this.movedMib} MiB and ${stops} stops`);
    if (figures.leastMoves > this.moves || figures.leastMib > this.movedMib)
      this.says('figures', 'less was moved than the least that must be moved');
    const peak = Math.max(0, ...[...this.worst.values()].map(({ fullest }) => fullest));
    if (Math.abs(figures.peak - peak) > 0.001)
      this.says('figures', `the peak is ${peak}, not ${figures.peak}`);
  }
}

/** `a` is newer than `b`: lists of numbers, the shorter one the older where they are equal so far. */
function newer(a: string, b: string): boolean {
  const left = a.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
  const right = b.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at] ?? -1, right[at] ?? -1];
    if (one !== other) return one > other;
  }
  return false;
}

/** One maker; and of hosts seen on one version, every feature of the one on the other: another release shows others. */
function runsOn(from: HostSnapshot, to: HostSnapshot): boolean {
  const [here, there] = [from.traits?.cpu, to.traits?.cpu];
  if (!here || !there) return true;
  if (here.vendor !== there.vendor) return false;
  if (from.version !== to.version) return true;
  const [need, have] = [here.features.split('-'), there.features.split('-')];
  return need.every((word, at) => {
    const [bits, of] = [Number.parseInt(word || '0', 16), Number.parseInt(have[at] ?? '0', 16) || 0];
    return Number.isNaN(bits) ? word === have[at] : (bits & of) === (bits | 0);
  });
}
