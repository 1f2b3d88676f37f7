/** CloudStack's database on a socket: MySQL's protocol by mysql2's server half, one user who may only read. */
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createConnection } from 'mysql2';
import { DB_LOGIN } from '../credentials';
import { SimSocketError } from '../socket-error';
import { runSql } from './face';
import { SqlRefused, type Answer, type Session } from './query';
import type { DbSource, Value } from './rows';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** What mysql2's connection offers on its server side; its own typings leave most of it open. */
interface ServerHalf {
  /** Each command begins a new count; mysql2 leaves that to the server's author. */
  sequenceId: number;
  serverHandshake(hello: Readonly<Record<string, unknown>>): void;
  on(event: string, listener: (...given: never[]) => void): void;
  writeOk(): void;
  writeError(error: { readonly code: number; readonly message: string }): void;
  writeTextResult(rows: readonly object[], columns: readonly object[]): void;
}

interface AuthRequest {
  readonly user: string;
  readonly database?: string;
  readonly authPluginData1: Buffer;
  readonly authPluginData2: Buffer;
  readonly authToken: Buffer;
}

/** LONG_PASSWORD, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH: no TLS, no DEPRECATE_EOF. */
const CAPABILITIES = 0x1 | 0x4 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x80000;
const UTF8 = 33; // utf8_general_ci
const LONGLONG = 8;
const VAR_STRING = 253;

/** Listens on loopback; port 0 takes a free one. */
export function listenDb(source: DbSource, port: number): Promise<Listening> {
  let connections = 0;
  const sockets = new Set<Socket>();
  return new Promise((resolve, reject) => {
    const tcp = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      // mysql2 turns its protocol round for a socket that it did not open.
      const half = createConnection({ stream: socket, isServer: true, connectTimeout: 0 } as object);
      serve(source, half as unknown as ServerHalf, socket, ++connections);
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

function serve(source: DbSource, half: ServerHalf, socket: Socket, connectionId: number): void {
  const session: Session = { user: DB_LOGIN.user, database: undefined };
  half.on('error', () => socket.destroy());
  half.serverHandshake({
    protocolVersion: 10,
    serverVersion: '5.5.68-MariaDB',
    connectionId,
    statusFlags: 2,
    characterSet: UTF8,
    capabilityFlags: CAPABILITIES,
    authCallback: (
      asked: AuthRequest,
      done: (error: null, refused?: { code: number; message: string }) => void,
    ) => {
      if (asked.database) session.database = asked.database;
      const known = asked.user === DB_LOGIN.user && isPassword(asked);
      const strike = known ? source.cloud.faults.strike('db:connect') : undefined;
      if (strike !== undefined && strike.how !== 'refuse') socket.resetAndDestroy();
      else if (known && strike === undefined) {
        done(null);
        half.sequenceId = 0;
      } else {
        source.cloud.record({
          face: 'db',
          call: 'connect',
          on: '',
          by: asked.user,
          mutates: false,
          ok: false,
          code: '1045',
        });
        done(null, {
          code: 1045,
          message: `Access denied for user '${asked.user}'@'localhost' (using password: YES)`,
        });
      }
    },
  });
  // One statement at a time, in the order they came: the protocol has no numbers to tell answers apart.
  let turn: Promise<void> = Promise.resolve();
  const begin = (): void => void (half.sequenceId = 0);
  const answer = (sql: string): void => {
    turn = turn.then(() => respond(source, half, socket, session, sql)).then(begin);
  };
  half.on('query', answer);
  half.on('stmt_prepare', (sql: string) => {
    // mysql2 hands SET and PREPARE over here too; everything else is a binary prepare, which we do not speak.
    if (/^\s*(SET|PREPARE)\b/i.test(sql)) answer(sql);
    else turn = turn.then(() => refusePrepared(source, half, session, sql)).then(begin);
  });
  half.on('stmt_execute', (_id: unknown, _flags: unknown, _count: unknown, _values: unknown, sql?: string) =>
    answer(sql ?? 'EXECUTE'),
  );
  half.on('init_db', (name: string) => answer(`USE ${name}`));
  half.on('packet', (_packet: unknown, known: boolean) => {
    if (!known) half.writeError({ code: 1047, message: 'Unknown command' });
  });
}

/** A write does not become harmless by being prepared: it is reported before it is refused. */
async function refusePrepared(
  source: DbSource,
  half: ServerHalf,
  session: Session,
  sql: string,
): Promise<void> {
  try {
    await runSql(source, session, sql.replaceAll('?', 'NULL'));
  } catch (error) {
    if (error instanceof SqlRefused && error.wrote)
      return half.writeError({ code: error.code, message: error.message });
  }
  half.writeError({
    code: 1295,
    message: 'This command is not supported in the prepared statement protocol yet',
  });
}

async function respond(
  source: DbSource,
  half: ServerHalf,
  socket: Socket,
  session: Session,
  sql: string,
): Promise<void> {
  try {
    const answer = await runSql(source, session, sql);
    if (answer === 'ok') half.writeOk();
    else writeRows(half, answer);
  } catch (error) {
    if (error instanceof SqlRefused) half.writeError({ code: error.code, message: error.message });
    else if (!(error instanceof SimSocketError)) socket.destroy();
    else if (error.kind === 'truncate') socket.end(Buffer.from([1, 0, 0, 1, 5]));
    else if (error.kind === 'html') socket.end('<html><body>502 Bad Gateway</body></html>');
    else if (error.kind !== 'hang') socket.resetAndDestroy();
  }
}

function writeRows(half: ServerHalf, answer: Answer): void {
  const columns = answer.columns.map((name, index) => ({
    catalog: 'def',
    schema: '',
    table: '',
    orgTable: '',
    name,
    orgName: name,
    characterSet: UTF8,
    columnLength: 1024,
    columnType:
      answer.rows.length > 0 && answer.rows.every((row) => isWhole(row[index])) ? LONGLONG : VAR_STRING,
    flags: 0,
    decimals: 0,
  }));
  half.writeTextResult(
    answer.rows.map((row) =>
      Object.fromEntries(answer.columns.map((name, index) => [name, row[index] ?? null])),
    ),
    columns,
  );
}

const isWhole = (value: Value | undefined): boolean => value === null || Number.isInteger(value);

const sha1 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** mysql_native_password: SHA1(password) XOR SHA1(scramble, SHA1(SHA1(password))). */
function isPassword(asked: AuthRequest): boolean {
  const once = sha1(Buffer.from(DB_LOGIN.password));
  const mask = sha1(asked.authPluginData1.subarray(0, 8), asked.authPluginData2.subarray(0, 12), sha1(once));
  return asked.authToken.equals(Buffer.from(once.map((byte, index) => byte ^ mask[index]!)));
}
