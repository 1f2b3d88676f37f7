/** The log: JSON lines on stderr. Secrets and opaque references are taken out at the sink, whoever wrote them. */
import { writeSync } from 'node:fs';
import pino, { type Logger } from 'pino';

export type Log = Logger;

export interface LogOptions {
  /** Which process writes: bot, worker, main, cli. */
  readonly process: string;
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Asked for every line, so that secrets of a configuration that was read again are known. */
  readonly secrets: () => readonly string[];
  /** Where a finished line goes; stderr by default. */
  readonly sink?: (line: string) => void;
}

const STDERR = 2;

/** `log.child({ run, line, host })` makes a log that says so on each record. */
export function makeLog({ process, level, secrets, sink = toStderr }: LogOptions): Log {
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
    },
    { write: (line: string) => sink(`${filtered(line, secrets())}\n`) },
  );
}

/** Written at once: what was logged last before a crash is what matters. */
function toStderr(line: string): void {
  try {
    writeSync(STDERR, line);
  } catch {
    // a closed or full pipe must not end an upgrade
  }
}

/** Every string in the record, keys left alone, so that the line stays JSON whatever the secrets are. */
function filtered(line: string, secrets: readonly string[]): string {
  const record: unknown = JSON.parse(line);
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === 'string' ? withoutSecrets(value, secrets) : value,
  );
}

/** Takes out each secret, as it is and as it stands in an address or a form, and each opaque reference. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let kept = text;
  // the longest first: one secret may be part of another
  for (const secret of [...secrets].sort((a, b) => b.length - a.length))
    for (const form of new Set([
      secret,
      encodeURIComponent(secret),
      formEncoded(secret),
      inJson(secret),
      base64(secret),
    ]))
      if (form !== '') kept = kept.replaceAll(form, '[secret]');
  return kept.replaceAll(/OpaqueRef:[0-9A-Za-z-]+/g, '[reference]');
}

const formEncoded = (secret: string): string => new URLSearchParams({ s: secret }).toString().slice(2);
const inJson = (secret: string): string => JSON.stringify(secret).slice(1, -1);
const base64 = (secret: string): string => Buffer.from(secret).toString('base64');
