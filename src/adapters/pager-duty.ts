/** The on-call pager: PagerDuty's Events API v2. The dedup key makes a repeated page the same page (peers §4.4). */
import http from 'node:http';
import https from 'node:https';
import { NotSent, Refused, Unreachable } from '../domain/errors';
import type { Page, Pager } from '../ports';

/** Throws NotSent when the connection was refused or the name not found, Unreachable afterwards. */
export type PagerTransport = (request: {
  readonly url: string;
  readonly body: string;
  readonly signal: AbortSignal;
}) => Promise<{ readonly status: number; readonly body: string }>;

const SOURCE = 'PagerDuty';
/** PagerDuty answers within a second; a page that takes longer is tried again by whoever sends it. */
const CALL_SECONDS = 10;
/** The service's own limits: longer texts are refused as a whole. */
const LONGEST_SUMMARY = 1024;
const LONGEST_DEDUP_KEY = 255;

/** `url` without a path. 429 and 5xx are Unreachable (send again with the same key); 400 is Refused and stays so. */
export function pagerDuty(options: {
  readonly url: string;
  readonly routingKey: string;
  readonly transport?: PagerTransport;
}): Pager {
  const transport = options.transport ?? httpTransport;
  return {
    async send(page) {
      const answer = await transport({
        url: `${options.url.replace(/\/$/, '')}/v2/enqueue`,
        body: JSON.stringify(eventOf(page, options.routingKey)),
        signal: AbortSignal.timeout(CALL_SECONDS * 1000),
      });
      if (answer.status === 202) return;
      if (answer.status === 429 || answer.status >= 500)
        throw new Unreachable(SOURCE, `HTTP ${answer.status}`);
      throw refused(answer);
    },
  };
}

function eventOf(page: Page, routingKey: string) {
  const event = {
    routing_key: routingKey,
    event_action: page.action,
    dedup_key: page.dedupKey.slice(0, LONGEST_DEDUP_KEY),
  };
  if (page.action !== 'trigger') return event;
  return {
    ...event,
    payload: {
      summary: page.summary.slice(0, LONGEST_SUMMARY),
      source: page.source,
      severity: page.severity,
      custom_details: page.details,
    },
  };
}

function refused(answer: { readonly status: number; readonly body: string }): Refused {
  return new Refused(
    {
      code: 'PAGE_REFUSED',
      what: 'PagerDuty refused a page.',
      why: /routing key/i.test(answer.body)
        ? 'It does not know the routing key.'
        : `It answered HTTP ${answer.status}.`,
      doThis: ['Correct PAGERDUTY_ROUTING_KEY in .env: the integration key of an Events API v2 integration.'],
    },
    String(answer.status),
  );
}

/** A connection of its own for each page: pages are rare, and a kept connection may be dead without saying so. */
const httpTransport: PagerTransport = ({ url, body, signal }) =>
  new Promise((resolve, reject) => {
    const isTls = url.startsWith('https:');
    let connected = false;
    const fail = (error: Error & { code?: string }): void => {
      const why = error.code ?? error.message;
      reject(connected ? new Unreachable(SOURCE, why) : new NotSent(`${SOURCE}: ${why}`));
    };
    const request = (isTls ? https : http).request(url, {
      method: 'POST',
      agent: false,
      signal,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    request.on('socket', (socket) =>
      socket.once(isTls ? 'secureConnect' : 'connect', () => (connected = true)),
    );
    request.on('error', fail);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.end(body);
  });
