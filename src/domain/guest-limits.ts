/** How many VMs CloudStack lets a host carry: by the row of its exact version, else `default`, else 50 (cs fact 18, §8.5). */
import type { Snapshot, VmSnapshot } from './pool';
import { compareVersions } from './version';

/** What CloudStack itself falls back to without any row (cs §8.5). */
const WITHOUT_ROWS = 50;

/** Infinite where the rows could not be read: that CloudStack would not tell is another finding. */
export function guestLimit(pool: Snapshot, version: string): number {
  const rows = pool.cloudstack.traits?.capabilities;
  if (!rows) return Infinity;
  const of = (name: string): number | undefined => rows.find((row) => row.version === name)?.maxGuests;
  return of(version) ?? of('default') ?? WITHOUT_ROWS;
}

/** Routers and system VMs count too; what CloudStack does not know does not ("count includes system VMs", cs §16 row 35). */
export const countsAsGuest = (vm: VmSnapshot): boolean => vm.cloudstack !== undefined;

/** The version whose row a new one is copied from: the newest before it, else `default`. */
export const rowToCopy = (pool: Snapshot, target: string): string =>
  (pool.cloudstack.traits?.capabilities ?? [])
    .map(({ version }) => version)
    .filter((version) => version !== 'default' && compareVersions(version, target) < 0)
    .toSorted(compareVersions)
    .at(-1) ?? 'default';
