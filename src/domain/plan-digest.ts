/** What a person approves, as one word: of procedure, pool, target, lines and placement. The same for a revision. */
import { digestOf } from './digest';
import type { Json } from './json';
import type { Placement, Section } from './plan';

export function planDigest(plan: {
  readonly procedure: string;
  readonly poolUuid: string;
  readonly target: string;
  readonly sections: readonly Section[];
  readonly placement: Placement;
}): string {
  const { procedure, poolUuid, target, sections, placement } = plan;
  return digestOf({
    procedure,
    poolUuid,
    target,
    sections: sections.map(sectionJson),
    placement: placementJson(placement),
  });
}

const sectionJson = (section: Section): Json => ({
  title: section.title,
  lane: section.lane,
  lines: section.lines.map(({ id, kind, v, title, args, after, block }) => ({
    id,
    kind,
    v,
    title,
    args,
    after,
    block,
  })),
});

const placementJson = ({ order, hosts, misfits, crowded, turns, maxDown }: Placement): Json => ({
  order,
  misfits,
  ...(crowded && { crowded }),
  // plans from before hosts overlapped keep their digests
  ...(maxDown !== undefined && { maxDown }),
  ...(turns && {
    turns: turns.map(({ host, afterBack, afterEmpty, downAfterBack }) => ({
      host,
      afterBack,
      afterEmpty,
      downAfterBack,
    })),
  }),
  hosts: hosts.map(({ host, moves, stops }) => ({
    host,
    moves: moves.map(({ vm, to, candidates, memoryMib }) => ({ vm, to, candidates, memoryMib })),
    stops: stops.map(({ vm, why, startOn, downMinutes }) => ({ vm, why, startOn, downMinutes })),
  })),
});
