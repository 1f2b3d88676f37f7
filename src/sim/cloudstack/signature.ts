/** The server's half of signing: the same string made from the request as it came, compared in constant time (cs §2.2). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ADMIN } from './catalogue';
import { unauthorized } from './refusal';

/** Parameters as sent: names keep their case, because the order to sign in is that of the names as sent. */
export type Sent = readonly (readonly [name: string, value: string])[];

/** Java's URLEncoder with %20 for a blank: bare are letters, digits and . - * _ */
const encode = (value: string): string =>
  encodeURIComponent(value).replace(
    /[!'()~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function signatureOf(sent: Sent, secretKey: string): string {
  const text = sent
    .filter(([name]) => name.toLowerCase() !== 'signature')
    .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&')
    .toLowerCase();
  return createHmac('sha1', secretKey).update(text).digest('base64');
}

/** Name of the user whose key signed the request; every failure is the same 401, whatever its cause. */
export function authenticate(sent: Sent): string {
  const values = new Map(sent.map(([name, value]) => [name.toLowerCase(), value]));
  if (values.get('signatureversion') === '3') {
    const expires = Date.parse(readable(values.get('expires') ?? ''));
    // Wall time: signatures are never scaled with the pool's clock.
    if (Number.isNaN(expires) || expires < Date.now()) throw unauthorized();
  }
  if (values.get('apikey') !== ADMIN.apiKey) throw unauthorized();
  const given = Buffer.from(values.get('signature') ?? '');
  const expected = Buffer.from(signatureOf(sent, ADMIN.secretKey));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw unauthorized();
  return ADMIN.user;
}

/** `+0000` is what clients send, `+00:00` is what Date.parse is sure of. */
const readable = (expires: string): string => expires.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
