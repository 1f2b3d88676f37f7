/** One HTTP request at a host: XML-RPC by POST, the dump by GET, HTML for everything else (xapi §1.1). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloudState, SimHost } from '../model';
import { SimSocketError } from '../socket-error';
import { decodeRequest, encodeReply, MalformedRequest } from './codec';
import { callXapi } from './dispatch';
import { getXapi, html, type HttpReply } from './dump';
import { putXapi } from './upload';

/** http_limit_max_rpc_size (xapi §1.1). */
const BODY_LIMIT = 300 * 1024;
const XML_HEADERS = {
  'content-type': 'text/xml',
  'Access-Control-Allow-Origin': '*',
  'cache-control': 'no-cache, no-store',
};

export async function answerRequest(
  cloud: CloudState,
  host: SimHost,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined);
  request.on('error', () => undefined);
  try {
    if (request.method === 'GET') send(response, await get(cloud, host, request));
    else if (request.method === 'PUT')
      send(response, await putXapi(cloud, host, request.url ?? '/', request));
    else if (request.method === 'POST') send(response, await post(cloud, host, request));
    else send(response, html(501, 'Method Not Implemented'));
  } catch (error) {
    if (error instanceof SimSocketError) misbehave(response, error.kind);
    else send(response, html(500, 'Internal Server Error'));
  }
}

const get = (cloud: CloudState, host: SimHost, request: IncomingMessage): Promise<HttpReply> =>
  getXapi(cloud, host, request.url ?? '/', {
    cookie: request.headers.cookie,
    authorization: request.headers.authorization,
  });

async function post(cloud: CloudState, host: SimHost, request: IncomingMessage): Promise<HttpReply> {
  const body = await bodyOf(request);
  if (body === undefined) return html(500, 'Internal Server Error');
  try {
    const { method, params } = decodeRequest(body);
    await ownTurn();
    return {
      status: 200,
      headers: XML_HEADERS,
      body: encodeReply(await callXapi(cloud, host, method, params)),
    };
  } catch (error) {
    if (error instanceof MalformedRequest) return html(500, 'Internal Server Error');
    throw error;
  }
}

let turns: Promise<unknown> = Promise.resolve();

/**
 * One request in each turn of the event loop: all records of a large pool are a second of work, and hosts that answered
 * a dozen of such requests in one go would not even shake hands meanwhile.
 */
function ownTurn(): Promise<unknown> {
  turns = turns.then(() => new Promise((resolve) => setImmediate(resolve)));
  return turns;
}

/** undefined: longer than XAPI takes. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, reply: HttpReply): void {
  const body = Buffer.from(reply.body);
  // A dump has no length: its end is the end of the connection (xapi §3.5).
  const streamed = reply.headers['connection'] === 'close';
  if (streamed) response.useChunkedEncodingByDefault = false;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(!streamed && { 'content-length': String(body.length) }),
  });
  response.end(body);
}

function misbehave(response: ServerResponse, kind: SimSocketError['kind']): void {
  switch (kind) {
    case 'hang':
      return;
    case 'html':
      send(response, html(500, 'Internal Server Error'));
      return;
    case 'truncate':
      response.writeHead(200, { ...XML_HEADERS, 'content-length': '4096' });
      response.write('<?xml version="1.0"?><methodResponse><params><param><value><struct><member>', () =>
        response.socket?.destroy(),
      );
      return;
    default:
      response.socket?.destroy();
  }
}
