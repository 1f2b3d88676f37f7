/** Bolt's log through ours: one stream, one filter for secrets. */
import { LogLevel, type Logger } from '@slack/bolt';

/** What is needed of pino. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Bolt tells much at debug, payloads among it: that is never taken. */
export function boltLogger(log: Log): Logger {
  const said = (parts: readonly unknown[]): string =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => log.debug({ from: 'slack' }, said(parts)),
    warn: (...parts: unknown[]) => log.warn({ from: 'slack' }, said(parts)),
    error: (...parts: unknown[]) => log.error({ from: 'slack' }, said(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
