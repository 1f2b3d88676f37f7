/** A plan as people read it: whether it can be done, what was found, and the exact list of what will be done. */
import type { KnownBlock } from '@slack/types';
import type { Finding, Severity } from '../../domain/finding';
import type { Plan, Section } from '../../domain/plan';
import { actions, context, header, section, sections } from './blocks';
import { press } from './buttons';
import { coalesced, type TextLine } from './limits';
import type { Message } from './message';
import { bold, clip, code, count, listed, plain, spoken } from './words';

const SEVERITY = {
  block: { symbol: '✗', heading: 'What blocks' },
  question: { symbol: '?', heading: 'Questions: approving the plan answers them' },
  warn: { symbol: '!', heading: 'Warnings' },
  note: { symbol: '·', heading: 'Notes' },
} as const satisfies Record<Severity, { readonly symbol: string; readonly heading: string }>;

/** Characters of one advice: a statement to be copied must be whole, or it is worse than none. */
const ADVICE = 900;

export function planMessage(plan: Plan): Message {
  const hosts = plan.snapshot.hosts.length;
  const vms = plan.snapshot.vms.filter((vm) => vm.on !== undefined).length;
  const blocked = plan.verdict === 'blocked';
  const before = [...new Set(plan.snapshot.hosts.map((host) => host.version))].join(', ');
  const verdict = blocked
    ? 'Blocked: it cannot be started until what blocks it is solved.'
    : 'It can be done, host by host.';
  const stops = plan.placement.hosts.flatMap((host) => host.stops);
  const moves = plan.placement.hosts.reduce((sum, host) => sum + host.moves.length, 0);
  return {
    key: `plan:${plan.id}`,
    text: spoken(
      `Plan for ${plan.pool} to ${plan.target}: ${verdict} ${count(hosts, 'host')}, ${count(vms, 'VM')}.`,
    ),
    blocks: [
      header(`Plan for ${plan.pool}: ${before} → ${plan.target}`),
      section(
        [
          `${blocked ? '✗' : '✓'} ${bold(verdict)}`,
          `${count(hosts, 'host')}, master ${plain(plan.snapshot.master)} first · ${count(vms, 'VM')} running · ${count(moves, 'move')} · ${count(stops.length, 'VM')} to be stopped`,
        ].join('\n'),
      ),
      ...found(plan.findings),
      ...(stops.length > 0
        ? [
            section(
              `${bold('VMs that will be stopped')}\n${plain(
                clip(
                  listed(
                    stops.map((one) => `${one.vm} (${one.why}, at most ${one.downMinutes} min)`),
                    20,
                  ),
                  2000,
                ),
              )}`,
            ),
          ]
        : []),
      ...whatWillBeDone(plan.sections),
      ...(blocked
        ? []
        : actions([
            press(
              'Start',
              { do: 'start', plan: plan.id },
              {
                style: 'primary',
                confirm: {
                  title: 'Start this plan?',
                  text: `${plan.pool} to ${plan.target}. Nothing is changed before somebody else approves.`,
                  yes: 'Start',
                },
              },
            ),
          ])),
      context(
        `Plan ${code(plan.id)} · digest ${code(plan.digest)} · made by ${plain(plan.madeBy.name)}${
          blocked ? '' : ` · start it with ${code(`/xsupgrade start ${plan.id}`)}`
        }`,
      ),
    ],
  };
}

function found(findings: readonly Finding[]): readonly KnownBlock[] {
  if (findings.length === 0) return [section('Nothing was found in the way.')];
  const order: readonly Severity[] = ['block', 'question', 'warn', 'note'];
  const lines = order.flatMap((severity): readonly TextLine[] => {
    const keep = severity === 'block';
    const alike = findings.filter((finding) => finding.severity === severity);
    if (alike.length === 0) return [];
    const heading = { text: bold(SEVERITY[severity].heading), keep };
    return [heading, ...alike.map((finding) => ({ text: findingText(finding), keep }))];
  });
  return sections(coalesced(lines, 4500, (n) => `… and ${n} more findings: \`xsupgrade plan --json\``));
}

/** What was found names its subject; the severity shows in the mark before it. */
export function findingText({ severity, what, evidence, advice }: Finding): string {
  const { symbol } = SEVERITY[severity];
  const rest =
    severity === 'note'
      ? []
      : [
          ...evidence.slice(0, 3).map((one) => `      ${clip(plain(one), 200)}`),
          ...advice.slice(0, 3).map((one) => `      Do this: ${clip(plain(one), ADVICE)}`),
        ];
  return [`${symbol} ${clip(plain(what), 300)}`, ...rest].join('\n');
}

/** Sections in order; hosts whose lines read alike are told once. */
function whatWillBeDone(all: readonly Section[]): readonly KnownBlock[] {
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
      lines.push({
        text: `${alike.map((same) => bold(same.title)).join(', ')}: the same ${count(one.lines.length, 'line')} as ${plain(as)}`,
        keep: true,
      });
      continue;
    }
    lines.push({ text: bold(one.title), keep: true });
    if (one.host !== undefined) told.set(shapeOf(one), one.host);
    for (const [i, line] of one.lines.entries())
      lines.push({ text: `${String(i + 1).padStart(2, ' ')}. ${clip(plain(line.title), 160)}` });
  }
  return sections(
    coalesced(lines, 5000, (n) => `… ${n} lines not shown: \`xsupgrade plan --json\` prints all of them`),
  );
}

const shapeOf = ({ lines }: Section): string => lines.map((line) => line.kind).join('\n');
