/** Socket Mode as Slack does it (stack §2.1 item 4): up to ten sockets an app, each envelope to one of them, three seconds to answer. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { BOT } from './model';
import { SlackRefusal, type SlackState } from './state';

/** Slack's own number. */
const MOST_SOCKETS = 10;
/** Slack pings often enough that a client never misses one for 30 s. Wall milliseconds. */
const PING_EVERY = 10_000;

export interface Delivery {
  readonly acked: boolean;
  /** Wall milliseconds until the acknowledgement, or until Slack gave up. */
  readonly ms: number;
  /** What the acknowledgement carried. */
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Socket {
  readonly ws: WebSocket;
  /** False once it was told to go away: nothing is delivered to it any more. */
  live: boolean;
}

export class SocketMode {
  private readonly server = new WebSocketServer({ noServer: true });
  private readonly tickets = new Set<string>();
  private readonly sockets: Socket[] = [];
  private readonly waiting = new Map<string, (payload: Readonly<Record<string, unknown>>) => void>();
  private next = 0;
  private readonly pings: NodeJS.Timeout;

  constructor(
    private readonly state: SlackState,
    /** Wall milliseconds. */
    private readonly ackWithin: number,
  ) {
    this.pings = setInterval(() => {
      for (const { ws } of this.sockets) ws.ping();
    }, PING_EVERY);
    this.pings.unref();
  }

  get open(): number {
    return this.sockets.filter((socket) => socket.live).length;
  }

  /** apps.connections.open: an address that can be used once. */
  ticket(): string {
    if (this.sockets.length >= MOST_SOCKETS) throw new SlackRefusal('too_many_websockets');
    const ticket = this.state.newId('T');
    this.tickets.add(ticket);
    return ticket;
  }

  /** Takes an upgrade request of /link/?ticket=…. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
    if (!this.tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    this.server.handleUpgrade(request, socket, head, (ws) => this.connected(ws));
  }

  private connected(ws: WebSocket): void {
    const socket: Socket = { ws, live: true };
    this.sockets.push(socket);
    ws.on('message', (text: Buffer) => this.answered(text.toString('utf8')));
    ws.on('error', () => undefined);
    ws.on('close', () => {
      socket.live = false;
      this.sockets.splice(this.sockets.indexOf(socket), 1);
      this.state.changed();
    });
    ws.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.sockets.length,
        connection_info: { app_id: BOT.app },
        debug_info: { host: 'applink', approximate_connection_time: 18060 },
      }),
    );
    this.state.changed();
  }

  private answered(text: string): void {
    let read: unknown;
    try {
      read = JSON.parse(text);
    } catch {
      return;
    }
    if (typeof read !== 'object' || read === null) return;
    const { envelope_id: id, payload } = read as { envelope_id?: unknown; payload?: unknown };
    const resolve = this.waiting.get(String(id));
    resolve?.(typeof payload === 'object' && payload !== null ? { ...payload } : {});
  }

  /** Delivers one envelope to one socket and waits for its acknowledgement. Without a socket nobody gets it. */
  async deliver(type: 'slash_commands' | 'interactive' | 'events_api', payload: unknown): Promise<Delivery> {
    const live = this.sockets.filter((socket) => socket.live);
    const socket = live[this.next++ % Math.max(1, live.length)];
    if (!socket) return { acked: false, ms: 0, payload: {} };
    const id = this.state.newId('E');
    const from = performance.now();
    const answer = new Promise<Delivery>((resolve) => {
      const timer = setTimeout(
        () => resolve({ acked: false, ms: Math.round(performance.now() - from), payload: {} }),
        this.ackWithin,
      );
      this.waiting.set(id, (given) => {
        clearTimeout(timer);
        resolve({ acked: true, ms: Math.round(performance.now() - from), payload: given });
      });
    });
    socket.ws.send(
      JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: type !== 'events_api' }),
    );
    const delivery = await answer;
    this.waiting.delete(id);
    return delivery;
  }

  /** Slack recycles every connection about hourly: the oldest one is asked to go. */
  recycle(reason: 'refresh_requested' | 'warning' | 'link_disabled' = 'refresh_requested'): void {
    const oldest = this.sockets.find((socket) => socket.live);
    if (!oldest) return;
    oldest.live = false;
    oldest.ws.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink' } }));
  }

  close(): void {
    clearInterval(this.pings);
    for (const { ws } of this.sockets) ws.terminate();
    this.server.close();
  }
}
