/**
 * A plan that has drifted: when other VMs of the next host must be stopped than were approved, what has not begun is
 * planned anew as a revision. Moves need none: inside their bounds the drain chooses by itself (design: Bounds). Pure.
 */
import { POOL_LANE, type Placement, type PlannedLine, type Revision, type Section } from '../domain/plan';
import { hostLanes, inHand } from '../domain/lanes';
import { numberOf, prefixOf } from '../domain/line-ids';
import { planDigest } from '../domain/plan-digest';
import { currentLine, type Run } from '../domain/run';
import type { LineDraft } from '../steps/step';
import type { SectionDraft } from '../procedures/procedure';
import { gates, opensBlock, type Gates } from './overlap';

/** `fresh`: the sections that the procedure would plan now. Undefined while the stops of this host are the approved ones. */
export function revisionOf(
  run: Run,
  host: string,
  fresh: readonly SectionDraft[],
  placed: Placement,
): Revision | undefined {
  const planned = stopsOf(run.placement, host);
  const now = stopsOf(placed, host);
  const more = now.filter((vm) => !planned.includes(vm));
  const less = planned.filter((vm) => !now.includes(vm));
  if (more.length === 0 && less.length === 0) return undefined;

  const removed = new Set<string>();
  const added: PlannedLine[] = [];
  const hostEnds: string[] = [];
  let before: readonly string[] = [];
  // what has begun was approved as it stands: it ends as it was planned, and what was agreed for its VMs holds
  const kept = inHand(run, host);
  const placement = keeping(run.placement, kept, placed);
  const tried = hostLanes(run).some((lane) => currentLine(run, lane) === undefined);
  const gate = gates(placement.turns, tried);
  for (const section of run.sections) {
    // lines that were put in before one that is held are somebody's choice: they stay
    const open = section.lines.slice(section.lines.findLastIndex((line) => !isOpen(run, line)) + 1);
    const standingYet = section.lines.slice(0, section.lines.length - open.length);
    const found = fresh.find((one) => one.lane === section.lane && one.title === section.title);
    const draft = found && !kept.includes(section.lane) ? restOf(found.lines, standingYet) : undefined;
    // No procedure plans it now (somebody else has upgraded its host): its own lines stay, and find that out in their turn.
    // Where what came before them is removed they are numbered anew, or they would wait for it for ever.
    const waitsInVain = open.some((line) => line.after.some((id) => removed.has(id)));
    const anew = draft !== undefined || waitsInVain ? open : [];
    const standing = section.lines.filter((line) => !anew.includes(line));
    for (const line of anew) removed.add(line.id);
    const ends = section.lane === POOL_LANE && hostEnds.length > 0 ? hostEnds : before;
    const rest = draft ?? anew;
    const own = section.lane === POOL_LANE ? undefined : gate.of(section.lane, ends);
    const made = anew.length > 0 ? numberedOn(section, rest, standing, own ?? { start: ends, down: [] }) : [];
    added.push(...made);
    if (section.lane !== POOL_LANE) gate.passed(section.lane, [...standing, ...made]);
    before = [made.at(-1) ?? standing.at(-1)].flatMap((line) => line?.id ?? []);
    if (section.lane !== POOL_LANE) hostEnds.push(...before);
  }
  const twice = added.find(({ id }, at) => run.lines[id] || added.findIndex((one) => one.id === id) !== at);
  if (twice) throw new Error(`a revision gives the id ${twice.id} a second time`);
  const sections = run.sections.map((section) => ({
    ...section,
    lines: [
      ...section.lines.filter((line) => !removed.has(line.id)),
      ...added.filter(
        (line) => line.lane === section.lane && prefixOf(line.id) === prefixOf(section.lines[0]?.id ?? ''),
      ),
    ],
  }));
  const { procedure, poolUuid, target } = run.plan;
  return {
    digest: planDigest({ procedure, poolUuid, target, sections, placement }),
    why: whyOf(host, more, less),
    removed: [...removed],
    added,
    placement,
  };
}

const stopsOf = (placement: Placement, host: string): readonly string[] =>
  (placement.hosts.find((one) => one.host === host)?.stops ?? []).map((stop) => stop.vm);

/** Not begun: the line that carries the revision is begun, so it stays. */
const isOpen = (run: Run, line: PlannedLine): boolean => run.lines[line.id]?.status === 'planned';

/**
 * What of the fresh section comes after the lines that stand: after the same line, counted, for a kind may come twice.
 * Undefined where the fresh section does not have it: nobody knows then what is left, and never is it everything.
 */
function restOf(
  drafts: readonly LineDraft[],
  standing: readonly PlannedLine[],
): readonly LineDraft[] | undefined {
  const last = standing.at(-1);
  if (!last) return drafts;
  const times = standing.filter(({ kind }) => kind === last.kind).length;
  const same = drafts.flatMap(({ kind }, at) => (kind === last.kind ? [at] : []))[times - 1];
  return same === undefined ? undefined : drafts.slice(same + 1);
}

/** The new placement, but for these hosts the one that their approval was about. */
function keeping(approved: Placement, hosts: readonly string[], placement: Placement): Placement {
  if (hosts.length === 0) return placement;
  const old = approved.hosts.filter(({ host }) => hosts.includes(host));
  return { ...placement, hosts: [...old, ...placement.hosts.filter(({ host }) => !hosts.includes(host))] };
}

/** Numbers go on where the section's stopped: ids are never reused. */
function numberedOn(
  section: Section,
  drafts: readonly LineDraft[],
  standing: readonly PlannedLine[],
  gate: Gates,
): readonly PlannedLine[] {
  const prefix = prefixOf(section.lines[0]?.id ?? '');
  const highest = Math.max(0, ...section.lines.map((line) => numberOf(line.id)));
  let after = standing.length > 0 ? [standing.at(-1)!.id] : gate.start;
  const all: PlannedLine[] = [...standing];
  return drafts.map((draft, at): PlannedLine => {
    const { kind, v, title, args, block } = draft;
    const id = `${prefix}-${String(highest + 1 + at).padStart(2, '0')}-${kind}`;
    const line = {
      id,
      lane: section.lane,
      kind,
      v,
      title,
      args,
      after: opensBlock(draft, all) ? [...after, ...gate.down] : after,
      ...(block !== undefined && { block }),
    };
    after = [id];
    all.push(line);
    return line;
  });
}

const whyOf = (host: string, more: readonly string[], less: readonly string[]): string =>
  [
    ...(more.length > 0 ? [`on ${host}, ${more.join(', ')} must be stopped`] : []),
    ...(less.length > 0 ? [`on ${host}, ${less.join(', ')} need not be stopped any more`] : []),
  ]
    .join('; ')
    .concat('.');
