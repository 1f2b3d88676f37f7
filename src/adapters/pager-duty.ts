/** The on-call pager: PagerDuty's Events API v2. The dedup key makes a repeated page the same page (peers §4.4). */
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

const NOTHING_SENT = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

const httpTransport: PagerTransport = async ({ url, body, signal }) => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      signal,
      headers: { 'content-type': 'application/json' },
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (NOTHING_SENT.includes(code)) throw new NotSent(`${SOURCE}: ${code}`);
    throw new Unreachable(SOURCE, code === '' ? 'no answer' : code);
  }
};
