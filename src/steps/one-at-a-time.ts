/**
 * What hosts that overlap leave to each other, counted in the fold, open intents included: two lanes that look at the
 * same moment do not both go. CloudStack prepares one host of a cluster at a time (cs facts 4, 17).
 */
import { inBlock, inHand } from '../domain/lanes';
import type { LaneId } from '../domain/plan';
import { currentLine, type LineState, type Run } from '../domain/run';
import { listed } from './sight';

const isSent = ({ status, acts }: LineState): boolean => status === 'done' || Object.keys(acts).length > 0;

const linesIn = (run: Run, lane: LaneId, ...kinds: readonly string[]): readonly LineState[] =>
  Object.values(run.lines).filter(
    ({ line }) => line.lane === lane && line.block !== undefined && kinds.includes(line.kind),
  );

function isPreparing(run: Run, lane: LaneId): boolean {
  const enter = linesIn(run, lane, 'enter-maintenance')[0];
  if (!enter || enter.status === 'done') return false;
  return linesIn(run, lane, 'enable-host-allocation', 'enter-maintenance').some(isSent);
}

function isAway(run: Run, lane: LaneId): boolean {
  const state = currentLine(run, lane);
  if (state === undefined || !inBlock(run, state)) return false;
  return linesIn(run, lane, 'enter-maintenance').every(({ status }) => status === 'done');
}

/** Why this host does not go into maintenance yet; undefined when nothing of its own run is in the way. */
export function notYetItsTurn(run: Run, lane: LaneId): string | undefined {
  const others = inHand(run, lane);
  const preparing = others.filter((other) => isPreparing(run, other));
  if (preparing.length > 0)
    return `${listed(preparing)} first: CloudStack puts one host at a time into maintenance`;
  const away = others.filter((other) => isAway(run, other));
  const most = run.placement.maxDown ?? 1;
  return away.length < most ? undefined : `Still away: ${listed(away)}; at most ${most} at a time`;
}

/** A system VM is on its way off another host: two routers of a pair in flight at once are an outage of their network. */
export function systemVmInFlight(run: Run, lane: LaneId): string | undefined {
  for (const state of Object.values(run.lines)) {
    if (state.line.kind !== 'drain-host' || state.line.lane === lane || state.status !== 'begun') continue;
    const newest = Object.values(state.acts).toSorted((a, b) => b.intendedAt - a.intendedAt)[0];
    const kind = (newest?.act.args as { readonly kind?: string } | undefined)?.kind;
    if (newest && kind !== 'guest' && newest.outcome !== 'refused' && newest.outcome !== 'not-sent')
      return newest.subject;
  }
  return undefined;
}

/** MiB that drains of other hosts have promised to each host within `seconds`, and that its free memory may not show yet. */
export function promisedByOthers(
  run: Run,
  lane: LaneId,
  at: number,
  seconds: number,
): ReadonlyMap<string, number> {
  const promised = new Map<string, number>();
  for (const state of Object.values(run.lines)) {
    if (state.line.kind !== 'drain-host' || state.line.lane === lane || state.status !== 'begun') continue;
    for (const { act, intendedAt, outcome } of Object.values(state.acts)) {
      const { to, mib } = act.args as { readonly to?: string; readonly mib?: number };
      if (to === undefined || outcome === 'refused' || outcome === 'not-sent') continue;
      if (at - intendedAt < seconds * 1000) promised.set(to, (promised.get(to) ?? 0) + (mib ?? 0));
    }
  }
  return promised;
}
