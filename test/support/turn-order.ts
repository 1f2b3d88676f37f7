/**
 * What the waits of a placement guarantee, however long anything takes: each host begins, goes down and comes back, and a
 * moment comes surely before another where a chain of waits says so. Shares no code with the planner.
 */
import type { Placement, Turn } from '../../src/domain/plan';

export interface TurnOrder {
  /** Hosts that are back for sure when this one begins, and when it goes down. */
  readonly backAtBegin: readonly ReadonlySet<string>[];
  readonly backAtDown: readonly ReadonlySet<string>[];
  /** What is wrong with the waits themselves. */
  readonly faults: readonly string[];
}

type What = 'begin' | 'empty' | 'down' | 'back';
const WHATS: readonly What[] = ['begin', 'empty', 'down', 'back'];

export function turnOrder({ order, turns, hosts, maxDown = 1 }: Placement, master: string): TurnOrder {
  const all = turns ?? oneAfterTheOther(order);
  const faults: string[] = [];
  const destinations = (host: string): readonly string[] =>
    hosts
      .filter((one) => one.host === host)
      .flatMap(({ moves, stops }) => [
        ...moves.map(({ to }) => to),
        ...stops.flatMap((stop) => stop.startOn),
      ]);
  if (all.map(({ host }) => host).join() !== order.join())
    return { backAtBegin: [], backAtDown: [], faults: ['the turns are not in the order that is told'] };
  const moment = (host: string, what: What): number =>
    order.indexOf(host) * WHATS.length + WHATS.indexOf(what);
  const earlier: bigint[] = [];
  for (const [at, { host, afterBack, afterEmpty, downAfterBack }] of all.entries()) {
    const after = (waits: readonly (readonly [string, What])[]): bigint =>
      waits.reduce((before, [other, what]) => {
        const one = moment(other, what);
        if (order.indexOf(other) < 0 || order.indexOf(other) >= at) {
          faults.push(`${host} waits for ${other}, which is not before it`);
          return before;
        }
        return before | earlier[one]! | (1n << BigInt(one));
      }, 0n);
    const begin = moment(host, 'begin');
    earlier[begin] =
      after(afterBack.map((other) => [other, 'back'])) | after(afterEmpty.map((other) => [other, 'empty']));
    const then = (one: number): bigint => earlier[one]! | (1n << BigInt(one));
    earlier[begin + 1] = then(begin);
    earlier[begin + 2] = then(begin + 1) | after(downAfterBack.map((other) => [other, 'back']));
    earlier[begin + 3] = then(begin + 2);
  }
  const isBefore = (one: number, other: number): boolean => ((earlier[other]! >> BigInt(one)) & 1n) === 1n;
  const surely = (what: What): readonly ReadonlySet<string>[] =>
    order.map(
      (host) => new Set(order.filter((other) => isBefore(moment(other, 'back'), moment(host, what)))),
    );

  const backAtBegin = surely('begin');
  const alone = order[0] === master ? order.slice(0, 2) : order.slice(0, 1);
  for (const [at, host] of order.entries()) {
    const previous = order[at - 1];
    if (previous === undefined) continue;
    const beside = order
      .slice(0, at)
      .filter((other) => !isBefore(moment(other, 'empty'), moment(host, 'begin')));
    if (beside.length > (maxDown > 2 ? 1 : 0)) faults.push(`${host} is drained beside ${beside.join()}`);
    // side by side only the order of events may differ: both give to hosts that are back for good
    const settled = backAtBegin[at]!;
    for (const one of beside.length > 0 ? [host, ...beside] : [])
      for (const to of destinations(one))
        if (order.includes(to) && !settled.has(to))
          faults.push(`${one} is drained beside another, onto ${to}, which is still to be upgraded`);
    if (order[0] === master && !isBefore(moment(master, 'back'), moment(host, 'begin')))
      faults.push(`${host} begins while the master is away`);
    for (const first of alone)
      if (
        first !== host &&
        order.indexOf(first) < at &&
        !isBefore(moment(first, 'back'), moment(host, 'down'))
      )
        faults.push(`${host} is away beside ${first}, which is to be away by itself`);
  }
  // more than one are counted by the run: whoever is ready goes when another is back
  const most = mostTogether(order, (one, other) => isBefore(moment(one, 'back'), moment(other, 'down')));
  if (maxDown === 1 && most > 1) faults.push(`${most} hosts may be away together`);
  return { backAtBegin, backAtDown: surely('down'), faults };
}

const oneAfterTheOther = (order: readonly string[]): readonly Turn[] =>
  order.map((host, at) => ({
    host,
    afterBack: order.slice(Math.max(0, at - 1), at),
    afterEmpty: [],
    downAfterBack: [],
  }));

/** The most hosts of which none surely comes before another: all, less the pairs of a largest matching (Dilworth). */
function mostTogether(hosts: readonly string[], isBefore: (one: string, other: string) => boolean): number {
  const follows = new Map<string, string>();
  const matched = (one: string, seen: Set<string>): boolean =>
    hosts.some((other) => {
      if (other === one || seen.has(other) || !isBefore(one, other)) return false;
      seen.add(other);
      const rival = follows.get(other);
      if (rival !== undefined && !matched(rival, seen)) return false;
      follows.set(other, one);
      return true;
    });
  for (const one of hosts) matched(one, new Set());
  return hosts.length - follows.size;
}
