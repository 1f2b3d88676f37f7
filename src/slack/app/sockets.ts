/**
 * Several Socket Mode connections in one app: Slack recycles each about hourly and a client takes five seconds to come
 * back, in which commands and clicks of the only socket would fail (stack §2.3; with two, 65 of 65 answered, §2.4).
 */
import { SocketModeReceiver, type App, type Logger, type Receiver } from '@slack/bolt';
import type { Log } from './log';

export interface SocketHealth {
  readonly connected: boolean;
  /** Wall time of the last change, ISO 8601. */
  readonly since: string;
}

export interface SocketsOptions {
  readonly appToken: string;
  readonly apiUrl?: string;
  readonly count: number;
  readonly logger: Logger;
  readonly log: Log;
}

/** A client that gave up (revoked token, long outage) never tries again by itself: it is replaced. Wall milliseconds. */
const REPLACE_AFTER = 60_000;
const LOOK_EVERY = 15_000;
/** A peer that does not answer the close frame would hold the process for 30 s (stack §2.3). */
const CLOSE_WITHIN = 2_000;

interface Line {
  receiver: SocketModeReceiver;
  connected: boolean;
  since: number;
}

export class Sockets implements Receiver {
  private readonly lines: Line[];
  private app: App | undefined;
  private watch: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(private readonly options: SocketsOptions) {
    this.lines = Array.from({ length: options.count }, () => {
      const line: Line = { receiver: this.made(), connected: false, since: Date.now() };
      this.follow(line);
      return line;
    });
  }

  init(app: App): void {
    this.app = app;
    for (const { receiver } of this.lines) receiver.init(app);
  }

  /** Resolves when the first socket stands; rejects when none can: a wrong token, for example. */
  async start(): Promise<void> {
    this.watch = setInterval(() => this.replaceDead(), LOOK_EVERY);
    this.watch.unref();
    await Promise.any(this.lines.map((line) => this.opened(line)));
  }

  async stop(): Promise<void> {
    this.ended = true;
    clearInterval(this.watch);
    await Promise.all(this.lines.map(({ receiver }) => closed(receiver)));
  }

  health(): readonly SocketHealth[] {
    return this.lines.map(({ connected, since }) => ({ connected, since: new Date(since).toISOString() }));
  }

  private made(): SocketModeReceiver {
    const { appToken, apiUrl, logger } = this.options;
    return new SocketModeReceiver({
      appToken,
      logger,
      // the only way to hand the address to an explicit receiver (stack §2.4)
      ...(apiUrl !== undefined && { installerOptions: { clientOptions: { slackApiUrl: apiUrl } } }),
    });
  }

  private follow(line: Line): void {
    const { client } = line.receiver;
    const became = (connected: boolean) => (): void => {
      if (line.receiver.client !== client || line.connected === connected) return;
      line.connected = connected;
      line.since = Date.now();
      if (!this.ended)
        this.options.log.info({ connected }, connected ? 'Slack socket connected' : 'Slack socket closed');
    };
    client.on('connected', became(true));
    for (const event of ['close', 'reconnecting', 'disconnected']) client.on(event, became(false));
  }

  /** Opens a socket. From then on the client reconnects by itself, and nobody would catch what it throws (stack §2.3). */
  private async opened({ receiver }: Line): Promise<void> {
    const { client } = receiver;
    const first = receiver.start();
    const again = client.start.bind(client);
    client.start = async () => {
      try {
        return await again();
      } catch (error) {
        this.failed(error);
        return { ok: false };
      }
    };
    await first;
  }

  private failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.options.log.error({ why }, 'Slack socket cannot be opened');
  }

  private replaceDead(): void {
    for (const line of this.lines) {
      if (line.connected || Date.now() - line.since < REPLACE_AFTER) continue;
      this.options.log.warn({}, 'Slack socket did not come back: a new one is made');
      void closed(line.receiver);
      line.receiver = this.made();
      line.since = Date.now();
      this.follow(line);
      if (this.app) line.receiver.init(this.app);
      this.opened(line).catch((error: unknown) => this.failed(error));
    }
  }
}

async function closed(receiver: SocketModeReceiver): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_WITHIN);
  });
  // a socket that is just reconnecting rejects with nothing (stack §2.3): it is gone either way
  await Promise.race([receiver.client.disconnect().catch(() => undefined), late]);
  clearTimeout(timer);
}
