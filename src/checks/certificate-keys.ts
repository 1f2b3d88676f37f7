/** From 8.3 on OpenSSL takes no RSA key below 2048 bits: a host with a shorter one is not talked to any more (xc §1.3 row 10). */
import type { HostSnapshot, Snapshot } from '../domain/pool';
import { isBefore } from './host-by-host';
import { defineCheck, found, wasRead, type Found } from './check';

/** Of both families: 8.3 and 8.4. */
const STRICT_SINCE = '8.3';
const FEWEST_BITS = 2048;

export const certificateKeys = defineCheck({
  name: 'certificate-keys',
  summary: `The certificate of every host has an RSA key of ${FEWEST_BITS} bits or more where the target is ${STRICT_SINCE} or newer.`,
  source: 'xc §1.3 row 10',
  since: `target ${STRICT_SINCE}`,
  look: (pool, target) =>
    isBefore(target, STRICT_SINCE) ? [] : pool.hosts.flatMap((host) => onHost(pool, host)),
});

function onHost(pool: Snapshot, { name, live, traits }: HostSnapshot): Found[] {
  const bits = traits?.certificateBits;
  if (bits !== undefined)
    return bits >= FEWEST_BITS
      ? []
      : [
          found(
            'block',
            name,
            `The certificate of ${name} has a key of ${bits} bits; ${STRICT_SINCE} and newer want ${FEWEST_BITS}.`,
            [`host.get_server_certificate of ${name}: RSA, ${bits} bits`],
            `Make a new one on ${name}, with a key of ${FEWEST_BITS} bits or more: up to 8.1 as its manual says, from 8.2 on xe host-server-certificate-install`,
            'Then pin the new fingerprint in pools.yaml; until then nobody is let in.',
          ),
        ];
  // a host that is away, and a XAPI that could not be read, are told of elsewhere
  if (!traits || !live || !wasRead(pool, 'xapi')) return [];
  return [
    found(
      'block',
      name,
      `Cannot tell how long the key in the certificate of ${name} is.`,
      [`host.get_server_certificate of ${name}: no certificate with an RSA key`],
      `Look: openssl s_client -connect ${name}:443 </dev/null | openssl x509 -noout -text | grep Public-Key`,
      'Give it a certificate with an RSA key where it has another one; XAPI takes no other.',
    ),
  ];
}
