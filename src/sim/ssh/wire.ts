/** SSH on a socket: one listener per machine, its key of the moment, password login, the pretend shell behind exec. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Server, type Connection, type ServerChannel } from 'ssh2';
import { SSH_LOGIN } from '../credentials';
import { SimSocketError } from '../socket-error';
import { hostKeyOf, keySerial } from './keys';
import { answersSsh, type Machine, type SshSide } from './machines';
import { execOn, type Answer } from './shell';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** MaxSessions of sshd_config: the eleventh channel of one connection is refused. */
const MAX_SESSIONS = 10;

/** Listens on loopback for one machine; port 0 takes a free one. */
export function listenSsh(side: SshSide, machine: Machine, port: number): Promise<Listening> {
  const sockets = new Set<Socket>();
  const servers = new Map<number, Server>();
  // ssh2 announces an injected socket's connection at once, so the newest socket is the connection's own.
  let newest: Socket;
  const current = (): Server => {
    const known = servers.get(keySerial(machine));
    if (known) return known;
    const server = new Server({ hostKeys: [hostKeyOf(machine).privateKey], ident: 'OpenSSH_5.3' });
    server.on('connection', (connection) => serve(side, machine, connection, newest));
    servers.set(keySerial(machine), server);
    return server;
  };
  return new Promise((resolve, reject) => {
    const tcp = createServer((socket) => {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      // A machine that is down refuses; its port is ours for as long as the simulator runs.
      newest = socket;
      if (answersSsh(machine)) current().injectSocket(socket);
      else socket.resetAndDestroy();
    });
    tcp.on('error', reject);
    tcp.listen(port, '127.0.0.1', () =>
      resolve({
        port: (tcp.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            tcp.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      }),
    );
  });
}

function serve(side: SshSide, machine: Machine, connection: Connection, socket: Socket): void {
  const { cloud } = side.source;
  const boot = bootOf(machine);
  let user = '';
  connection.on('error', () => connection.end());
  connection.on('authentication', (asked) => {
    user = asked.username;
    if (
      asked.method === 'password' &&
      asked.username === SSH_LOGIN.user &&
      asked.password === SSH_LOGIN.password
    ) {
      asked.accept();
      return;
    }
    if (asked.method === 'password')
      cloud.record({
        face: 'ssh',
        call: 'login',
        on: machine.name,
        by: asked.username,
        mutates: false,
        ok: false,
        code: 'denied',
      });
    asked.reject(['password']);
  });
  let sessions = 0;
  connection.on('session', (accept, refuse) => {
    if (sessions >= MAX_SESSIONS) return refuse();
    sessions++;
    const session = accept();
    session.on('close', () => sessions--);
    session.on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      // A machine that went down since took its connections with it, and says nothing about it.
      if (!answersSsh(machine) || bootOf(machine) !== boot) socket.resetAndDestroy();
      else void answer(side, machine, command, user, channel, () => socket.resetAndDestroy());
    });
  });
}

const bootOf = (machine: Machine): number => (machine.kind === 'dom0' ? machine.host.bootTime : 0);

async function answer(
  side: SshSide,
  machine: Machine,
  command: string,
  user: string,
  channel: ServerChannel,
  reset: () => void,
): Promise<void> {
  let result: Answer;
  try {
    result = await execOn(side, machine, command, user);
  } catch (error) {
    const kind = error instanceof SimSocketError ? error.kind : 'reset';
    // The channel closes without a code: whoever waits knows that the answer was cut off.
    if (kind === 'truncate') channel.end();
    else if (kind !== 'hang') reset();
    return;
  }
  channel.stderr.write(result.stderr);
  channel.write(result.stdout);
  channel.exit(result.code);
  channel.end();
}
