/** The client of the background calls: never retries by itself, never waits out a rate limit in silence (stack §2.2). */
import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';

/** Wall milliseconds for one call. */
export const CALL_TIMEOUT = 10_000;

export interface SlackWebOptions {
  readonly token: string;
  /** Ends in `/api/`. Absent: Slack itself. */
  readonly apiUrl?: string;
  /** In-process transport for tests; absent: the platform's own. */
  readonly fetch?: NonNullable<WebClientOptions['fetch']>;
}

/** Why a request had no answer, in the system's own word (ECONNREFUSED): it alone proves that nothing was sent. */
export class NoAnswer extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'NoAnswer';
  }
}

export function webClient({ token, apiUrl, fetch: given }: SlackWebOptions): WebClient {
  const ask: NonNullable<WebClientOptions['fetch']> = given ?? ((url, init) => fetch(url, init));
  return new WebClient(token, {
    timeout: CALL_TIMEOUT,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    async fetch(url, init) {
      try {
        return await ask(url, init);
      } catch (error) {
        throw new NoAnswer(systemCode(error));
      }
    },
  });
}

/** The system's word stands some causes down: fetch wraps it. */
export function systemCode(error: unknown): string {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth++) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string') return code;
    at = cause;
  }
  return 'no answer';
}
