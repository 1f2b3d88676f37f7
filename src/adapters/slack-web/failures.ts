/** How Slack fails, in the classes of domain/errors. What may have been posted is never taken for not posted. */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { NoAnswer } from './client';
import { NotSent, Refused, Unreachable } from '../../domain/errors';

/** Proof that nothing was written: the connection was never made. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const ADVICE: Readonly<Record<string, readonly string[]>> = {
  channel_not_found: [
    'Invite the bot into the channel: /invite @xsupgrade',
    'Check `channel` of the pool in pools.yaml',
  ],
  not_in_channel: ['Invite the bot into the channel: /invite @xsupgrade'],
  file_not_found: ['Nothing to do: the file is sent again'],
  is_archived: ['Unarchive the channel, or name another one in pools.yaml'],
  invalid_auth: ['Install the app again and put its bot token into SLACK_BOT_TOKEN'],
  token_revoked: ['Install the app again and put its bot token into SLACK_BOT_TOKEN'],
  missing_scope: ['Install the app again from deploy/slack-manifest.yaml'],
  plan_upgrade_required: ['User groups need a paid plan of Slack: list the people by id in pools.yaml'],
};

/** `what`: in our words, for example "Post into C123". */
export function failure(error: unknown, what: string): Error {
  if (error instanceof WebAPIRateLimitedError)
    return new NotSent(`Slack is rate limited for ${error.retryAfter} s (${what})`);
  if (error instanceof WebAPIPlatformError) {
    const { error: code } = error.data;
    // an answer that is not JSON is handed over as if its text were the error: it proves nothing
    if (!/^[a-z0-9_]{1,80}$/.test(code))
      return new Unreachable('Slack', `${what}: the answer makes no sense`);
    // Slack answers these when it does not know itself whether it was done
    if (code === 'internal_error' || code === 'fatal_error' || code === 'service_unavailable')
      return new Unreachable('Slack', `${what}: ${code}`);
    return new Refused(
      {
        code: 'SLACK_REFUSED',
        what: `Slack refused: ${what}.`,
        why: `Slack answered ${code}.`,
        doThis: ADVICE[code] ?? [`Look up ${code} in Slack's documentation of the method`],
      },
      code,
    );
  }
  if (error instanceof WebAPIHTTPError) return new Unreachable('Slack', `${what}: HTTP ${error.statusCode}`);
  if (error instanceof WebAPIRequestError) {
    const code = error.original instanceof NoAnswer ? error.original.code : 'no answer';
    return NEVER_CONNECTED.has(code)
      ? new NotSent(`Slack: ${what}: ${code}`)
      : new Unreachable('Slack', `${what}: ${code}`);
  }
  return new Unreachable('Slack', `${what}: ${error instanceof Error ? error.name : 'unknown'}`);
}
