/** A plan as people read it: whether it can be done, what was found, and the exact list of what will be done. The whole of it is in its thread. */
import { withOwner } from '../../domain/owner-words';
import type { KnownBlock } from '@slack/types';
import { askedAs, purposeOf } from '../../domain/aim';
import type { Plan, Section } from '../../domain/plan';
import {
  countsSentence,
  sizeSentence,
  verdictSentence,
  verdictSymbol,
  versionsSentence,
} from '../../domain/plan-outline';
import { actions, context, header, section, sections } from './blocks';
import { press } from './buttons';
import { findingLines } from './findings';
import { hostTable } from './host-table';
import { coalesced, LIMITS, type TextLine } from './limits';
import type { Message } from './message';
import { remedyButtons } from './remedy-buttons';
import { bold, clip, code, count, listed, plain, spoken } from './words';

/** Shares of a message, in characters of JSON: the hosts first, then most of the rest for what was found. */
const HOSTS = 4_200;
const FOUND = 0.65;
/** What blocks cost beside their text. */
const FRAMES = 700;

export function planMessage(plan: Plan): Message {
  const { findings } = plan;
  const verdict = verdictSentence(plan);
  const above: readonly KnownBlock[] = [
    header(`Plan for ${plan.pool}: ${versionsSentence(plan)}`),
    section(
      [
        `${verdictSymbol(plan)} ${bold(verdict)}`,
        `Found: ${countsSentence(findings)}`,
        plain(sizeSentence(plan)),
      ].join('\n'),
    ),
  ];
  const below: readonly KnownBlock[] = [...actions(buttons(plan)), footer(plan)];
  const hosts = hostTable(plan, HOSTS);
  const stops = stopped(plan);
  const room = LIMITS.message - FRAMES - JSON.stringify([...above, ...hosts, ...stops, ...below]).length;
  const found = sections(
    findingLines(
      findings,
      askedAs(plan),
      Math.floor(room * FOUND),
      (n) => `… and ${n} more: all are in the report in this thread`,
    ),
  );
  const left = room - JSON.stringify(found).length;
  return {
    key: `plan:${plan.id}`,
    text: spoken(
      `Plan for ${purposeOf(plan)}: ${verdict} Found: ${countsSentence(findings)}; ${sizeSentence(plan)}.`,
    ),
    blocks: [
      ...above,
      ...hosts,
      ...found,
      ...stops,
      { type: 'divider' },
      ...whatWillBeDone(plan.sections, left),
      ...below,
    ],
  };
}

const buttons = (plan: Plan): Parameters<typeof actions>[0] => [
  ...(plan.verdict === 'blocked'
    ? []
    : [
        press(
          'Start',
          { do: 'start', plan: plan.id },
          {
            style: 'primary',
            confirm: {
              title: 'Start this plan?',
              text: `${purposeOf(plan)}. Nothing is changed before somebody else approves.`,
              yes: 'Start',
            },
          },
        ),
      ]),
  ...remedyButtons(plan),
];

const footer = (plan: Plan): KnownBlock =>
  context(
    `Plan ${code(plan.id)} · digest ${code(plan.digest)} · made by ${plain(clip(plan.madeBy.name, 100))}${
      plan.verdict === 'blocked' ? '' : ` · start it with ${code(`/xsupgrade start ${plan.id}`)}`
    } · the whole report is in the thread`,
  );

function stopped({ placement }: Plan): readonly KnownBlock[] {
  const stops = placement.hosts.flatMap((host) => host.stops);
  if (stops.length === 0) return [];
  const names = stops.map((one) => `${withOwner(one)} (${one.why}, at most ${one.downMinutes} min)`);
  return [section(`${bold('VMs that will be stopped')}\n${plain(clip(listed(names, 20), 1200))}`)];
}

/** Sections in order; hosts whose lines read alike are told once. `budget`: characters of JSON. */
function whatWillBeDone(all: readonly Section[], budget: number): readonly KnownBlock[] {
  const lines: TextLine[] = [];
  const told = new Map<string, string>();
  for (let at = 0; at < all.length; at++) {
    const one = all[at]!;
    const as = one.host === undefined ? undefined : told.get(shapeOf(one));
    if (as !== undefined) {
      const alike = [one];
      for (
        let next = all[at + 1];
        next?.host !== undefined && shapeOf(next) === shapeOf(one);
        next = all[at + 1]
      ) {
        alike.push(next);
        at++;
      }
      const titles = listed(
        alike.map((same) => same.title),
        6,
      );
      lines.push({
        text: `${clip(bold(titles), 600)}: the same ${count(one.lines.length, 'line')} as ${plain(as)}`,
        keep: true,
      });
      continue;
    }
    lines.push({ text: clip(bold(one.title), 300), keep: true });
    if (one.host !== undefined) told.set(shapeOf(one), one.host);
    for (const [i, line] of one.lines.entries())
      lines.push({ text: `${String(i + 1).padStart(2, ' ')}. ${clip(plain(line.title), 160)}` });
  }
  return sections(
    coalesced(lines, budget, (n) => `… ${n} lines not shown: the report in this thread has all of them`),
  );
}

const shapeOf = ({ lines }: Section): string => lines.map((line) => line.kind).join('\n');
