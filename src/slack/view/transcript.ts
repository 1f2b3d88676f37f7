/** The thread as plain text, the way it reads in Slack: for a shell, the demo and the README. */
import type { KnownBlock } from '@slack/types';
import { CARD, type Message } from './message';
import { unescaped } from './words';

/** The card, then its replies indented by a bar. */
export function transcript(messages: readonly Message[]): string {
  return messages
    .map((message) => {
      const text = messageText(message);
      if (message.key === CARD) return text;
      return text
        .split('\n')
        .map((line) => `│ ${line}`.trimEnd())
        .join('\n');
    })
    .join('\n│\n');
}

/** One message as text; its fallback where it has no blocks. */
export function messageText({ text, blocks }: Pick<Message, 'text' | 'blocks'>): string {
  if (blocks.length === 0) return unmarked(text);
  return blocks
    .map(blockText)
    .filter((one) => one !== '')
    .join('\n');
}

function blockText(block: KnownBlock): string {
  switch (block.type) {
    case 'header':
      return block.text.text;
    case 'section':
      return [block.text?.text ?? '', ...(block.fields ?? []).map((field) => field.text)]
        .filter(Boolean)
        .map(unmarked)
        .join('\n');
    case 'context':
      return block.elements.map((element) => ('text' in element ? unmarked(element.text) : '')).join(' · ');
    case 'divider':
      return '---';
    case 'actions':
      return block.elements
        .flatMap((element) => (element.type === 'button' ? [`[ ${element.text.text} ]`] : []))
        .join(' ');
    case 'table':
      return columns(
        block.rows.map((row) =>
          row.map((cell) => ('text' in cell && typeof cell.text === 'string' ? cell.text : '')),
        ),
      );
    default:
      return `[${block.type}]`;
  }
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').trim().length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell.trim() : cell.trim().padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Slack's markup read as a person reads it: dates by their fallback, marks of bold and code gone, escapes undone. */
export function unmarked(mrkdwn: string): string {
  const dated = mrkdwn
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<(?:@|!subteam\^)([^|>]+)(\|[^>]*)?>/g, '@$1');
  return unescaped(
    dated
      .replace(/```\n?/g, '')
      .replace(/(^|[\s(])\*([^*\n]+)\*/g, '$1$2')
      .replace(/`([^`\n]+)`/g, '$1'),
  );
}
