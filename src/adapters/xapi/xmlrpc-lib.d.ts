/** The two halves of the codec that the xmlrpc package does not list in its types. */
declare module 'xmlrpc/lib/serializer' {
  export function serializeMethodCall(method: string, params: readonly unknown[]): string;
}

declare module 'xmlrpc/lib/deserializer' {
  import type { Readable } from 'node:stream';
  class Deserializer {
    deserializeMethodResponse(stream: Readable, done: (error: Error | null, value?: unknown) => void): void;
  }
  export = Deserializer;
}
