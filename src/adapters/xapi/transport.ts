/** How calls reach a host: the wire in production, the simulator's own face in memory. Both throw the classes of domain/errors. */

export interface CallOptions {
  /** The caller's wall deadline. */
  readonly signal: AbortSignal;
  /** SHA-256 fingerprint that the host must show; another one is WrongKey and nothing is sent. */
  readonly pin?: string;
  /** A connection of its own: a change never rides on an idle connection that may be dead. */
  readonly fresh?: boolean;
  /** Changes that follow one another at once share a connection that nobody else uses, until this signal is aborted. */
  readonly series?: AbortSignal;
}

/** What an XML-RPC value decodes to. int64 stays text. */
export type Wire =
  string | number | boolean | Date | null | readonly Wire[] | { readonly [member: string]: Wire };

/** What is uploaded: read once, a piece at a time. */
export interface Upload {
  readonly bytes: number;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface XapiTransport {
  /** The decoded methodResponse: `{Status, Value | ErrorDescription}`. `params` carry the session first. */
  call(address: string, method: string, params: readonly Wire[], o: CallOptions): Promise<unknown>;
  get(
    address: string,
    path: string,
    o: CallOptions,
  ): Promise<{ readonly status: number; readonly body: Buffer }>;
  /** The HTTP status. What `body` throws is thrown, and the other side has not got the end. */
  put(address: string, path: string, upload: Upload, o: CallOptions): Promise<number>;
  /** What the host shows now, before any login; undefined where it does not answer. */
  fingerprint(address: string): Promise<string | undefined>;
}
