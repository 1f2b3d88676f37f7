/**
 * What host.get_server_certificate shows: an X.509 certificate around an RSA key of so many bits. The key is no key that
 * anybody holds, and the one on the wire is a quicker one (certificate.ts): what is read of it here is its length.
 */
import { createHash } from 'node:crypto';

/** DER: a tag, the length, the content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x1_00
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const NULL = 0x05;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const EXPLICIT_0 = 0xa0;

const oid = (hex: string): Buffer => der(OID, Buffer.from(hex, 'hex'));
/** Positive: a first byte with its top bit set needs a zero in front. */
const integer = (bytes: Buffer): Buffer =>
  der(INTEGER, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
const bits = (content: Buffer): Buffer => der(BIT_STRING, Buffer.from([0]), content);

const RSA = der(SEQUENCE, oid('2a864886f70d010101'), der(NULL));
const SHA256_RSA = der(SEQUENCE, oid('2a864886f70d01010b'), der(NULL));
const COMMON_NAME = '550403';
const EXPONENT = Buffer.from([1, 0, 1]);

/** As many bytes as asked for, always the same of the same seed. */
function bytesOf(seed: string, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let n = 0; n * 32 < length; n++) parts.push(createHash('sha256').update(`${seed} ${n}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

export function certificateOf(commonName: string, keyBits: number): string {
  const modulus = bytesOf(commonName, Math.ceil(keyBits / 8));
  modulus[0]! |= 0x80;
  modulus[modulus.length - 1]! |= 1;
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, oid(COMMON_NAME), der(UTF8_STRING, Buffer.from(commonName)))),
  );
  const validity = der(
    SEQUENCE,
    der(UTC_TIME, Buffer.from('150101000000Z')),
    der(UTC_TIME, Buffer.from('450101000000Z')),
  );
  const key = der(SEQUENCE, RSA, bits(der(SEQUENCE, integer(modulus), integer(EXPONENT))));
  const version3 = der(EXPLICIT_0, integer(Buffer.from([2])));
  const toBeSigned = der(
    SEQUENCE,
    version3,
    integer(Buffer.from([1])),
    SHA256_RSA,
    name,
    validity,
    name,
    key,
  );
  const certificate = der(SEQUENCE, toBeSigned, SHA256_RSA, bits(bytesOf('signature', modulus.length)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
