/** What happens on the socket instead of an answer. Wire faces make it real; in memory it is thrown. */
export class SimSocketError extends Error {
  constructor(readonly kind: 'refused' | 'reset' | 'hang' | 'truncate' | 'html') {
    super(`socket: ${kind}`);
    this.name = 'SimSocketError';
  }
}
