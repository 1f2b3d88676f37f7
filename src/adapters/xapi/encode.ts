/** Arguments into XML: what xmlrpc would send wrongly without a word is refused here (xapi §1.5, stack §6). */
import { serializeMethodCall } from 'xmlrpc/lib/serializer';
import type { Wire } from './transport';

/** A mistake of ours, found before anything is sent. */
export class BadArgument extends Error {}

/**
 * The request body. Integers must be text (a JS number means a double to XAPI), dates and null have no safe
 * spelling, and undefined would become the empty string. Throws BadArgument.
 */
export function encodeCall(method: string, params: readonly Wire[]): string {
  params.forEach((param, i) => check(param, `${method}, parameter ${i + 1}`));
  return serializeMethodCall(method, params);
}

function check(value: unknown, at: string): void {
  if (typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new BadArgument(`${at}: ${value} has no spelling on the wire`);
    if (Number.isInteger(value)) throw new BadArgument(`${at}: the integer ${value} must be sent as text`);
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((item, i) => check(item, `${at}[${i}]`));
    return;
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [name, member] of Object.entries(value)) check(member, `${at}.${name}`);
    return;
  }
  throw new BadArgument(`${at}: ${value === null ? 'null' : typeof value} cannot be sent`);
}
