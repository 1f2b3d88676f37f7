/** Self-signed certificates, one for each host and serial: a new serial is a new key (xapi F58). */
import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

export interface HostCertificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256, upper-case hexadecimal pairs with colons, as Node and openssl print it. */
  readonly fingerprint: string;
}

/** Valid for ten years around the wall's today; pool time is nobody's business here. */
const VALID_MS = 10 * 365 * 86_400_000;

export async function makeCertificate(commonName: string): Promise<HostCertificate> {
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 86_400_000),
    notAfterDate: new Date(Date.now() + VALID_MS),
  });
  return { key: made.private, cert: made.cert, fingerprint: new X509Certificate(made.cert).fingerprint256 };
}
