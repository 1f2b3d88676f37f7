/** The client of the background calls: never retries by itself, never waits out a rate limit in silence (stack §2.2). */
import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';

/** Wall milliseconds for one call. */
const CALL_TIMEOUT = 10_000;
export interface SlackWebOptions {
  readonly token: string;
  /** Ends in `/api/`. Absent: Slack itself. */
  readonly apiUrl?: string;
  /** In-process transport for tests; absent: fetch. */
  readonly fetch?: WebClientOptions['fetch'];
}

export const webClient = ({ token, apiUrl, fetch }: SlackWebOptions): WebClient =>
  new WebClient(token, {
    timeout: CALL_TIMEOUT,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    ...(fetch !== undefined && { fetch }),
  });
