/** A full root stops XAPI, a full log hides why: both are looked at before an evacuation writes into them (xc R22). */
import type { Severity } from '../domain/finding';
import { defineCheck, found } from './check';
import { stillToUpgrade } from './host-by-host';

/** What the largest hotfix takes while it is unpacked; below it little may go wrong any more. */
const NOTICED_MIB = 500;
/** XAPI's database is written whole, and an evacuation logs some MB a VM. */
const TOO_LITTLE_MIB = 100;

export const dom0Space = defineCheck({
  name: 'dom0-space',
  summary: `Every host has ${NOTICED_MIB} MiB free on / and /var/log, and never less than ${TOO_LITTLE_MIB}.`,
  source: 'xc R22, seed 004',
  look: (pool, target) =>
    stillToUpgrade(pool, target).flatMap(({ name, dom0: { freeMib, disk } }) => {
      if (!freeMib) return [];
      const places = [
        { path: '/', mib: freeMib.root },
        ...(disk?.layout === 'old' ? [] : [{ path: '/var/log', mib: freeMib.log }]),
      ].filter(({ mib }) => mib < NOTICED_MIB);
      if (places.length === 0) return [];
      const severity: Severity = places.some(({ mib }) => mib < TOO_LITTLE_MIB) ? 'block' : 'warn';
      return [
        found(
          severity,
          name,
          `${name} has little space: ${places.map(({ path, mib }) => `${mib} MiB on ${path}`).join(', ')}.`,
          places.map(({ path, mib }) => `df ${path}: ${mib} MiB available`),
          `Run on ${name}: du -xm / | sort -rn | head -n 30`,
          'Old logs in /var/log, hotfixes in /var/patch and crash dumps in /var/crash are what is found there most.',
        ),
      ];
    }),
});
