/** The bytes of a file, sent to the address that Slack gave out for them. No token goes with them: the address is the secret. */
import { Unreachable } from '../../domain/errors';
import { CALL_TIMEOUT, systemCode, type SlackWebOptions } from './client';

/** Nothing is to be seen after it, so every failure is one: it is done again with another address. Throws Unreachable. */
export async function sendBytes(
  url: string,
  content: string | Uint8Array,
  given: SlackWebOptions['fetch'],
): Promise<void> {
  const ask = given ?? fetch;
  let status: number;
  try {
    const answer = await ask(url, {
      method: 'POST',
      ...(typeof content === 'string'
        ? { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: content }
        : { body: form(content) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT),
    });
    ({ status } = answer);
  } catch (error) {
    throw new Unreachable('Slack', `send the bytes of a file: ${systemCode(error)}`);
  }
  if (status !== 200) throw new Unreachable('Slack', `send the bytes of a file: HTTP ${status}`);
}

function form(bytes: Uint8Array): FormData {
  const made = new FormData();
  made.append('file', new Blob([Uint8Array.from(bytes)]));
  return made;
}
