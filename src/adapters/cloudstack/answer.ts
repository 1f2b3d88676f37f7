/** What came back from CloudStack: the object under `<command>response`, or the refusal in our words. */
import { adviseCloudStack } from '../../domain/cloudstack-advice';
import { Malformed, NotSent, Refused, Unreachable } from '../../domain/errors';
import type { CloudStackAnswer } from './http-transport';

export type Fields = Readonly<Record<string, unknown>>;

export interface Question {
  readonly command: string;
  /** Host, VM or cluster by name, for the sentences. */
  readonly subject: string;
  /** `CloudStack at HOST`. */
  readonly source: string;
  /** Wall time when the answer came, epoch milliseconds. */
  readonly answeredAt: number;
  /** Ids in CloudStack's sentences turned into names. */
  readonly named: (text: string) => string;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws Refused, NotSent (429: nothing was done), Unreachable (a proxy or a starting server), Malformed. */
export function read(answer: CloudStackAnswer, question: Question): Fields {
  const parsed = parse(answer.body);
  const [name = '', content] = isFields(parsed) ? (Object.entries(parsed)[0] ?? []) : [];
  // JSON of a proxy is no empty list: every answer of CloudStack's is under a name that ends so
  if (!name.endsWith('response') || !isFields(content)) return unreadable(answer, question);
  if (answer.status === 200 && content['errorcode'] === undefined) return content;
  return refuse(
    Number(content['errorcode'] ?? answer.status),
    typeof content['errortext'] === 'string' ? content['errortext'] : '',
    answer,
    question,
  );
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** CloudStack 2.2 puts its sentences into JSON without escaping them (cs §2.3). */
const UNESCAPED = /"errorcode"\s*:\s*"?(\d+)"?[\s\S]*?"errortext"\s*:\s*"([\s\S]*)"\s*\}\s*\}\s*$/;

function unreadable(answer: CloudStackAnswer, question: Question): never {
  const found = UNESCAPED.exec(answer.body);
  if (found && answer.status >= 400) return refuse(Number(found[1]), found[2]!, answer, question);
  if (answer.status === 200)
    throw new Malformed(question.source, `${question.command} was not answered with JSON`);
  throw new Unreachable(
    question.source,
    `HTTP ${answer.status} without CloudStack's JSON: a proxy answered, or the management server is starting`,
  );
}

function refuse(code: number, text: string, answer: CloudStackAnswer, question: Question): never {
  if (code === 429) throw new NotSent(`${question.source}: ${text}`);
  const skew = clockSkewOf(answer, question.answeredAt);
  const named = question.named(text);
  throw new Refused(
    adviseCloudStack({
      code,
      text: named,
      command: question.command,
      subject: question.subject,
      ...(skew !== undefined && { clockSkewMs: skew }),
    }),
    String(code),
    [named],
  );
}

/** Milliseconds that CloudStack's clock is ahead of ours; its Date header counts whole seconds. */
export function clockSkewOf(answer: CloudStackAnswer, answeredAt: number): number | undefined {
  const date = Date.parse(answer.headers['date'] ?? '');
  // The header is cut to the second: half a second is the middle of what it may have been.
  return Number.isNaN(date) ? undefined : date + 500 - answeredAt;
}
