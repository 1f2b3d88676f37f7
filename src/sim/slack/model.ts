/** What stands in the pretend workspace. Times here are wall times: Slack never runs at the pool's speed. */
import type { Faults } from '../faults';

export interface SimPerson {
  readonly id: string;
  readonly name: string;
  /** As pools.yaml grants them in the simulator's configuration. */
  readonly roles: readonly string[];
}

export const PEOPLE: readonly SimPerson[] = [
  { id: 'UANN', name: 'Ann', roles: ['operator'] },
  { id: 'UBOB', name: 'Bob', roles: ['approver'] },
  { id: 'UCAT', name: 'Cat', roles: ['viewer'] },
  { id: 'UDAN', name: 'Dan', roles: ['admin'] },
];
export const BOT = { user: 'UXSUPGRADE', bot: 'BXSUPGRADE', app: 'AXSUPGRADE', name: 'xsupgrade' } as const;
export const TEAM = { id: 'TSIM', domain: 'simulated', name: 'Simulated workspace' } as const;
export const CHANNEL = { id: 'CXSUPGRADE', name: 'pool-upgrades' } as const;
export const ON_CALL = { id: 'SONCALL', handle: 'pool-oncall', users: ['UBOB', 'UDAN'] } as const;
export const TOKENS = {
  bot: 'xoxb-simulated-bot',
  app: 'xapp-simulated-app',
  signingSecret: 'simulated-signing-secret',
} as const;

export type Block = Readonly<Record<string, unknown>>;

export interface SimMessage {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs?: string;
  readonly broadcast: boolean;
  /** Person or bot user. */
  readonly user: string;
  text: string;
  blocks: readonly Block[];
  metadata?: unknown;
  edits: number;
  /** Buttons of earlier versions: somebody with a stale screen may still press them. */
  readonly earlier: (readonly Block[])[];
  readonly files: readonly SimFile[];
}

export interface SimFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly content: Buffer;
}

/** A file on its way: an address was given out, then its bytes came, then it was shown. */
export interface SimUpload extends Omit<SimFile, 'content'> {
  /** Bytes. */
  readonly length: number;
  content?: Buffer;
  shown?: boolean;
}

/** Only one person sees it, and only until the page is loaded again; kept here so that tests can read it. */
export interface SimEphemeral {
  readonly ts: string;
  readonly to: string;
  readonly channel: string;
  readonly threadTs?: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface SimView {
  readonly id: string;
  /** Who sees it. */
  readonly to: string;
  view: Readonly<Record<string, unknown>>;
  hash: string;
  errors: Readonly<Record<string, string>>;
}

/** One call of the API, for the log. */
export interface SlackCall {
  readonly call: string;
  readonly on: string;
  readonly by: string;
  readonly mutates: boolean;
  readonly ok: boolean;
  readonly code?: string;
}

export interface WorkspaceOptions {
  readonly faults?: Pick<Faults, 'strike'>;
  readonly onCall?: (call: SlackCall) => void;
  readonly people?: readonly SimPerson[];
  /** No rate limits: for tests of anything but them. */
  readonly unlimited?: boolean;
  /** Wall milliseconds Slack waits for an acknowledgement. */
  readonly ackWithin?: number;
  /** What the app was installed with; absent: all that the methods here need. */
  readonly scopes?: readonly string[];
  /** False: nobody invited the bot. It may post (chat:write.public), but neither read nor share files. */
  readonly invited?: boolean;
}

/** A member that should be text, as text; anything else is empty. */
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
