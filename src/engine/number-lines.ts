/** Gives the lines of a procedure their ids and their order. Ids are never reused. */
import { POOL_LANE, type LaneId, type PlannedLine, type Section, type Turn } from '../domain/plan';
import type { SectionDraft } from '../procedures/procedure';
import { gates, opensBlock } from './overlap';

/**
 * `before-01-approve-run`, `host-1-05-enter-maintenance`: section, number within it, kind. A line comes after the one
 * before it; the first of a host after the last of the section before, or as its turn says where hosts overlap; the
 * first after the hosts after all of them.
 */
export function numbered(drafts: readonly SectionDraft[], turns?: readonly Turn[]): readonly Section[] {
  const sections: Section[] = [];
  const slugs = new Map<LaneId, string>();
  const counts = new Map<string, number>();
  let ends: readonly string[] = [];
  let hostEnds: readonly string[] = [];
  const gate = gates(turns);
  for (const draft of drafts) {
    if (draft.lines.length === 0) continue;
    const slug = slugOf(draft, slugs);
    const inPool = draft.lane === POOL_LANE;
    const lines: PlannedLine[] = [];
    const own = inPool ? undefined : gate.of(draft.lane, ends);
    const start = own?.start ?? (inPool && hostEnds.length > 0 ? hostEnds : ends);
    for (const line of draft.lines) {
      const n = (counts.get(slug) ?? 0) + 1;
      counts.set(slug, n);
      const last = lines.at(-1);
      const { kind, v, title, args, block } = line;
      lines.push({
        id: `${slug}-${String(n).padStart(2, '0')}-${kind}`,
        lane: draft.lane,
        kind,
        v,
        title,
        args,
        after: last ? [last.id, ...(own && opensBlock(line, lines) ? own.down : [])] : start,
        ...(block !== undefined && { block }),
      });
    }
    const end = lines.at(-1)!.id;
    hostEnds = inPool ? [] : [...hostEnds, end];
    ends = [end];
    if (!inPool) gate.passed(draft.lane, lines);
    const { title, lane, host } = draft;
    sections.push({ title, lane, lines, ...(host !== undefined && { host }) });
  }
  return sections;
}

/** A pool section goes by the first word of its title, a host by its name; no two lanes share a slug. */
function slugOf({ lane, title }: SectionDraft, slugs: Map<LaneId, string>): string {
  const isPool = lane === POOL_LANE;
  const key = isPool ? `${POOL_LANE} ${title}` : lane;
  const known = slugs.get(key);
  if (known !== undefined) return known;
  const plain = (isPool ? title.split(' ')[0]! : lane)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const taken = new Set(slugs.values());
  let slug = plain;
  for (let n = 2; taken.has(slug) || slug === ''; n++) slug = `${plain || 'host'}${isPool ? '' : '-'}${n}`;
  slugs.set(key, slug);
  return slug;
}
