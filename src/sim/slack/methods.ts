/** The methods of the Web API that the workspace knows (stack §2.1). */
import { completeUpload, fileShown, uploadAddress } from './files';
import { checkMessage, checkView } from './limits';
import { BOT, TEAM, type Block, type SimMessage } from './model';
import { SlackRefusal, type SlackState } from './state';

export type Args = Readonly<Record<string, unknown>>;
type Method = (state: SlackState, args: Args) => Readonly<Record<string, unknown>>;

const str = (args: Args, name: string): string => (typeof args[name] === 'string' ? args[name] : '');
const flag = (args: Args, name: string): boolean =>
  args[name] === true || args[name] === 'true' || args[name] === '1';
const blocksOf = (args: Args): readonly Block[] => {
  const { blocks } = args;
  if (blocks === undefined) return [];
  if (!Array.isArray(blocks)) throw new SlackRefusal('invalid_blocks_format');
  return blocks as readonly Block[];
};

/** A message as the API shows it. */
export function shown(message: SimMessage, withMetadata = false): Readonly<Record<string, unknown>> {
  return {
    type: 'message',
    ts: message.ts,
    user: message.user,
    text: message.text,
    blocks: message.blocks,
    ...(message.user === BOT.user && { bot_id: BOT.bot, app_id: BOT.app }),
    ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
    ...(message.files.length > 0 && { files: message.files.map(fileShown) }),
    ...(withMetadata && message.metadata !== undefined && { metadata: message.metadata }),
  };
}

/** One page of a list by an opaque cursor. */
function page<T>(
  all: readonly T[],
  args: Args,
): { readonly items: readonly T[]; readonly more: Readonly<Record<string, unknown>> } {
  const limit = Math.min(1000, Number(args['limit'] ?? 100) || 100);
  const from =
    str(args, 'cursor') === '' ? 0 : Number(Buffer.from(str(args, 'cursor'), 'base64').toString('utf8'));
  if (!Number.isInteger(from)) throw new SlackRefusal('invalid_cursor');
  const next = from + limit < all.length ? Buffer.from(String(from + limit)).toString('base64') : '';
  return {
    items: all.slice(from, from + limit),
    more: { has_more: next !== '', response_metadata: { next_cursor: next } },
  };
}

/** What a bot reads it must be a member of; to post, chat:write.public is enough. */
function readable(state: SlackState, args: Args): { readonly id: string } {
  const channel = state.channel(str(args, 'channel'));
  if (!state.isMember()) throw new SlackRefusal('not_in_channel');
  return channel;
}

function existing(state: SlackState, args: Args): SimMessage {
  const message = state.message(state.channel(str(args, 'channel')).id, str(args, 'ts'));
  if (!message) throw new SlackRefusal('message_not_found');
  if (message.user !== BOT.user) throw new SlackRefusal('cant_update_message');
  return message;
}

const userOf = (state: SlackState, id: string): Readonly<Record<string, unknown>> => {
  const person = state.people.find((one) => one.id === id);
  if (!person) throw new SlackRefusal('user_not_found');
  return {
    id: person.id,
    team_id: TEAM.id,
    name: person.name.toLowerCase(),
    real_name: person.name,
    profile: {
      real_name: person.name,
      display_name: person.name,
      email: `${person.name.toLowerCase()}@example.org`,
    },
    is_bot: false,
  };
};

const groupOf = (state: SlackState, id: string): readonly string[] => {
  const group = state.groups.find((one) => one.id === id);
  if (!group) throw new SlackRefusal('no_such_subteam');
  return group.users;
};

export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': () => ({
    url: `https://${TEAM.domain}.example.org/`,
    team: TEAM.name,
    user: BOT.name,
    team_id: TEAM.id,
    user_id: BOT.user,
    bot_id: BOT.bot,
    is_enterprise_install: false,
  }),
  'team.info': () => ({ team: { id: TEAM.id, name: TEAM.name, domain: TEAM.domain } }),
  'bots.info': () => ({ bot: { id: BOT.bot, app_id: BOT.app, user_id: BOT.user, name: BOT.name } }),

  'chat.postMessage'(state, args) {
    const channel = state.channel(str(args, 'channel'));
    const blocks = blocksOf(args);
    checkMessage(str(args, 'text'), blocks);
    const threadTs = str(args, 'thread_ts');
    if (threadTs !== '' && !state.message(channel.id, threadTs)) throw new SlackRefusal('thread_not_found');
    const message = state.post({
      channel: channel.id,
      user: BOT.user,
      text: str(args, 'text'),
      blocks,
      broadcast: flag(args, 'reply_broadcast'),
      ...(threadTs !== '' && { threadTs }),
      ...(args['metadata'] !== undefined && { metadata: args['metadata'] }),
    });
    return { channel: channel.id, ts: message.ts, message: shown(message) };
  },
  'chat.update'(state, args) {
    const message = existing(state, args);
    checkMessage(str(args, 'text'), blocksOf(args));
    // text without blocks takes the blocks away (stack §8)
    state.edit(message, str(args, 'text'), blocksOf(args), args['metadata']);
    return { channel: message.channel, ts: message.ts, text: message.text, message: shown(message) };
  },
  'chat.delete'(state, args) {
    const message = existing(state, args);
    state.remove(message);
    return { channel: message.channel, ts: message.ts };
  },
  'chat.postEphemeral'(state, args) {
    const channel = state.channel(str(args, 'channel'));
    if (!state.people.some((person) => person.id === str(args, 'user')))
      throw new SlackRefusal('user_not_in_channel');
    checkMessage(str(args, 'text'), blocksOf(args));
    const threadTs = str(args, 'thread_ts');
    const { ts } = state.tellOnly({
      to: str(args, 'user'),
      channel: channel.id,
      text: str(args, 'text'),
      blocks: blocksOf(args),
      ...(threadTs !== '' && { threadTs }),
    });
    return { message_ts: ts };
  },
  'chat.getPermalink'(state, args) {
    const channel = state.channel(str(args, 'channel'));
    if (!state.message(channel.id, str(args, 'message_ts'))) throw new SlackRefusal('message_not_found');
    return {
      channel: channel.id,
      permalink: `https://${TEAM.domain}.example.org/archives/${channel.id}/p${str(args, 'message_ts').replace('.', '')}`,
    };
  },

  'conversations.info': (state, args) => ({
    channel: { ...state.channel(str(args, 'channel')), is_channel: true, is_member: true },
  }),
  'conversations.list': (state, args) => {
    const { items, more } = page(state.channels, args);
    return { channels: items.map((channel) => ({ ...channel, is_channel: true, is_member: true })), ...more };
  },
  'conversations.join': (state, args) => ({ channel: state.channel(str(args, 'channel')) }),
  'conversations.open': (_state, args) => ({ channel: { id: `D${str(args, 'users')}` } }),
  'conversations.members': (state, args) => {
    state.channel(str(args, 'channel'));
    const { items, more } = page([...state.people.map((person) => person.id), BOT.user], args);
    return { members: items, ...more };
  },
  'conversations.history'(state, args) {
    const channel = readable(state, args);
    const all = state.messages
      .filter((one) => one.channel === channel.id && (one.threadTs === undefined || one.broadcast))
      .toReversed();
    const { items, more } = page(all, args);
    return { messages: items.map((one) => shown(one, flag(args, 'include_all_metadata'))), ...more };
  },
  'conversations.replies'(state, args) {
    const channel = readable(state, args);
    const parent = state.message(channel.id, str(args, 'ts'));
    if (!parent) throw new SlackRefusal('thread_not_found');
    const all = [
      parent,
      ...state.messages.filter((one) => one.channel === channel.id && one.threadTs === parent.ts),
    ];
    const { items, more } = page(all, args);
    return { messages: items.map((one) => shown(one, flag(args, 'include_all_metadata'))), ...more };
  },

  'users.info': (state, args) => ({ user: userOf(state, str(args, 'user')) }),
  'users.list': (state, args) => {
    const { items, more } = page(state.people, args);
    return { members: items.map((person) => userOf(state, person.id)), ...more };
  },
  'users.lookupByEmail': (state, args) => {
    const person = state.people.find((one) => `${one.name.toLowerCase()}@example.org` === str(args, 'email'));
    if (!person) throw new SlackRefusal('users_not_found');
    return { user: userOf(state, person.id) };
  },
  'usergroups.list': (state) => ({
    usergroups: state.groups.map(({ id, handle, users }) => ({ id, handle, name: handle, users })),
  }),
  'usergroups.users.list': (state, args) => ({ users: groupOf(state, str(args, 'usergroup')) }),

  'reactions.add'(state, args) {
    const key = `${str(args, 'channel')} ${str(args, 'timestamp')} ${str(args, 'name')}`;
    if (state.reactions.has(key)) throw new SlackRefusal('already_reacted');
    state.reactions.add(key);
    return {};
  },
  'pins.add'(state, args) {
    if (!state.message(state.channel(str(args, 'channel')).id, str(args, 'timestamp')))
      throw new SlackRefusal('message_not_found');
    return {};
  },

  'views.open'(state, args) {
    const view = checkView(args['view']);
    const to = state.useTrigger(str(args, 'trigger_id'));
    return { view: opened(state, to, view) };
  },
  'views.push'(state, args) {
    const view = checkView(args['view']);
    const to = state.useTrigger(str(args, 'trigger_id'));
    // Slack stacks three views (stack §8)
    if (state.views.filter((one) => one.to === to).length >= 3) throw new SlackRefusal('push_limit_reached');
    return { view: opened(state, to, view) };
  },
  'views.update'(state, args) {
    const open = state.views.find((one) => one.id === str(args, 'view_id'));
    if (!open) throw new SlackRefusal('not_found');
    if (str(args, 'hash') !== '' && str(args, 'hash') !== open.hash) throw new SlackRefusal('hash_conflict');
    open.view = checkView(args['view']);
    open.hash = state.newId('H');
    state.changed();
    return { view: { ...open.view, id: open.id, hash: open.hash } };
  },

  'files.getUploadURLExternal': uploadAddress,
  'files.completeUploadExternal': completeUpload,
};

function opened(state: SlackState, to: string, view: Block): Block {
  const open = { id: state.newId('V'), to, view, hash: state.newId('H'), errors: {} };
  state.views.push(open);
  state.changed();
  return { ...view, id: open.id, hash: open.hash, team_id: TEAM.id, app_id: BOT.app, root_view_id: open.id };
}

const READS = new Set(['auth.test', 'team.info', 'bots.info', 'chat.getPermalink', 'apps.connections.open']);
export const mutates = (method: string): boolean =>
  !READS.has(method) &&
  !/^(conversations\.(info|list|members|history|replies)|users\.|usergroups\.)/.test(method);
