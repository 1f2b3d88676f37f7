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

/** "10.0.0.1:443 refuses the connection: … (ECONNREFUSED)"; what is not known stays as it is. */
export function networkWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const said = /^(?:connect|getaddrinfo|read|write) (E[A-Z_]+)(?: (\S+))?/.exec(text);
  const means = MEANS[said?.[1] ?? ''];
  return means === undefined ? text : `${said?.[2] ?? 'the other side'} ${means} (${said?.[1]})`;
}
