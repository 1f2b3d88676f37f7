/** Replies into values, each callback once; large ones in a worker thread, so that nothing waits for a parser (stack §6). */
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import Deserializer from 'xmlrpc/lib/deserializer';

/**
 * Bytes above which a reply is parsed elsewhere. 1 MB takes about 0.15 s (stack §6) and a look at a large pool brings a
 * dozen tables at once, one after another on the event loop: of this size each is some 10 ms.
 */
export const IN_WORKER_ABOVE = 64 * 1024;
/** Records handed over at a time: a thousand VMs are 30 ms of copying, which would be one block. */
const RECORDS_AT_ONCE = 250;
/**
 * MB of the thread's own memory: four times the longest answer that is read at all (wire.ts), and what keeps it from
 * leaving the last answers lie about. Beyond it the thread ends, and the answer is refused.
 */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 16 } as const;
/** A thread that has nothing to parse for so long ends and gives its memory back. Wall milliseconds. */
const IDLE_MS = 10_000;

/** Rejects with a plain Error that says what was wrong, never with the text. A large body is gone afterwards. */
export function decodeReply(body: Buffer): Promise<unknown> {
  if (!body.subarray(-200).includes('</methodResponse>'))
    return Promise.reject(new Error('the answer does not end as an XML-RPC response'));
  return body.length > IN_WORKER_ABOVE ? decodeInWorker(body) : decodeHere(body);
}

function decodeHere(body: Buffer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let over = false;
    new Deserializer().deserializeMethodResponse(
      Readable.from([body], { objectMode: false }),
      (error, value) => {
        if (over) return;
        over = true;
        if (error) reject(new Error('the answer is not an XML-RPC response'));
        else resolve(value);
      },
    );
  });
}

/**
 * Runs beside the event loop. Plain JavaScript, because a thread starts from a file or a text, not from a function.
 * It is given one body at a time. The answer goes over without its longest lists, then their members part by part, each
 * asked for: messages that lie ready are all taken in one turn of the event loop.
 */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { Readable } = require('node:stream');
const Deserializer = require(workerData.deserializer);
const atOnce = workerData.recordsAtOnce;
let parts = [];

// the lists of a table are its records, those of event.from one level below: no list is long any deeper
function withoutLong(value, path) {
  if (typeof value !== 'object' || value === null || value instanceof Date || path.length > 2) return value;
  const members = Object.entries(value);
  const rest = Array.isArray(value) ? [] : {};
  if (members.length > atOnce)
    for (let from = 0; from < members.length; from += atOnce)
      parts.push({ path, members: members.slice(from, from + atOnce) });
  else for (const [name, member] of members) rest[name] = withoutLong(member, [...path, name]);
  return rest;
}

function parse(body) {
  let over = false;
  // in pieces, so that a text of the whole length never exists
  const pieces = Array.from({ length: Math.ceil(body.length / 65536) }, (_, n) =>
    body.subarray(n * 65536, (n + 1) * 65536));
  new Deserializer().deserializeMethodResponse(Readable.from(pieces, { objectMode: false }), (error, value) => {
    if (over) return;
    over = true;
    if (error) return parentPort.postMessage({ failed: true, more: false });
    const answer = withoutLong(value, []);
    parentPort.postMessage({ answer, more: parts.length > 0 });
  });
}

parentPort.on('message', (asked) => {
  if (asked !== 'more') return parse(Buffer.from(asked.buffer, asked.byteOffset, asked.length));
  const part = parts.shift();
  parentPort.postMessage({ part, more: parts.length > 0 });
});`;

interface Part {
  readonly path: readonly string[];
  readonly members: readonly (readonly [string, unknown])[];
}

interface Said {
  readonly failed?: true;
  readonly answer?: unknown;
  readonly part?: Part;
  readonly more: boolean;
}

interface Waiting {
  readonly body: Buffer;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The first is in the thread, the others wait here: parsed together they would all be in memory at once. */
let waiting: Waiting[] = [];
let thread: Worker | undefined;
let idle: NodeJS.Timeout | undefined;

function decodeInWorker(body: Buffer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    waiting.push({ body, resolve, reject });
    if (waiting.length === 1) parseFirst();
  });
}

function parseFirst(): void {
  const [first] = waiting;
  const worker = (thread ??= startThread());
  clearTimeout(idle);
  if (first) {
    worker.ref();
    // given away, not copied, where nothing else lies in the same memory
    const { buffer, byteLength } = first.body;
    const isWhole = !(buffer instanceof SharedArrayBuffer) && buffer.byteLength === byteLength;
    worker.postMessage(first.body, isWhole ? [buffer] : []);
  } else {
    worker.unref();
    idle = setTimeout(() => void worker.terminate(), IDLE_MS).unref();
  }
}

function startThread(): Worker {
  const worker = new Worker(THREAD, {
    eval: true,
    resourceLimits: THREAD_LIMITS,
    workerData: {
      deserializer: require.resolve('xmlrpc/lib/deserializer'),
      recordsAtOnce: RECORDS_AT_ONCE,
    },
  });
  let answer: unknown;
  worker.on('message', (said: Said) => {
    if ('answer' in said) answer = said.answer;
    if (said.part) putBack(answer, said.part);
    if (said.more) {
      worker.postMessage('more', []);
      return;
    }
    const one = waiting.shift();
    const whole = answer;
    answer = undefined;
    if (said.failed) one?.reject(new Error('the answer is not an XML-RPC response'));
    else one?.resolve(whole);
    parseFirst();
  });
  const lost = (): void => {
    if (thread !== worker) return;
    thread = undefined;
    const left = waiting;
    waiting = [];
    for (const one of left) one.reject(new Error('the thread that parses answers ended'));
  };
  worker.on('error', lost);
  worker.on('exit', lost);
  return worker;
}

function putBack(answer: unknown, { path, members }: Part): void {
  let list = answer as Record<string, unknown>;
  for (const name of path) list = list[name] as Record<string, unknown>;
  for (const [name, member] of members) list[name] = member;
}
