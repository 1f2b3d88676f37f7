/** Asks one check about a pool, with what a check may need beside the snapshot. */
import { findingsOf, type Extra } from '../../../src/checks';
import type { Finding } from '../../../src/domain/finding';
import type { Obligation, Owed } from '../../../src/domain/obligation';
import type { Snapshot } from '../../../src/domain/pool';
import { place, simpleRules } from '../../../src/placement';
import { healthyPool } from '../../support/snapshots';

export const TARGET = '7.1.2';

export const extraOf = (pool: Snapshot, change: Partial<Extra> = {}): Extra => ({
  owed: [],
  configured: {
    dom0: true,
    withoutDom0: [],
    managementServers: true,
    database: true,
    smokeTest: true,
    canaryVm: 'i-2-10-VM',
  },
  onlyInCloudStack: { hosts: [], vms: [] },
  placement: place(pool, simpleRules(TARGET, change.owed)),
  ...change,
});

export const owe = (what: Owed, on: string): Obligation => ({
  id: `${what}:${on}`,
  what,
  on,
  before: null,
  since: '2026-01-01T00:00:00.000Z',
  run: 'run-1',
  line: 'x',
  subject: on,
  n: 1,
});

/** What one check finds, as "severity on: what". */
export function said(
  check: string,
  pool: Snapshot,
  change: Partial<Extra> = {},
  target = TARGET,
): readonly string[] {
  return findingsOf(pool, target, extraOf(pool, change))
    .filter((finding) => finding.check === check)
    .map(({ severity, on, what }) => `${severity} ${on}: ${what}`);
}

export function findings(check: string, pool: Snapshot, change: Partial<Extra> = {}): readonly Finding[] {
  return findingsOf(pool, TARGET, extraOf(pool, change)).filter((finding) => finding.check === check);
}

export const withCloudStack = (change: Partial<Snapshot['cloudstack']>): Snapshot => {
  const pool = healthyPool();
  return { ...pool, cloudstack: { ...pool.cloudstack, ...change } };
};
