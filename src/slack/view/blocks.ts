/** Tiny builders of Slack's blocks: plain objects, typed by @slack/types, already inside the limits of their part. */
import type { Button, KnownBlock } from '@slack/types';
import { LIMITS, packed } from './limits';
import { clip } from './words';

export const header = (text: string): KnownBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: clip(text, LIMITS.header), emoji: false },
});

export const section = (mrkdwn: string): KnownBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text: clip(mrkdwn, LIMITS.section) },
});

/** One line of text each; as few sections as will hold them. */
export const sections = (lines: readonly string[]): readonly KnownBlock[] => packed(lines).map(section);

export const context = (...texts: readonly string[]): KnownBlock => ({
  type: 'context',
  elements: texts
    .slice(0, LIMITS.context)
    .map((text) => ({ type: 'mrkdwn' as const, text: clip(text, LIMITS.section) })),
});

export interface ButtonLook {
  readonly style?: 'primary' | 'danger';
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string };
}

export function button(label: string, actionId: string, value: string, look: ButtonLook = {}): Button {
  const words = (text: string, max: number): { type: 'plain_text'; text: string } => ({
    type: 'plain_text',
    text: clip(text, max),
  });
  return {
    type: 'button',
    text: words(label, LIMITS.button),
    action_id: actionId,
    value,
    ...(look.style && { style: look.style }),
    ...(look.confirm && {
      confirm: {
        title: words(look.confirm.title, LIMITS.confirmTitle),
        text: words(look.confirm.text, LIMITS.confirmText),
        confirm: words(look.confirm.yes, LIMITS.confirmButton),
        deny: words('Back', LIMITS.confirmButton),
        ...(look.style && { style: look.style }),
      },
    }),
  };
}

/** Buttons in rows Slack accepts; none when there are no buttons. */
export function actions(buttons: readonly Button[]): readonly KnownBlock[] {
  const rows: KnownBlock[] = [];
  for (let i = 0; i < buttons.length; i += LIMITS.actions)
    rows.push({ type: 'actions', elements: buttons.slice(i, i + LIMITS.actions) });
  return rows;
}

/** A table of words, its first row the heading. */
export const table = (rows: readonly (readonly string[])[]): KnownBlock => ({
  type: 'table',
  rows: rows.map((row) => row.map((text) => ({ type: 'raw_text' as const, text: text === '' ? ' ' : text }))),
});
