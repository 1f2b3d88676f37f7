/** XAPI on sockets: one TLS listener for each host; ports open, close and fall silent with the host's phase (xapi §2.3). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { CloudState, SimHost } from '../model';
import { makeCertificate, type HostCertificate } from './certificate';
import { answerRequest } from './http';
import type { XapiWorld } from './world';
import { xapiWorld } from './xapi-world';

export interface XapiEndpoint {
  readonly host: SimHost;
  readonly url: string;
  /** SHA-256 of the certificate it shows now; a new one after `rotate-keys` or some installers. */
  fingerprint(): string;
}

export interface XapiListeners {
  readonly endpoints: readonly XapiEndpoint[];
  close(): Promise<void>;
}

/** What a connection meets: an answer, TLS and then EOF, silence, or a closed port. */
type Mode = 'open' | 'eof' | 'held' | 'closed';

function modeOf(world: XapiWorld, host: SimHost): Mode {
  if (host.phase === 'off' || host.phase === 'post') return 'held';
  if (world.machine(host).portsClosed) return 'closed';
  return host.phase === 'up' || host.phase === 'starting' ? 'open' : 'eof';
}

/** Idle connections are kept this long. */
const KEEP_ALIVE_MS = 60_000;

class HostListener {
  private readonly sockets = new Set<net.Socket>();
  private certificate: HostCertificate | undefined;
  private serial = 0;
  private tls: https.Server | undefined;
  private door: net.Server | undefined;
  private mode: Mode = 'closed';
  private closed = false;
  private chain: Promise<void> = Promise.resolve();
  port = 0;

  constructor(
    private readonly world: XapiWorld,
    readonly host: SimHost,
    private readonly wantedPort: number,
  ) {}

  /** Listens for the first time, whatever the phase, so that the port is known; then follows the phase. */
  async start(): Promise<void> {
    await this.renewCertificate();
    this.port = await this.openDoor(this.wantedPort);
    this.world.endpoints.set(this.host.uuid, `127.0.0.1:${this.port}`);
    await this.follow();
  }

  fingerprint(): string {
    return this.certificate?.fingerprint ?? '';
  }

  /** Changes follow each other in order, however fast pool time runs. */
  follow(): Promise<void> {
    const mode = modeOf(this.world, this.host);
    const isNewKey = this.serial !== this.host.certificate;
    if (mode !== this.mode || isNewKey) this.dropAll();
    this.mode = mode;
    this.chain = this.chain.then(() => this.apply());
    return this.chain;
  }

  private async apply(): Promise<void> {
    if (this.closed) return;
    if (this.serial !== this.host.certificate) await this.renewCertificate();
    const wantsDoor = this.mode !== 'closed';
    if (wantsDoor && !this.door) await this.openDoor(this.port);
    if (!wantsDoor && this.door) await this.closeDoor();
  }

  private async renewCertificate(): Promise<void> {
    this.serial = this.host.certificate;
    this.certificate = await makeCertificate(this.host.name);
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      void answerRequest(this.world.cloud, this.host, request, response);
    this.tls = https.createServer({ key: this.certificate.key, cert: this.certificate.cert }, answer);
    this.tls.keepAliveTimeout = KEEP_ALIVE_MS;
    this.tls.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      // stunnel still answers, nobody is behind it.
      if (this.mode === 'eof') socket.end();
    });
    this.tls.on('tlsClientError', () => undefined);
  }

  private openDoor(port: number): Promise<number> {
    const door = net.createServer((socket) => this.admit(socket));
    this.door = door;
    return new Promise((resolve, reject) => {
      door.once('error', reject);
      door.listen(port, '127.0.0.1', () => {
        const address = door.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  private closeDoor(): Promise<void> {
    const door = this.door;
    this.door = undefined;
    this.dropAll();
    return new Promise((resolve) => {
      if (door) door.close(() => resolve());
      else resolve();
    });
  }

  private admit(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    if (this.mode === 'closed') socket.resetAndDestroy();
    else if (this.mode !== 'held') this.tls?.emit('connection', socket);
  }

  private dropAll(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.chain;
    await this.closeDoor();
  }
}

/** Serves every host of every pool on loopback; `portOf` gives each its port, 0 or nothing for any. */
export async function serveXapi(
  cloud: CloudState,
  portOf: (host: SimHost, index: number) => number = () => 0,
): Promise<XapiListeners> {
  const world = xapiWorld(cloud);
  const hosts = cloud.pools.flatMap((pool) => pool.hosts);
  const listeners = new Map(
    hosts.map((host, i) => [host.uuid, new HostListener(world, host, portOf(host, i))]),
  );
  for (const listener of listeners.values()) await listener.start();
  const follow = (host: SimHost): void => void listeners.get(host.uuid)?.follow();
  world.phaseListeners.add(follow);
  return {
    endpoints: [...listeners.values()].map((listener) => ({
      host: listener.host,
      url: `https://127.0.0.1:${listener.port}`,
      fingerprint: () => listener.fingerprint(),
    })),
    close: async () => {
      world.phaseListeners.delete(follow);
      for (const listener of listeners.values()) await listener.close();
    },
  };
}
