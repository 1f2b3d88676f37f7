/** Signing a request: HMAC-SHA1, the only one that any CloudStack knows (cs §2.2). */
import { createHmac } from 'node:crypto';

export interface Keys {
  readonly apiKey: string;
  readonly secretKey: string;
}

/** Java's URLEncoder with %20 for a blank: `*` stays bare, `~` does not. Other clients get a 401 for `a~b`. */
const encode = (value: string): string =>
  encodeURIComponent(value).replace(
    /[!'()~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Names sorted as they are sent, by code unit, and left raw; values encoded; the whole in lower case. */
export function stringToSign(params: Readonly<Record<string, string>>): string {
  return Object.keys(params)
    .filter((name) => name.toLowerCase() !== 'signature')
    .sort()
    .map((name) => `${name}=${encode(params[name]!)}`)
    .join('&')
    .toLowerCase();
}

export const signature = (params: Readonly<Record<string, string>>, secretKey: string): string =>
  createHmac('sha1', secretKey).update(stringToSign(params)).digest('base64');

/** Minutes that a signed request stays good; CloudStack 4.21 allows fifteen at most (cs §2.1). */
const EXPIRES_MINUTES = 10;

/**
 * The signed parameters as `application/x-www-form-urlencoded`: query of a GET, body of a POST. `wallNow` is
 * epoch milliseconds of wall time; signatures know no other clock. A parameter that is `undefined` is left out.
 */
export function signedForm(
  command: string,
  params: Readonly<Record<string, string | undefined>>,
  keys: Keys,
  wallNow: number,
): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const all: Record<string, string> = {
    ...Object.fromEntries(given),
    apiKey: keys.apiKey,
    command,
    expires: `${new Date(wallNow + EXPIRES_MINUTES * 60_000).toISOString().slice(0, 19)}+0000`,
    response: 'json',
    signatureVersion: '3',
  };
  const form = { ...all, signature: signature(all, keys.secretKey) };
  return Object.entries(form)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}
