/** What the system says of a failed connection, in words; its own code stays behind them, for whoever searches for it. */

/** Node's codes (errno(3), getaddrinfo(3)) → what they mean for whoever stands at the network. */
const MEANS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection: nothing listens there, or a firewall says no',
  EHOSTUNREACH: 'cannot be reached: there is no route, or the machine is off',
  ENETUNREACH: 'cannot be reached: there is no route to its network',
  ENOTFOUND: 'is a name that DNS does not know',
  EAI_AGAIN: 'is a name that DNS cannot look up now',
  ETIMEDOUT: 'did not answer in time',
  ECONNRESET: 'broke the connection',
  EPIPE: 'closed the connection',
};

/** A name with several addresses fails with all their errors in one that says nothing itself: the first one speaks. */
const firstOf = (error: unknown): unknown =>
  messageOf(error) === '' && hasParts(error) && error.errors.length > 0 ? error.errors[0] : error;

const hasParts = (error: unknown): error is { readonly errors: readonly unknown[] } =>
  typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors);

/** Not instanceof: the system's own errors may come from another realm. */
const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
    ? error.message
    : String(error);

/** "10.0.0.1:443 refuses the connection: … (ECONNREFUSED)"; what is not known stays as it is. */
export function networkWords(error: unknown): string {
  const text = messageOf(firstOf(error));
  const said = /^(?:connect|getaddrinfo|read|write) (E[A-Z_]+)(?: (\S+))?/.exec(text);
  const means = MEANS[said?.[1] ?? ''];
  return means === undefined ? text : `${said?.[2] ?? 'the other side'} ${means} (${said?.[1]})`;
}
