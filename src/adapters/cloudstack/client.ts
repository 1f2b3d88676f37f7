/** Calls of CloudStack's API: GET for reads, POST for changes, every list paged until the count is reached. */
import { Malformed } from '../../domain/errors';
import { clockSkewOf, type Fields, isFields, read } from './answer';
import type { CloudStackAnswer, CloudStackTransport } from './http-transport';
import { type Keys, signedForm } from './sign';

export type Values = Readonly<Record<string, string | undefined>>;

export interface ApiClient {
  get(command: string, params?: Values): Promise<Fields>;
  /** All rows of a list command. */
  list(command: string, key: string, params?: Values): Promise<readonly Fields[]>;
  /** The first rows of a list that may be very long: at most so many pages of 500. */
  first(command: string, key: string, params: Values, pages: number): Promise<readonly Fields[]>;
  /** One change. `seconds`: its own deadline; it is never repeated here. */
  change(command: string, params: Values, subject: string, seconds?: number): Promise<Fields>;
  /** Milliseconds that CloudStack's clock is ahead of ours. */
  clockSkew(): Promise<number>;
  /** Remembers a name for an id, for the sentences of refusals. */
  remember(id: string, name: string): void;
  nameOf(id: string): string;
}

export interface ClientOptions extends Keys {
  /** `http://HOST:8080/client/api`. */
  readonly url: string;
  readonly transport: CloudStackTransport;
  /** Wall time, epoch milliseconds; signatures and the Date header are compared with it. */
  readonly wallNow: () => number;
  /** Wall seconds for one call; 30 unless said otherwise. */
  readonly deadlineSeconds: number;
}

/** CloudStack's default.page.size; more is refused (cs §2.6). */
const PAGE = 500;
/** 200,000 rows: beyond that something counts wrong, and we would read for ever. */
const MOST_PAGES = 400;

export function apiClient(options: ClientOptions): ApiClient {
  const source = `CloudStack at ${new URL(options.url).host}`;
  const names = new Map<string, string>();
  const named = (text: string): string => {
    // XAPI's exceptions come through in CloudStack's sentences, references and all
    let readable = text.replaceAll(/OpaqueRef:[0-9A-Za-z-]+/g, 'an object');
    for (const [id, name] of names) readable = readable.replaceAll(id, name);
    return readable;
  };

  const send = (
    method: 'GET' | 'POST',
    command: string,
    params: Values,
    seconds: number,
  ): Promise<CloudStackAnswer> => {
    const form = signedForm(command, params, options, options.wallNow());
    const signal = AbortSignal.timeout(seconds * 1000);
    return options.transport(
      method === 'GET'
        ? { method, url: `${options.url}?${form}`, signal }
        : { method, url: options.url, body: form, signal },
    );
  };
  const answered = (answer: CloudStackAnswer, command: string, subject: string): Fields =>
    read(answer, { command, subject, source, answeredAt: options.wallNow(), named });

  const get: ApiClient['get'] = async (command, params = {}) =>
    answered(await send('GET', command, params, options.deadlineSeconds), command, '');

  const listed = async (
    command: string,
    key: string,
    params: Values,
    pages: number,
  ): Promise<{ readonly rows: readonly Fields[]; readonly whole: boolean }> => {
    const rows: Fields[] = [];
    for (let page = 1; page <= pages; page++) {
      const fields = await get(command, { ...params, page: String(page), pagesize: String(PAGE) });
      const shown = fields[key] ?? [];
      if (!Array.isArray(shown) || !shown.every(isFields))
        throw new Malformed(source, `${command} answered with something else than a list of rows`);
      rows.push(...shown);
      const count = Number(fields['count'] ?? rows.length);
      if (rows.length >= count) return { rows, whole: true };
      // a page past the end has a count and no rows: whoever counts more than comes hides some
      if (shown.length === 0 || Number.isNaN(count))
        throw new Malformed(source, `${command} counts ${count} rows and shows ${rows.length}`);
    }
    return { rows, whole: false };
  };
  const list: ApiClient['list'] = async (command, key, params = {}) => {
    const { rows, whole } = await listed(command, key, params, MOST_PAGES);
    if (!whole) throw new Malformed(source, `${command} never reached its own count`);
    return rows;
  };

  return {
    get,
    list,
    first: async (command, key, params, pages) => (await listed(command, key, params, pages)).rows,
    change: async (command, params, subject, seconds = options.deadlineSeconds) =>
      answered(await send('POST', command, params, seconds), command, subject),
    clockSkew: async () => {
      const answer = await send('GET', 'listCapabilities', {}, options.deadlineSeconds);
      const skew = clockSkewOf(answer, options.wallNow());
      answered(answer, 'listCapabilities', '');
      if (skew === undefined) throw new Malformed(source, 'the answer carries no Date');
      return skew;
    },
    remember: (id, name) => {
      // numbers of 2.2 stand for a host and a VM alike, and for half of every sentence
      if (!/^\d+$/.test(id)) names.set(id, name);
    },
    nameOf: (id) => names.get(id) ?? id,
  };
}
