/** What GET /slack shows: channels, messages in order, threads, live buttons, ephemerals, open modals. */
import { textIn, type Block } from './model';
import { buttonsOf } from './buttons';
import type { SlackState } from './state';

export interface ShownButton {
  readonly id: string;
  readonly text: string;
  readonly style?: string;
  readonly value?: string;
  /** What a person is asked before it counts. */
  readonly confirm?: string;
}

export interface ShownMessage {
  readonly ts: string;
  readonly author: { readonly id: string; readonly name: string };
  readonly text: string;
  readonly blocks: readonly Block[];
  /** ts of the parent, for a reply. */
  readonly thread?: string;
  readonly broadcast: boolean;
  readonly edits: number;
  readonly buttons: readonly ShownButton[];
  /** What they say is under `url`: a plan of a big pool is megabytes. */
  readonly files: readonly ShownFile[];
}

export interface ShownFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly bytes: number;
  /** Where it can be downloaded, from the page's own address. */
  readonly url: string;
}

export interface WorkspaceView {
  readonly v: 1;
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly string[];
  }[];
  readonly groups: readonly { readonly id: string; readonly handle: string }[];
  /** Sockets of the app that would get an envelope now. */
  readonly sockets: number;
  readonly channels: readonly {
    readonly id: string;
    readonly name: string;
    readonly messages: readonly ShownMessage[];
  }[];
  readonly ephemerals: readonly (Omit<ShownMessage, 'author' | 'broadcast' | 'edits' | 'files'> & {
    readonly to: string;
    readonly channel: string;
  })[];
  readonly modals: readonly {
    readonly id: string;
    readonly to: string;
    readonly view: Block;
    readonly errors: Readonly<Record<string, string>>;
  }[];
}

export const viewOf = (state: SlackState, sockets: number): WorkspaceView => ({
  v: 1,
  people: state.people,
  groups: state.groups.map(({ id, handle }) => ({ id, handle })),
  sockets,
  channels: state.channels.map((channel) => ({
    ...channel,
    messages: state.messages
      .filter((message) => message.channel === channel.id)
      .map((message) => ({
        ts: message.ts,
        author: { id: message.user, name: state.nameOf(message.user) },
        text: message.text,
        blocks: message.blocks,
        ...(message.threadTs !== undefined && { thread: message.threadTs }),
        broadcast: message.broadcast,
        edits: message.edits,
        buttons: liveButtons(message.blocks),
        files: message.files.map(({ id, name, title, content }) => ({
          id,
          name,
          title,
          bytes: content.length,
          url: `/file/${id}`,
        })),
      })),
  })),
  ephemerals: state.ephemerals.map(({ ts, to, channel, threadTs, text, blocks }) => ({
    ts,
    to,
    channel,
    text,
    blocks,
    ...(threadTs !== undefined && { thread: threadTs }),
    buttons: liveButtons(blocks),
  })),
  modals: state.views.map(({ id, to, view, errors }) => ({ id, to, view, errors })),
});

function liveButtons(blocks: readonly Block[]): readonly ShownButton[] {
  return buttonsOf(blocks).map(({ id, label, button }) => {
    const { confirm } = button as { confirm?: { text?: { text?: unknown } } };
    return {
      id,
      text: label,
      ...(typeof button['style'] === 'string' && { style: button['style'] }),
      ...(typeof button['value'] === 'string' && { value: button['value'] }),
      ...(confirm && { confirm: textIn(confirm.text?.text) }),
    };
  });
}
