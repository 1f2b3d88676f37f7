/** An upload over TLS: never ahead of who reads it, ended before its last byte where it turns out wrong, stopped where nobody wants it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { NotSent, Refused } from '../../../src/domain/errors';
import { problems } from '../../../src/domain/problems';
import { wireTransport } from '../../../src/adapters/xapi/wire';
import { makeCertificate } from '../../../src/sim/xapi/certificate';

const PIECE = 256 * 1024;
const PIECES = 64;
const BYTES = PIECE * PIECES;

/** What a socket, TLS and both kernels may hold between the two of them. */
const IN_BETWEEN = 40;

let server: https.Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  const { key, cert } = await makeCertificate('host-1');
  server = https.createServer({ key, cert }, (request, response) => {
    request.on('error', () => undefined);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Counts what is taken of it; tells when it is closed. */
function source(wrongAfter = Infinity) {
  const state = { taken: 0, closed: false };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (; state.taken < PIECES; state.taken++) {
        if (state.taken >= wrongAfter)
          throw new Refused(problems.hotfixFileWrong('H-1', '/hotfix', 'it is another one'));
        yield Buffer.alloc(PIECE);
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, upload: { bytes: BYTES, body: pieces() } };
}

const put = (upload: { bytes: number; body: AsyncIterable<Uint8Array> }, ms = 10_000): Promise<number> =>
  wireTransport().put(url, '/pool_patch_upload', upload, { signal: AbortSignal.timeout(ms) });
const soon = async (test: () => boolean): Promise<void> => {
  for (const end = Date.now() + 5000; !test() && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(test()).toBe(true);
};

test('no more is read of the file than somebody takes', async () => {
  const { state, upload } = source();
  let read = 0;
  let go = (): void => undefined;
  answer = (request, response) => {
    request.pause();
    go = () => {
      request.on('data', (chunk: Buffer) => (read += chunk.length));
      request.on('end', () => response.end());
      request.resume();
    };
  };
  const sending = put(upload);
  await soon(() => state.taken > 0);
  let before = -1;
  while (before !== state.taken) {
    before = state.taken;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  expect(state.taken).toBeLessThan(IN_BETWEEN);

  go();
  expect(await sending).toBe(200);
  expect(read).toBe(BYTES);
});

test('what the file turns out to be ends the upload, and its end never arrives', async () => {
  const { state, upload } = source(PIECES - 1);
  const seen = { bytes: 0, whole: false, gone: false };
  answer = (request) => {
    request.on('data', (chunk: Buffer) => (seen.bytes += chunk.length));
    request.on('end', () => (seen.whole = true));
    request.on('close', () => (seen.gone = true));
  };
  await expect(put(upload)).rejects.toBeInstanceOf(Refused);
  await soon(() => seen.gone);
  expect(seen.whole).toBe(false);
  expect(seen.bytes).toBeLessThan(BYTES);
  expect(state.closed).toBe(true);
});

test('an answer that comes before the end stops the reading, and the file is closed', async () => {
  const { state, upload } = source();
  answer = (request, response) => {
    request.pause();
    response.writeHead(401, { connection: 'close' }).end();
  };
  expect(await put(upload)).toBe(401);
  await soon(() => state.closed);
  expect(state.taken).toBeLessThan(PIECES);
});

test('a deadline in the middle leaves it open whether it arrived, and closes the file', async () => {
  const { state, upload } = source();
  answer = (request) => void request.pause();
  await expect(put(upload, 400)).rejects.toMatchObject({ name: 'Unreachable' });
  await soon(() => state.closed);
});

test('nothing is read for a host that is not there', async () => {
  const { state, upload } = source();
  const nobody = wireTransport().put('https://127.0.0.1:1', '/x', upload, {
    signal: AbortSignal.timeout(2000),
  });
  await expect(nobody).rejects.toBeInstanceOf(NotSent);
  expect(state.taken).toBe(0);
});

test('another certificate than the pinned one gets nothing', async () => {
  const { state, upload } = source();
  answer = () => undefined;
  const pinned = wireTransport().put(url, '/x', upload, { signal: AbortSignal.timeout(2000), pin: 'AA:BB' });
  await expect(pinned).rejects.toMatchObject({ name: 'WrongKey' });
  expect(state.taken).toBe(0);
});
