/** Files as Slack takes them: an address for so many bytes, the bytes, and only then a message that carries them (stack §2.1). */
import { BOT, textIn, type SimFile } from './model';
import { SlackRefusal, type SlackState } from './state';

type Args = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, unknown>>;

/** files.getUploadURLExternal: `length` counts bytes, and the address takes exactly as many. */
export function uploadAddress(state: SlackState, args: Args): Answer {
  const name = textIn(args['filename']);
  const length = Number(args['length']);
  if (name === '' || !Number.isInteger(length) || length <= 0) throw new SlackRefusal('invalid_arguments');
  const id = state.newId('F');
  state.uploads.set(id, { id, name, title: name, length });
  return { upload_url: `${textIn(args['_base'])}upload/${id}`, file_id: id };
}

/** False where Slack answers an error: nobody knows the address, it was used, or the length is another one. */
export function takeBytes(state: SlackState, id: string, content: Buffer): boolean {
  const upload = state.uploads.get(id);
  if (!upload || upload.content !== undefined || upload.length !== content.length) return false;
  upload.content = content;
  return true;
}

/** files.completeUploadExternal: each file is shown once, in a channel that the bot is in. */
export function completeUpload(state: SlackState, args: Args): Answer {
  const wanted = Array.isArray(args['files'])
    ? (args['files'] as readonly { readonly id?: unknown; readonly title?: unknown }[])
    : [];
  if (wanted.length === 0) throw new SlackRefusal('invalid_arguments');
  const files = wanted.map(({ id, title }): SimFile => {
    const upload = state.uploads.get(textIn(id));
    if (upload?.content === undefined || upload.shown === true) throw new SlackRefusal('file_not_found');
    return { id: upload.id, name: upload.name, title: textIn(title) || upload.name, content: upload.content };
  });
  const to = textIn(args['channel_id']);
  if (to !== '') {
    const channel = state.channel(to);
    if (!state.isMember()) throw new SlackRefusal('not_in_channel');
    const threadTs = textIn(args['thread_ts']);
    if (threadTs !== '' && !state.message(channel.id, threadTs)) throw new SlackRefusal('thread_not_found');
    state.post(
      {
        channel: channel.id,
        user: BOT.user,
        text: textIn(args['initial_comment']),
        blocks: [],
        broadcast: false,
        ...(threadTs !== '' && { threadTs }),
      },
      files,
    );
    for (const { id } of files) state.uploads.get(id)!.shown = true;
  }
  return { files: files.map(({ id, title }) => ({ id, title })) };
}

/** A file as the API shows it in a message. */
export const fileShown = ({ id, name, title, content }: SimFile): Answer => ({
  id,
  name,
  title,
  size: content.length,
  mode: 'hosted',
  user: BOT.user,
});

/** The bytes of a request: as they are, or those of the first part of a form. */
export function bytesOf(contentType: string, body: Buffer): Buffer {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) return body;
  const from = body.indexOf('\r\n\r\n', body.indexOf(`--${mark}`));
  const to = body.indexOf(`\r\n--${mark}`, from);
  return from < 0 || to < 0 ? Buffer.alloc(0) : body.subarray(from + 4, to);
}
