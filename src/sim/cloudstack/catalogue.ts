/** What the pretend zone offers besides its pools: one zone, offerings, a template, an ISO, one admin with keys. */
import type { SimPool } from '../model';
import { idOf } from './side';

export const ZONE = { id: idOf('zone', 'zone-1'), dbId: 1, name: 'zone-1' } as const;
export const podOf = (pool: SimPool): { readonly id: string; readonly name: string } => ({
  id: idOf('pod', pool.name),
  name: `pod-${pool.name}`,
});

export const SERVICE_OFFERINGS = [
  { id: idOf('offering', 'small'), name: 'small', cpus: 1, mhz: 1000, memoryMib: 512 },
  { id: idOf('offering', 'medium'), name: 'medium', cpus: 2, mhz: 2000, memoryMib: 2048 },
] as const;
/** VMs that are asked for tags have an offering of their own for each set of them. */
export function offeringOf(hostTags: readonly string[]) {
  const tags = hostTags.join(',');
  if (tags === '') return SERVICE_OFFERINGS[1];
  return { ...SERVICE_OFFERINGS[1], id: idOf('offering', tags), name: `on ${tags}`, hosttags: tags };
}
export const NETWORK_OFFERINGS = [
  { id: idOf('network-offering', 'isolated'), name: 'DefaultIsolatedNetworkOfferingWithSourceNatService' },
] as const;
export const TEMPLATES = [{ id: idOf('template', 'tiny-linux'), name: 'tiny-linux' }] as const;
export const ISOS = [{ id: idOf('iso', 'debian-8.iso'), name: 'debian-8.iso' }] as const;
export const DOMAIN = { id: idOf('domain', 'ROOT'), name: 'ROOT' } as const;
export const OS_TYPE = { id: idOf('os-type', 'debian-8'), name: 'Debian GNU/Linux 8 (64-bit)' } as const;

/** The one key pair: root admin, as the bot's must be (cs §2.4). Keys of the real length. */
export const ADMIN = {
  user: 'admin',
  account: 'admin',
  userId: idOf('user', 'admin'),
  accountId: idOf('account', 'admin'),
  apiKey: key('api'),
  secretKey: key('secret'),
} as const;

/** Ids that a plan's smoke test needs, for whoever writes a pools.yaml for this zone. */
export const SMOKE_TEST = {
  zoneId: ZONE.id,
  templateId: TEMPLATES[0].id,
  serviceOfferingId: SERVICE_OFFERINGS[0].id,
  networkOfferingId: NETWORK_OFFERINGS[0].id,
} as const;

/** 64 bytes in base64url, as CloudStack generates keys. */
function key(word: string): string {
  const bytes = [1, 2, 3, 4].map((n) => idOf('key', word, String(n)).replaceAll('-', '')).join('');
  return Buffer.from(bytes, 'hex').toString('base64url');
}
