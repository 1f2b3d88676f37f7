/** Licences: run out, about to, unequal, or without live migration (R31; xc §1.5; xapi §5.1). */
import { sortedNames } from '../domain/order';
import type { HostSnapshot, Snapshot } from '../domain/pool';
import { defineCheck, found, type Found } from './check';

const DAY_MS = 86_400_000;
/** A renewal takes a purchase order: a month is the notice that administrators ask for. */
const SOON_DAYS = 30;

export const licences = defineCheck({
  name: 'licences',
  summary: `Every host has a licence that lasts another ${SOON_DAYS} days, of one edition, with live migration in it.`,
  source: 'xc R31 and §1.5, xapi §5.1',
  look: (pool) => [...pool.hosts.flatMap((host) => onHost(pool, host)), ...editions(pool)],
});

function onHost(pool: Snapshot, host: HostSnapshot): Found[] {
  const licence = host.traits?.licence;
  if (!licence) return [];
  const motion = licence.motion
    ? []
    : [
        found(
          'block',
          host.name,
          `The licence of ${host.name} does not allow live migration.`,
          [`edition ${licence.edition}`, 'license_params: restrict_xen_motion'],
          `Give ${host.name} a licence with live migration: xe host-apply-edition.`,
        ),
      ];
  if (licence.expiryUnread !== undefined)
    return [
      ...motion,
      found(
        'block',
        host.name,
        `Cannot tell when the licence of ${host.name} ends.`,
        [`license_params: expiry ${licence.expiryUnread}`],
        `Look what it says elsewhere, and have the licence server hand it out again: xe host-license-view host=${host.name}`,
      ),
    ];
  if (licence.expiry === undefined) return motion;
  const days = Math.floor((Date.parse(licence.expiry) - Date.parse(pool.takenAt)) / DAY_MS);
  if (days >= SOON_DAYS) return motion;
  const over = days < 0;
  return [
    ...motion,
    found(
      over ? 'block' : 'warn',
      host.name,
      over
        ? `The licence of ${host.name} has run out.`
        : `The licence of ${host.name} runs out in ${days} days.`,
      [`edition ${licence.edition}, until ${licence.expiry.slice(0, 10)}`],
      'Renew it: without one VMs cannot be started, and an upgrade stops in the middle.',
    ),
  ];
}

/** Among hosts of one version: an upgrade may rename editions. */
function editions(pool: Snapshot): Found[] {
  const versions = new Set(pool.hosts.map((host) => host.version));
  return [...versions].flatMap((version) => {
    const hosts = pool.hosts.filter((host) => host.version === version && host.traits);
    const names = new Set(hosts.map((host) => host.traits?.licence.edition ?? ''));
    if (names.size < 2) return [];
    return [
      found(
        'warn',
        pool.name,
        `The hosts of ${pool.name} are licensed differently: ${sortedNames(names).join(', ')}.`,
        hosts.map((host) => `${host.name}: ${host.traits?.licence.edition}`),
        'A pool has the features of its weakest licence: give all hosts one edition.',
      ),
    ];
  });
}
