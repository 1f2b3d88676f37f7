/**
 * A plan that has drifted: when other VMs of the next host must be stopped than were approved, what has not begun is
 * planned anew as a revision. Moves need none: inside their bounds the drain chooses by itself (design: Bounds). Pure.
 */
import { POOL_LANE, type Placement, type PlannedLine, type Revision, type Section } from '../domain/plan';
import { hostLanes } from '../domain/lanes';
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
  placement: Placement,
): Revision | undefined {
  const planned = stopsOf(run.placement, host);
  const now = stopsOf(placement, host);
  const more = now.filter((vm) => !planned.includes(vm));
  const less = planned.filter((vm) => !now.includes(vm));
  if (more.length === 0 && less.length === 0) return undefined;

  const removed = new Set<string>();
  const added: PlannedLine[] = [];
  const hostEnds: string[] = [];
  let before: readonly string[] = [];
  const tried = hostLanes(run).some((lane) => currentLine(run, lane) === undefined);
  const gate = gates(placement.turns, tried);
  for (const section of run.sections) {
    // lines that were put in before one that is held are somebody's choice: they stay
    const open = section.lines.slice(section.lines.findLastIndex((line) => !isOpen(run, line)) + 1);
    const draft = fresh.find((one) => one.lane === section.lane && one.title === section.title);
    // No procedure plans it now (somebody else has upgraded its host): its own lines stay, and find that out in their turn.
    // Where what came before them is removed they are numbered anew, or they would wait for it for ever.
    const waitsInVain = open.some((line) => line.after.some((id) => removed.has(id)));
    const anew = draft !== undefined || waitsInVain ? open : [];
    const standing = section.lines.filter((line) => !anew.includes(line));
    for (const line of anew) removed.add(line.id);
    const ends = section.lane === POOL_LANE && hostEnds.length > 0 ? hostEnds : before;
    const rest = draft ? restOf(draft.lines, standing) : anew;
    const own = section.lane === POOL_LANE ? undefined : gate.of(section.lane, ends);
    const made = anew.length > 0 ? numberedOn(section, rest, standing, own ?? { start: ends, down: [] }) : [];
    added.push(...made);
    if (section.lane !== POOL_LANE) gate.passed(section.lane, [...standing, ...made]);
    before = [made.at(-1) ?? standing.at(-1)].flatMap((line) => line?.id ?? []);
    if (section.lane !== POOL_LANE) hostEnds.push(...before);
  }
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

/** What of the fresh section comes after the lines that stand. */
function restOf(drafts: readonly LineDraft[], standing: readonly PlannedLine[]): readonly LineDraft[] {
  const last = standing.at(-1);
  if (!last) return drafts;
  return drafts.slice(drafts.findIndex((draft) => draft.kind === last.kind) + 1);
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
