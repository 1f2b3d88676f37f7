/** Slack's limits (stack §8) and how a long text is made to fit: nothing is ever sent that Slack would refuse. */
import type { KnownBlock } from '@slack/types';
import type { Message } from './message';
import { clip } from './words';

export const LIMITS = {
  /** Slack takes 50; five are kept free. */
  blocks: 45,
  /** Slack takes 3,000 characters in a text object; escapes are counted, so keep away from the edge. */
  section: 2900,
  header: 150,
  /** Slack refuses all blocks together above about 13,200 characters (slackapi/bolt-js#2509); capped at 12,000 of JSON. */
  message: 12_000,
  /** Slack takes 40,000 and recommends 4,000. */
  text: 4000,
  button: 75,
  buttonValue: 2000,
  /** block_id and action_id. */
  id: 255,
  actions: 25,
  context: 10,
  fields: 10,
  field: 2000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  tableRows: 100,
  tableColumns: 20,
  tableCharacters: 10_000,
  modalTitle: 24,
} as const;

/** What Slack would refuse, one sentence each; empty when the message fits. */
export function withinLimits(message: Pick<Message, 'text' | 'blocks'>): readonly string[] {
  const wrong: string[] = [];
  const most = (what: string, is: number, limit: number): void => {
    if (is > limit) wrong.push(`${what}: ${is} is more than ${limit}`);
  };
  if (message.text.trim() === '') wrong.push('text: empty, screen readers would say nothing');
  most('text', message.text.length, LIMITS.text);
  most('blocks', message.blocks.length, LIMITS.blocks);
  most('all blocks as JSON', JSON.stringify(message.blocks).length, LIMITS.message);
  most('tables', message.blocks.filter((block) => block.type === 'table').length, 1);
  for (const [i, block] of message.blocks.entries())
    wrong.push(...blockBreaches(block).map((w) => `block ${i + 1}: ${w}`));
  return wrong;
}

function blockBreaches(block: KnownBlock): readonly string[] {
  const wrong: string[] = [];
  const most = (what: string, is: number, limit: number): void => {
    if (is > limit) wrong.push(`${what}: ${is} is more than ${limit}`);
  };
  const some = (what: string, text: string): void => {
    if (text === '') wrong.push(`${what}: empty`);
  };
  most('block_id', block.block_id?.length ?? 0, LIMITS.id);
  switch (block.type) {
    case 'header':
      some('header', block.text.text);
      most('header', block.text.text.length, LIMITS.header);
      break;
    case 'section':
      if (!block.text && !block.fields) wrong.push('section: neither text nor fields');
      if (block.text) some('section', block.text.text);
      most('section', block.text?.text.length ?? 0, 3000);
      most('fields', block.fields?.length ?? 0, LIMITS.fields);
      for (const field of block.fields ?? []) most('field', field.text.length, LIMITS.field);
      break;
    case 'context':
      most('context elements', block.elements.length, LIMITS.context);
      for (const element of block.elements) if ('text' in element) most('context', element.text.length, 3000);
      break;
    case 'actions':
      if (block.elements.length === 0) wrong.push('actions: empty');
      most('actions', block.elements.length, LIMITS.actions);
      for (const element of block.elements)
        if (element.type === 'button') wrong.push(...buttonBreaches(element));
      if (new Set(block.elements.map((element) => element.action_id)).size < block.elements.length)
        wrong.push('actions: two elements carry one action_id');
      break;
    case 'table':
      most('table rows', block.rows.length, LIMITS.tableRows);
      for (const row of block.rows) most('table columns', row.length, LIMITS.tableColumns);
      most('table characters', JSON.stringify(block.rows).length, LIMITS.tableCharacters);
      break;
    case 'divider':
      break;
    default:
      wrong.push(`${block.type}: no limit is known here, so it is not sent`);
  }
  return wrong;
}

type Button = Extract<Extract<KnownBlock, { type: 'actions' }>['elements'][number], { type: 'button' }>;

function buttonBreaches(button: Button): readonly string[] {
  const wrong: string[] = [];
  const most = (what: string, is: number, limit: number): void => {
    if (is > limit) wrong.push(`button ${what}: ${is} is more than ${limit}`);
  };
  most('text', button.text.text.length, LIMITS.button);
  most('value', button.value?.length ?? 0, LIMITS.buttonValue);
  most('action_id', button.action_id?.length ?? 0, LIMITS.id);
  if (button.confirm) {
    most('confirm title', button.confirm.title?.text.length ?? 0, LIMITS.confirmTitle);
    most('confirm text', button.confirm.text.text.length, LIMITS.confirmText);
    most('confirm', button.confirm.confirm?.text.length ?? 0, LIMITS.confirmButton);
    most('deny', button.confirm.deny?.text.length ?? 0, LIMITS.confirmButton);
  }
  return wrong;
}

/** A line of a long text. Lines that matter now are kept; settled ones give way first, oldest first. */
export interface TextLine {
  readonly text: string;
  readonly keep?: boolean;
}

/**
 * Lines that fit into `budget` characters. What gives way is replaced by one line that says how much,
 * made by `left` from the number of lines left out.
 */
export function coalesced(
  lines: readonly TextLine[],
  budget: number,
  left: (n: number) => string,
): readonly string[] {
  const cost = (text: string): number => JSON.stringify(text).length;
  const reserve = cost(left(lines.length)) + 1;
  let total = 0;
  for (const line of lines) total += cost(line.text) + 1;
  if (total <= budget) return lines.map((line) => line.text);
  const gone = new Set<number>();
  const drop = (keep: boolean): void => {
    for (const [i, line] of lines.entries()) {
      if (total + reserve <= budget) return;
      if ((line.keep ?? false) !== keep || gone.has(i)) continue;
      gone.add(i);
      total -= cost(line.text) + 1;
    }
  };
  drop(false);
  drop(true);
  const first = Math.min(...gone);
  return lines.flatMap((line, i) => (i === first ? [left(gone.size)] : gone.has(i) ? [] : [line.text]));
}

/**
 * Lines from the first on that fit into `budget` characters of JSON. What is left out is replaced by one line, made by
 * `left` from the number of lines.
 */
export function fitting(
  lines: readonly string[],
  budget: number,
  left: (n: number) => string,
): readonly string[] {
  const cost = (text: string): number => JSON.stringify(text).length + 1;
  if (lines.reduce((sum, line) => sum + cost(line), 0) <= budget) return lines;
  let room = budget - cost(left(lines.length));
  const shown: string[] = [];
  for (const line of lines) {
    room -= cost(line);
    if (room < 0) break;
    shown.push(line);
  }
  return [...shown, left(lines.length - shown.length)];
}

/** Lines packed into as few texts as the limit of a section allows. */
export function packed(lines: readonly string[], max: number = LIMITS.section): readonly string[] {
  const texts: string[] = [];
  let current = '';
  for (const raw of lines) {
    const line = clip(raw, max);
    if (current !== '' && current.length + 1 + line.length > max) {
      texts.push(current);
      current = '';
    }
    current = current === '' ? line : `${current}\n${line}`;
  }
  if (current !== '') texts.push(current);
  return texts;
}
