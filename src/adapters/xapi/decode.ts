/** Replies into values, each callback once; large ones in a worker thread, so that nothing waits for a parser (stack §6). */
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import Deserializer from 'xmlrpc/lib/deserializer';

/** Above this a reply is parsed elsewhere: 1 MB takes about 0.15 s (stack §6). */
export const IN_WORKER_ABOVE = 1024 * 1024;

/** Rejects with a plain Error that says what was wrong, never with the text. */
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

/** Runs beside the event loop. Plain JavaScript, because a thread starts from a file or a text, not from a function. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { Readable } = require('node:stream');
const Deserializer = require(workerData.deserializer);
parentPort.on('message', ({ id, body }) => {
  let over = false;
  const source = Readable.from([Buffer.from(body)], { objectMode: false });
  new Deserializer().deserializeMethodResponse(source, (error, value) => {
    if (over) return;
    over = true;
    parentPort.postMessage(error ? { id, failed: true } : { id, value });
  });
});`;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
let thread: Worker | undefined;
let count = 0;

function decodeInWorker(body: Buffer): Promise<unknown> {
  const worker = (thread ??= startThread());
  const id = ++count;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.ref();
    worker.postMessage({ id, body }, []);
  });
}

function startThread(): Worker {
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: { deserializer: require.resolve('xmlrpc/lib/deserializer') },
  });
  worker.on('message', (message: { id: number; value?: unknown; failed?: boolean }) => {
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if (waiting.size === 0) worker.unref();
    if (message.failed) one?.reject(new Error('the answer is not an XML-RPC response'));
    else one?.resolve(message.value);
  });
  const lost = (): void => {
    thread = undefined;
    for (const one of waiting.values()) one.reject(new Error('the thread that parses answers ended'));
    waiting.clear();
  };
  worker.on('error', lost);
  worker.on('exit', lost);
  worker.unref();
  return worker;
}
