/** Modals: a reason that goes into the journal is asked for in words, never taken from a button. */
import type { ModalView } from '@slack/types';
import type { Pressed } from './buttons';
import { clip, plain } from './words';

export const REASON_MODAL = 'xsu/reason';
export const REASON_BLOCK = 'reason';
export const REASON_INPUT = 'text';

/** What a modal is about, carried in its private_metadata: the press that opened it and where to answer. */
export interface ModalAbout {
  readonly pressed: Pressed;
  readonly channel: string;
  readonly thread?: string;
}

const WORDS = {
  no: {
    title: 'Say no',
    submit: 'Say no',
    text: 'What is asked for is not done, and the run goes no further here until somebody tries again or aborts it. The reason is written into the journal and shown in the thread.',
    label: 'Why?',
  },
  accept: {
    title: 'Accept the loss',
    submit: 'Accept the loss',
    text: 'The run goes on without what is named in the question. Your name and the reason are written into the journal and shown in the thread.',
    label: 'Why may it go on without?',
  },
  abort: {
    title: 'Abort the run',
    submit: 'Abort',
    text: 'Abort takes effect at the end of what each host has in hand. It is not an undo: what has been changed stays owed to the pool, and the card then offers to give it back.',
    label: 'Why?',
  },
  'pause-now': {
    title: 'Pause now',
    submit: 'Pause now',
    text: 'Everything is held at once, in the middle of what is in hand. On-call is paged when the cluster is Unmanaged meanwhile. "Pause" waits for a safe place instead.',
    label: 'Why now?',
  },
  'take-over': {
    title: 'Take over',
    submit: 'Take over',
    text: 'From then on this is yours: it is no longer owed by xsupgrade, and your name and reason are in the journal.',
    label: 'What will you do about it?',
  },
} as const;

export type AsksReason = Pressed & { readonly do: keyof typeof WORDS };
export const asksReason = (pressed: Pressed): pressed is AsksReason => pressed.do in WORDS;

export function reasonModal(about: ModalAbout & { readonly pressed: AsksReason }): ModalView {
  const words = WORDS[about.pressed.do];
  const on =
    'obligation' in about.pressed
      ? `\n*${plain(about.pressed.obligation)}* in ${plain(about.pressed.pool)}`
      : '';
  return {
    type: 'modal',
    callback_id: REASON_MODAL,
    private_metadata: JSON.stringify(about),
    title: { type: 'plain_text', text: clip(words.title, 24) },
    submit: { type: 'plain_text', text: clip(words.submit, 24) },
    close: { type: 'plain_text', text: 'Back' },
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${words.text}${on}` } },
      {
        type: 'input',
        block_id: REASON_BLOCK,
        label: { type: 'plain_text', text: words.label },
        element: {
          type: 'plain_text_input',
          action_id: REASON_INPUT,
          multiline: true,
          max_length: 500,
          placeholder: { type: 'plain_text', text: 'One or two sentences' },
        },
      },
    ],
  };
}
