/** The workspace as it stands: channels, messages, ephemerals, modals, triggers and response URLs. */
import { randomBytes } from 'node:crypto';
import {
  BOT,
  CHANNEL,
  ON_CALL,
  PEOPLE,
  type Block,
  type SimEphemeral,
  type SimFile,
  type SimMessage,
  type SimPerson,
  type SimUpload,
  type SimView,
  type WorkspaceOptions,
} from './model';

/** Wall milliseconds: a trigger opens one modal, and only at once (stack §8). */
const TRIGGER_LIVES = 3_000;
/** A response URL lives 30 minutes and takes five answers (stack §8). */
const RESPONSE_LIVES = 30 * 60_000;
const RESPONSE_USES = 5;

/** Slack says no: `{"ok":false,"error":code}`. */
export class SlackRefusal extends Error {
  constructor(
    readonly code: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(code);
    this.name = 'SlackRefusal';
  }
}

export interface ResponseUrl {
  readonly user: string;
  readonly channel: string;
  readonly threadTs?: string;
  /** The message whose button was pressed. */
  readonly messageTs?: string;
  readonly until: number;
  uses: number;
}

export class SlackState {
  readonly people: readonly SimPerson[];
  readonly channels: readonly { readonly id: string; readonly name: string }[] = [CHANNEL];
  readonly groups: readonly {
    readonly id: string;
    readonly handle: string;
    readonly users: readonly string[];
  }[] = [ON_CALL];
  readonly messages: SimMessage[] = [];
  readonly ephemerals: SimEphemeral[] = [];
  readonly views: SimView[] = [];
  readonly uploads = new Map<string, SimUpload>();
  readonly reactions = new Set<string>();
  private readonly triggers = new Map<string, { readonly user: string; readonly until: number }>();
  private readonly responses = new Map<string, ResponseUrl>();
  private readonly watchers = new Set<() => void>();
  private lastTs = 0;
  private count = 0;

  constructor(readonly options: WorkspaceOptions = {}) {
    this.people = options.people ?? PEOPLE;
  }

  /** Seconds with six digits, never twice the same. */
  newTs(): string {
    const micros = Math.max(Date.now() * 1000, this.lastTs + 1);
    this.lastTs = micros;
    return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;
  }

  newId(prefix: string): string {
    return `${prefix}${(++this.count).toString(36).toUpperCase().padStart(4, '0')}${randomBytes(3).toString('hex').toUpperCase()}`;
  }

  nameOf(user: string): string {
    return user === BOT.user ? BOT.name : (this.people.find((person) => person.id === user)?.name ?? user);
  }

  channel(idOrName: string): { readonly id: string; readonly name: string } {
    const wanted = idOrName.replace(/^#/, '');
    const found = this.channels.find((channel) => channel.id === wanted || channel.name === wanted);
    if (!found) throw new SlackRefusal('channel_not_found');
    return found;
  }

  isMember(): boolean {
    return this.options.invited !== false;
  }

  file(id: string): SimFile | undefined {
    return this.messages.flatMap((message) => message.files).find((file) => file.id === id);
  }

  message(channel: string, ts: string): SimMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts);
  }

  post(
    message: Omit<SimMessage, 'ts' | 'edits' | 'earlier' | 'files' | 'blocks'> & {
      readonly blocks: readonly Block[];
    },
    files: readonly SimFile[] = [],
  ): SimMessage {
    const posted: SimMessage = {
      ...message,
      ts: this.newTs(),
      blocks: this.withIds(message.blocks),
      edits: 0,
      earlier: [],
      files,
    };
    this.messages.push(posted);
    this.changed();
    return posted;
  }

  edit(message: SimMessage, text: string, blocks: readonly Block[], metadata?: unknown): void {
    message.earlier.push(message.blocks);
    message.text = text;
    message.blocks = this.withIds(blocks);
    if (metadata !== undefined) message.metadata = metadata;
    message.edits++;
    this.changed();
  }

  remove(message: SimMessage): void {
    this.messages.splice(this.messages.indexOf(message), 1);
    this.changed();
  }

  tellOnly(
    ephemeral: Omit<SimEphemeral, 'ts' | 'blocks'> & { readonly blocks: readonly Block[] },
  ): SimEphemeral {
    const told = { ...ephemeral, ts: this.newTs(), blocks: this.withIds(ephemeral.blocks) };
    this.ephemerals.push(told);
    this.changed();
    return told;
  }

  newTrigger(user: string): string {
    const id = this.newId('TRIG');
    this.triggers.set(id, { user, until: Date.now() + TRIGGER_LIVES });
    return id;
  }

  /** Whose trigger it was. It is used up. */
  useTrigger(id: string): string {
    const trigger = this.triggers.get(id);
    if (!trigger) throw new SlackRefusal('invalid_trigger_id');
    this.triggers.delete(id);
    if (Date.now() > trigger.until) throw new SlackRefusal('expired_trigger_id');
    return trigger.user;
  }

  newResponse(about: Omit<ResponseUrl, 'until' | 'uses'>): string {
    const id = this.newId('RESP');
    this.responses.set(id, { ...about, until: Date.now() + RESPONSE_LIVES, uses: 0 });
    return id;
  }

  /** Undefined when it is unknown, used up or too old: Slack answers 404. */
  useResponse(id: string): ResponseUrl | undefined {
    const response = this.responses.get(id);
    if (!response || response.uses >= RESPONSE_USES || Date.now() > response.until) return undefined;
    response.uses++;
    return response;
  }

  /** Called at every change of what can be seen. */
  onChanged(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  changed(): void {
    for (const watcher of this.watchers) watcher();
  }

  private withIds(blocks: readonly Block[]): readonly Block[] {
    return blocks.map((block) =>
      block['block_id'] === undefined ? { ...block, block_id: this.newId('B') } : block,
    );
  }
}
