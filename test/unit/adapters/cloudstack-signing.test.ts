/** Signing, proved by vectors that a real JVM computed (cs §2.2). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signature, signedForm, stringToSign } from '../../../src/adapters/cloudstack/sign';

interface Vectors {
  readonly secretKey: string;
  readonly apiKey: string;
  readonly vectors: readonly {
    readonly params: Record<string, string>;
    readonly stringToSign: string;
    readonly signature: string;
  }[];
}
const golden = JSON.parse(
  readFileSync(join(__dirname, '../../support/cloudstack-signing-vectors.json'), 'utf8'),
) as Vectors;

test('there are ten vectors', () => expect(golden.vectors).toHaveLength(10));

test.each(golden.vectors.map((vector) => [vector.stringToSign, vector] as const))('%s', (_text, vector) => {
  expect(stringToSign(vector.params)).toBe(vector.stringToSign);
  expect(signature(vector.params, golden.secretKey)).toBe(vector.signature);
});

test('a request carries version 3, an expiry ten minutes ahead in UTC, and never the secret', () => {
  const form = signedForm('listHosts', { name: 'a~b*', id: undefined }, golden, Date.UTC(2026, 0, 1));
  const params = Object.fromEntries(new URLSearchParams(form));
  expect(params).toMatchObject({
    command: 'listHosts',
    response: 'json',
    signatureVersion: '3',
    expires: '2026-01-01T00:10:00+0000',
    name: 'a~b*',
  });
  expect(params).not.toHaveProperty('id');
  const { signature: sent, ...rest } = params;
  expect(sent).toBe(signature(rest, golden.secretKey));
  expect(form).not.toContain(golden.secretKey);
});
