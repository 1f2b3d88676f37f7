/** Bodies of requests as Slack's clients send them: forms with JSON inside, and JSON. */
import type { IncomingMessage } from 'node:http';

/** Members of a form that carry JSON (stack §2.1 item 1). */
const NESTED = new Set(['blocks', 'view', 'metadata', 'files', 'attachments']);

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Arguments of an API call; nested values decoded, everything else as text. */
export function formOf(contentType: string, body: Buffer): Readonly<Record<string, unknown>> {
  if (contentType.includes('json')) return jsonOf(body);
  const args: Record<string, unknown> = {};
  for (const [key, value] of new URLSearchParams(body.toString('utf8')))
    args[key] = NESTED.has(key) ? decoded(value) : value;
  return args;
}

export function jsonOf(body: Buffer): Readonly<Record<string, unknown>> {
  const read = decoded(body.toString('utf8'));
  return typeof read === 'object' && read !== null ? { ...read } : {};
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
