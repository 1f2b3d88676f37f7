/** What the record of a host does not show of it: its certificate, its place in a cluster, what its hotfixes still ask for. */
import { X509Certificate } from 'node:crypto';
import { Malformed, Refused } from '../../domain/errors';
import type { XenCondition, XenHostCondition } from '../../ports';
import { askedSince } from './patches';
import type { Look } from './read-hosts';
import type { Table } from './tables';

export async function readHostConditions(look: Look): Promise<NonNullable<XenCondition['hosts']>> {
  const table = (cls: string): Promise<Table> => look.directory.table(look.session, cls);
  const [hosts, hostPatches, patches, clusterHosts] = await Promise.all([
    table('host'),
    table('host_patch'),
    table('pool_patch'),
    table('Cluster_host'),
  ]);
  const clustered = new Set(
    [...clusterHosts.values()].filter((one) => one.flag('enabled')).map((one) => one.text('host')),
  );
  const conditions = await Promise.all(
    [...hosts].map(async ([ref, host]) => {
      const certificateBits = await keyLength(look, ref);
      const condition: XenHostCondition = {
        ...(certificateBits !== undefined && { certificateBits }),
        ...(clustered.has(ref) && { clustered: true }),
        ...askedSince(host, { hostPatches, patches }),
      };
      return [host.text('uuid'), condition] as const;
    }),
  );
  return Object.fromEntries(conditions);
}

/** xc §1.3 row 10. XAPI takes RSA keys only; of another key, and of what is no certificate, nothing can be told. */
async function keyLength({ session, source }: Look, ref: string): Promise<number | undefined> {
  try {
    const pem = await session.read('host.get_server_certificate', [ref], 'read a certificate');
    if (typeof pem !== 'string') throw new Malformed(source, 'a certificate is text');
    return bitsOf(pem);
  } catch (error) {
    // a host that does not answer now shows none; whether it should answer is another question
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function bitsOf(pem: string): number | undefined {
  try {
    return new X509Certificate(pem).publicKey.asymmetricKeyDetails?.modulusLength;
  } catch {
    return undefined;
  }
}
