/** What a person does in the workspace: types a command, presses a button, fills in a modal. Delivered over the socket, as Slack does. */
import { findButton } from './buttons';
import { filled, unfilled } from './inputs';
import { BOT, TEAM, type Block, type SimPerson, type SimView } from './model';
import type { SocketMode } from './socket-mode';
import { SlackRefusal, type SlackState } from './state';

/** As POSTed to /slack. */
export interface SlackAct {
  /** Person: id or name. */
  readonly as: string;
  readonly do: 'command' | 'click' | 'submit';
  /** Channel: id or name. */
  readonly channel: string;
  /** With command: `/xsupgrade plan pool-a`; anything without a slash is said in the channel. */
  readonly text?: string;
  /** With click: ts of the message. With submit: id of the modal, or the person's topmost one. */
  readonly message?: string;
  /** With click: the button's id, its action_id or its label. */
  readonly button?: string;
  /** With submit: by action_id or block_id. */
  readonly values?: Readonly<Record<string, string>>;
}

export interface Acted {
  /** The app acknowledged within three seconds. */
  readonly acked: boolean;
  readonly ms: number;
  /** What the person, and only they, read in answer. */
  readonly ephemeral?: string;
  /** The modal that opened, if one did. */
  readonly modal?: string;
  /** What Slack shows when it went wrong: dispatch_failed, no_such_button, … */
  readonly error?: string;
}

/** After its acknowledgement an app may answer for half an hour; nobody looks at the screen that long. Wall milliseconds. */
const ANSWER_WITHIN = 3_000;
const PUBLIC_URL = 'response/';

export class Hands {
  constructor(
    private readonly state: SlackState,
    private readonly sockets: SocketMode,
    /** Base address of the workspace, with a slash at its end. */
    private readonly base: () => string,
  ) {}

  async act(act: SlackAct): Promise<Acted> {
    const person = this.state.people.find((one) => one.id === act.as || one.name === act.as);
    if (!person)
      return failed(`nobody is called ${act.as}: ${this.state.people.map((one) => one.id).join(', ')}`);
    try {
      switch (act.do) {
        case 'command':
          return await this.type(person, act.channel, act.text ?? '');
        case 'click':
          return await this.press(person, act.channel, act.message ?? '', act.button ?? '');
        case 'submit':
          return await this.submit(person, act.message ?? '', act.values ?? {});
      }
    } catch (error) {
      if (error instanceof SlackRefusal) return failed(error.code);
      throw error;
    }
  }

  private async type(person: SimPerson, where: string, text: string): Promise<Acted> {
    const channel = this.state.channel(where);
    if (!text.startsWith('/')) return this.say(person, channel, text);
    const [command = '', ...rest] = text.trim().split(' ');
    const payload = {
      token: 'simulated',
      team_id: TEAM.id,
      team_domain: TEAM.domain,
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: person.id,
      user_name: person.name.toLowerCase(),
      command,
      text: escaped(rest.join(' ')),
      api_app_id: BOT.app,
      is_enterprise_install: 'false',
      response_url: this.responseUrl({ user: person.id, channel: channel.id }),
      trigger_id: this.state.newTrigger(person.id),
    };
    return this.deliverAndWatch(person, 'slash_commands', payload, (answer) => {
      // a slash command may be answered in its acknowledgement
      if (typeof answer['text'] === 'string')
        this.state.tellOnly({
          to: person.id,
          channel: channel.id,
          text: answer['text'],
          blocks: blocksIn(answer),
        });
    });
  }

  private async say(person: SimPerson, channel: { readonly id: string }, text: string): Promise<Acted> {
    const said = this.state.post({
      channel: channel.id,
      user: person.id,
      text,
      blocks: [],
      broadcast: false,
    });
    if (!text.includes(`@${BOT.name}`)) return { acked: true, ms: 0 };
    const event = {
      type: 'app_mention',
      user: person.id,
      text: escaped(text).replaceAll(`@${BOT.name}`, `<@${BOT.user}>`),
      ts: said.ts,
      channel: channel.id,
      event_ts: said.ts,
    };
    return this.deliverAndWatch(person, 'events_api', {
      token: 'simulated',
      team_id: TEAM.id,
      api_app_id: BOT.app,
      type: 'event_callback',
      event_id: this.state.newId('Ev'),
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [{ team_id: TEAM.id, user_id: BOT.user, is_bot: true }],
      event,
    });
  }

  private async press(person: SimPerson, where: string, ts: string, wanted: string): Promise<Acted> {
    const channel = this.state.channel(where);
    const message = this.state.message(channel.id, ts);
    const ephemeral = this.state.ephemerals.find((one) => one.ts === ts && one.to === person.id);
    const target = message ?? ephemeral;
    if (!target) return failed('no_such_message');
    const found = findButton([target.blocks, ...(message ? message.earlier.toReversed() : [])], wanted);
    if (!found) return failed('no_such_button');
    const { button, block } = found;
    // a message that has replies names itself as its thread
    const threadTs =
      target.threadTs ?? (this.state.messages.some((one) => one.threadTs === ts) ? ts : undefined);
    const payload = {
      type: 'block_actions',
      token: 'simulated',
      api_app_id: BOT.app,
      team: { id: TEAM.id, domain: TEAM.domain },
      enterprise: null,
      is_enterprise_install: false,
      user: {
        id: person.id,
        username: person.name.toLowerCase(),
        name: person.name.toLowerCase(),
        team_id: TEAM.id,
      },
      channel: { id: channel.id, name: channel.name },
      container: {
        type: 'message',
        message_ts: ts,
        channel_id: channel.id,
        is_ephemeral: message === undefined,
        ...(threadTs !== undefined && { thread_ts: threadTs }),
      },
      ...(message && {
        message: {
          type: 'message',
          ts,
          text: message.text,
          blocks: message.blocks,
          user: message.user,
          ...(threadTs !== undefined && { thread_ts: threadTs }),
        },
      }),
      state: { values: {} },
      trigger_id: this.state.newTrigger(person.id),
      response_url: this.responseUrl({
        user: person.id,
        channel: channel.id,
        messageTs: ts,
        ...(threadTs !== undefined && { threadTs }),
      }),
      actions: [
        {
          type: 'button',
          action_id: button['action_id'],
          block_id: block['block_id'],
          text: button['text'],
          ...(button['value'] !== undefined && { value: button['value'] }),
          ...(button['style'] !== undefined && { style: button['style'] }),
          action_ts: this.state.newTs(),
        },
      ],
    };
    return this.deliverAndWatch(person, 'interactive', payload);
  }

  private async submit(
    person: SimPerson,
    id: string,
    values: Readonly<Record<string, string>>,
  ): Promise<Acted> {
    const open = this.state.views.findLast((one) => one.to === person.id && (id === '' || one.id === id));
    if (!open) return failed('no_such_modal');
    const missing = unfilled(open, values);
    if (missing) {
      open.errors = missing;
      this.state.changed();
      return { ...failed('missing_value'), modal: open.id };
    }
    const payload = {
      type: 'view_submission',
      token: 'simulated',
      api_app_id: BOT.app,
      team: { id: TEAM.id, domain: TEAM.domain },
      enterprise: null,
      is_enterprise_install: false,
      user: {
        id: person.id,
        username: person.name.toLowerCase(),
        name: person.name.toLowerCase(),
        team_id: TEAM.id,
      },
      trigger_id: this.state.newTrigger(person.id),
      response_urls: [],
      view: {
        ...open.view,
        id: open.id,
        hash: open.hash,
        team_id: TEAM.id,
        app_id: BOT.app,
        bot_id: BOT.bot,
        root_view_id: open.id,
        previous_view_id: null,
        state: { values: filled(open, values) },
      },
    };
    return this.deliverAndWatch(person, 'interactive', payload, (answer) => this.afterSubmit(open, answer));
  }

  private afterSubmit(open: SimView, answer: Readonly<Record<string, unknown>>): void {
    const action = answer['response_action'];
    if (action === 'errors') open.errors = stringsIn(answer['errors']);
    else if (action === 'update' || action === 'push') open.view = { ...(answer['view'] as object) };
    else if (action === 'clear')
      this.state.views.splice(
        0,
        this.state.views.length,
        ...this.state.views.filter((one) => one.to !== open.to),
      );
    else this.state.views.splice(this.state.views.indexOf(open), 1);
    this.state.changed();
  }

  /** The person closes a modal. */
  dismiss(as: string, id: string): void {
    const at = this.state.views.findIndex((one) => one.id === id && one.to === as);
    if (at >= 0) this.state.views.splice(at, 1);
    this.state.changed();
  }

  private async deliverAndWatch(
    person: SimPerson,
    type: Parameters<SocketMode['deliver']>[0],
    payload: unknown,
    onAck: (answer: Readonly<Record<string, unknown>>) => void = () => undefined,
  ): Promise<Acted> {
    const told = this.state.ephemerals.length;
    const shown = new Set(this.state.views);
    const delivery = await this.sockets.deliver(type, payload);
    if (!delivery.acked) {
      this.state.tellOnly({
        to: person.id,
        channel: this.state.channels[0]?.id ?? '',
        text: `xsupgrade did not answer in time (dispatch_failed). Press or type it again.`,
        blocks: [],
      });
      return { acked: false, ms: delivery.ms, error: 'dispatch_failed' };
    }
    onAck(delivery.payload);
    const answer = (): Partial<Acted> | undefined => {
      const ephemeral = this.state.ephemerals.slice(told).find((one) => one.to === person.id);
      const modal = this.state.views.find((one) => one.to === person.id && !shown.has(one));
      if (ephemeral) return { ephemeral: ephemeral.text };
      return modal ? { modal: modal.id } : undefined;
    };
    const answered = await new Promise<Partial<Acted>>((resolve) => {
      const look = (): void => {
        const seen = answer();
        if (seen) end(seen);
      };
      const end = (seen: Partial<Acted>): void => {
        clearTimeout(timer);
        stop();
        resolve(seen);
      };
      const timer = setTimeout(() => end({}), ANSWER_WITHIN);
      const stop = this.state.onChanged(look);
      look();
    });
    return { acked: true, ms: delivery.ms, ...answered };
  }

  private responseUrl(about: Parameters<SlackState['newResponse']>[0]): string {
    return `${this.base()}${PUBLIC_URL}${this.state.newResponse(about)}`;
  }
}

/** Slack escapes what people type before it hands it over (should_escape). */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const failed = (error: string): Acted => ({ acked: false, ms: 0, error });

const blocksIn = (answer: Readonly<Record<string, unknown>>): readonly Block[] =>
  Array.isArray(answer['blocks']) ? (answer['blocks'] as readonly Block[]) : [];

const stringsIn = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).map(([key, text]) => [
      key,
      String(text),
    ]),
  );
