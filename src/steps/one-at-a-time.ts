/**
 * What hosts that overlap leave to each other, counted in the fold, open intents included: two lanes that look at the
 * same moment do not both go. CloudStack prepares one host of a cluster at a time (cs facts 4, 17).
 */
import { hostLanes, inBlock, inHand, notBack } from '../domain/lanes';
import type { LaneId } from '../domain/plan';
import { currentLine, type LineState, type Run } from '../domain/run';
import { listed } from './sight';
import type { Patience } from './step';

const linesIn = (run: Run, lane: LaneId, ...kinds: readonly string[]): readonly LineState[] =>
  Object.values(run.lines).filter(
    ({ line }) => line.lane === lane && line.block !== undefined && kinds.includes(line.kind),
  );

/**
 * How far our own acts have brought this host: asked for, enabled for it, or not at all. That it is Enabled says nothing:
 * somebody may have enabled it in CloudStack, and two such hosts would wait for each other for ever.
 */
function preparing(run: Run, lane: LaneId): 'asked' | 'enabled' | undefined {
  const enter = linesIn(run, lane, 'enter-maintenance')[0];
  if (!enter || enter.status === 'done') return undefined;
  const acted = ({ acts }: LineState): boolean => Object.keys(acts).length > 0;
  if (acted(enter)) return 'asked';
  return linesIn(run, lane, 'enable-host-allocation').some(acted) ? 'enabled' : undefined;
}

/** One that was asked for goes first; of two that were enabled for it, the one whose section comes first. */
function goesFirst(run: Run, other: LaneId, lane: LaneId): boolean {
  const [theirs, mine] = [preparing(run, other), preparing(run, lane)];
  if (theirs === undefined || (theirs === 'enabled' && mine === 'asked')) return false;
  const order = hostLanes(run);
  return theirs !== mine || order.indexOf(other) < order.indexOf(lane);
}

function isAway(run: Run, lane: LaneId): boolean {
  const state = currentLine(run, lane);
  if (state === undefined || !inBlock(run, state)) return false;
  return linesIn(run, lane, 'enter-maintenance').every(({ status }) => status === 'done');
}

/** Why this host does not go into maintenance yet; undefined when nothing of its own run is in the way. */
export function notYetItsTurn(run: Run, lane: LaneId): string | undefined {
  const others = inHand(run, lane);
  const first = others.filter((other) => goesFirst(run, other, lane));
  if (first.length > 0) return `${listed(first)} first: CloudStack puts one host at a time into maintenance`;
  const away = others.filter((other) => isAway(run, other));
  const most = run.placement.maxDown ?? 1;
  return away.length < most ? undefined : `Still away: ${listed(away)}; at most ${most} at a time`;
}

/**
 * Until its turn comes a host waits as long as it takes, for what it waits for has limits of its own, in its own lane;
 * its patience counts from when the newest of those hosts was in maintenance, or back.
 */
export function fromItsTurn(patience: Patience, run: Run, lane: LaneId): Patience {
  if (notYetItsTurn(run, lane) !== undefined)
    return { ...patience, softSeconds: Infinity, hardSeconds: Infinity };
  const away = notBack(run, lane);
  const ends = Object.values(run.lines).flatMap(({ line, doneAt }) => {
    const counts = line.kind === 'enter-maintenance' || !away.includes(line.lane);
    return counts && line.lane !== lane && line.block !== undefined ? [doneAt ?? 0] : [];
  });
  return ends.length > 0 ? { ...patience, notBefore: Math.max(...ends) } : patience;
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

/** So long after a test the look of another lane may still show its VM on the way: one monitor round. */
const TEST_SHOWS_SECONDS = 60;

/** The test of a host moves a VM, of this host for all anybody knows: CloudStack and XAPI disagree on it until it has arrived. */
export function movedByTest(run: Run, lane: LaneId, at: number): string | undefined {
  const tests = Object.values(run.lines).filter(
    ({ line, status, doneAt }) =>
      line.kind === 'smoke-test-host' &&
      line.lane !== lane &&
      (status === 'begun' || (doneAt !== undefined && at - doneAt < TEST_SHOWS_SECONDS * 1000)),
  );
  const vms = tests.flatMap(({ acts }) => Object.keys(acts));
  return vms.length === 0
    ? undefined
    : `${listed(vms)} moved by the test of ${listed(tests.map(({ line }) => line.lane))}`;
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
