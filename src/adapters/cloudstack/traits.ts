/** CloudStack about itself: rows for hypervisor versions, settings, whose key this is and what it may call (cs §2.7, §7.5, §8.5). */
import { callsMadeTo, WATCHED_SETTINGS } from '../../domain/cloudstack-calls';
import { Refused } from '../../domain/errors';
import type { CloudStackTraits } from '../../domain/traits';
import { USAGE_SETTINGS } from '../../domain/usage-job';
import { compareVersions } from '../../domain/version';
import { isFields } from './answer';
import type { ApiClient } from './client';
import { flag, optional, text } from './rows';

/** Number of the root admin's account type. */
const ROOT_ADMIN = '1';
/** The Date header counts whole seconds, and the answer travels: less than this says nothing. */
const NO_SKEW_SECONDS = 5;

export async function traitsOf(api: ApiClient, apiKey: string, version: string): Promise<CloudStackTraits> {
  const [capabilities, guestOsMappings, settings, key, missingCalls, skew] = await Promise.all([
    told(() => capabilitiesOf(api)),
    told(() => mappingsOf(api)),
    told(() => settingsOf(api)),
    told(() => keyOf(api, apiKey)),
    missingOf(api, version),
    api.clockSkew(),
  ]);
  const seconds = Math.round(skew / 1000);
  return {
    ...(capabilities && { capabilities }),
    ...(guestOsMappings && { guestOsMappings }),
    ...(settings && { settings }),
    ...(key && { key }),
    ...(missingCalls && { missingCalls }),
    clockSkewSeconds: Math.abs(seconds) < NO_SKEW_SECONDS ? 0 : seconds,
  };
}

/** A refusal leaves the part out: the check of the key says why. Silence and nonsense are thrown on. */
async function told<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

export async function capabilitiesOf(api: ApiClient): Promise<NonNullable<CloudStackTraits['capabilities']>> {
  const rows = await api.list('listHypervisorCapabilities', 'hypervisorCapabilities', {
    hypervisor: 'XenServer',
  });
  return rows
    .map((row) => ({
      version: text(row, 'hypervisorversion'),
      maxGuests: Number(optional(row, 'maxguestslimit') ?? 0),
      storageMotion: flag(row, 'storagemotionenabled'),
    }))
    .toSorted((a, b) => (a.version < b.version ? -1 : 1));
}

async function mappingsOf(api: ApiClient): Promise<Readonly<Record<string, number>>> {
  const rows = await api.list('listGuestOsMapping', 'guestosmapping', { hypervisor: 'XenServer' });
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const version = optional(row, 'hypervisorversion') ?? 'default';
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function settingsOf(api: ApiClient): Promise<Readonly<Record<string, string>>> {
  const rows = await api.list('listConfigurations', 'configuration');
  const values = new Map(rows.map((row) => [text(row, 'name'), optional(row, 'value') ?? '']));
  return Object.fromEntries(
    [...WATCHED_SETTINGS, ...USAGE_SETTINGS].toSorted().flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function keyOf(api: ApiClient, userapikey: string): Promise<CloudStackTraits['key']> {
  const { user } = await api.get('getUser', { userapikey });
  if (!isFields(user)) return undefined;
  const type = optional(user, 'accounttype') ?? optional(user, 'roletype');
  return { account: text(user, 'account'), rootAdmin: type === ROOT_ADMIN || type === 'Admin' };
}

/** Releases without listApis cannot tell. */
async function missingOf(api: ApiClient, version: string): Promise<readonly string[] | undefined> {
  if (compareVersions(version, '4.1') < 0) return undefined;
  const rows = await told(() => api.list('listApis', 'api'));
  if (!rows) return ['listApis'];
  const allowed = new Set(rows.map((row) => text(row, 'name')));
  return callsMadeTo(version).filter((name) => !allowed.has(name));
}
