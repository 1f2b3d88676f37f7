/** Digests bind an answer to exactly what a person was shown. */
import { createHash } from 'node:crypto';
import { canonical, type Json } from './json';

/** Twelve hexadecimal digits of SHA-256 over the canonical JSON: short enough for a button, long enough to differ. */
export function digestOf(value: Json): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12);
}
