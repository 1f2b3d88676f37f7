/** One call of the Web API: token, rate, fault, method, answer. What the fault does to the socket is said, not done, here. */
import type { Strike } from '../faults';
import { METHODS, mutates, type Args } from './methods';
import { scopeMissing } from './scopes';
import { TOKENS } from './model';
import type { Rates } from './rates';
import type { SocketMode } from './socket-mode';
import { SlackRefusal, type SlackState } from './state';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** What happens on the socket instead: the answer is lost, cut, late or not JSON. */
  readonly instead?: 'reset' | 'hang' | 'truncate' | 'html';
  /** Wall seconds of delay. */
  readonly after?: number;
}

/** Slack's default when it is told to refuse without a word of its own. */
const REFUSAL = 'internal_error';

export class Api {
  constructor(
    private readonly state: SlackState,
    private readonly rates: Rates,
    private readonly sockets: SocketMode,
    private readonly socketUrl: () => string,
  ) {}

  answer(method: string, token: string, args: Args): Answer {
    const on = typeof args['channel'] === 'string' ? args['channel'] : '';
    const strike = this.state.options.faults?.strike(`slack:${method}`, on);
    const answer = this.struck(strike, method, token, args, on);
    const ok = answer.body['ok'] === true && answer.instead === undefined;
    const code =
      typeof answer.body['error'] === 'string' ? answer.body['error'] : (answer.instead ?? undefined);
    this.state.options.onCall?.({
      call: method,
      on,
      by: token === TOKENS.app ? 'app' : 'bot',
      mutates: mutates(method),
      ok,
      ...(code !== undefined && { code }),
    });
    return answer;
  }

  private struck(strike: Strike | undefined, method: string, token: string, args: Args, on: string): Answer {
    switch (strike?.how) {
      case 'refuse':
        if (strike.code === 'ratelimited') return limited(1);
        if (/^5\d\d$/.test(strike.code ?? ''))
          return { status: Number(strike.code), headers: {}, body: refused(REFUSAL) };
        return ok(refused(strike.code ?? REFUSAL));
      case 'lose-request':
        return { ...ok({}), instead: 'reset' };
      case 'lose-answer':
        return { ...this.call(method, token, args, on), instead: 'reset' };
      case 'hang':
      case 'truncate':
      case 'html':
        return { ...this.call(method, token, args, on), instead: strike.how };
      case 'slow':
        return { ...this.call(method, token, args, on), after: strike.seconds ?? 1 };
      default:
        return this.call(method, token, args, on);
    }
  }

  private call(method: string, token: string, args: Args, on: string): Answer {
    const wait = this.state.options.unlimited === true ? undefined : this.rates.over(method, on);
    if (wait !== undefined) return limited(wait);
    try {
      return ok({ ok: true, ...this.run(method, token, args) });
    } catch (error) {
      if (error instanceof SlackRefusal) return ok({ ...refused(error.code), ...error.more });
      throw error;
    }
  }

  private run(method: string, token: string, args: Args): Readonly<Record<string, unknown>> {
    if (token === '') throw new SlackRefusal('not_authed');
    if (method === 'apps.connections.open') {
      if (token !== TOKENS.app)
        throw new SlackRefusal(token === TOKENS.bot ? 'not_allowed_token_type' : 'invalid_auth');
      return { url: `${this.socketUrl()}link/?ticket=${this.sockets.ticket()}` };
    }
    if (token !== TOKENS.bot)
      throw new SlackRefusal(token === TOKENS.app ? 'not_allowed_token_type' : 'invalid_auth');
    const known = METHODS[method];
    if (!known) throw new SlackRefusal('unknown_method');
    const missing = scopeMissing(method, this.state.options.scopes);
    if (missing !== undefined) throw new SlackRefusal('missing_scope', { needed: missing });
    return known(this.state, args);
  }
}

const ok = (body: Readonly<Record<string, unknown>>): Answer => ({ status: 200, headers: {}, body });
const refused = (error: string): Readonly<Record<string, unknown>> => ({ ok: false, error });
const limited = (seconds: number): Answer => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: refused('ratelimited'),
});
