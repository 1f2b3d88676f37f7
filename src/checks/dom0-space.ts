/** A full root stops XAPI, a full log hides why: both are looked at before an evacuation writes into them (xc R22). */
import type { Severity } from '../domain/finding';
import type { Snapshot } from '../domain/pool';
import { defineCheck, found, type Extra, type Found } from './check';
import { stillToTouch } from './host-by-host';

/** What the largest hotfix takes while it is unpacked; below it little may go wrong any more. */
const NOTICED_MIB = 500;
/** XAPI's database is written whole, and an evacuation logs some MB a VM. */
const TOO_LITTLE_MIB = 100;

export const dom0Space = defineCheck({
  name: 'dom0-space',
  summary: `Every host has ${NOTICED_MIB} MiB free on / and /var/log, and never less than ${TOO_LITTLE_MIB}.`,
  source: 'xc R22, seed 004',
  look: (pool, target, extra) => [
    ...forHotfixes(pool, extra),
    ...stillToTouch(pool, target, extra).flatMap(({ name, dom0: { freeMib, disk } }) => {
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
  ],
});

const MIB = 1024 * 1024;

/**
 * pool_patch: the master keeps every file and unpacks its largest, a member takes one after the other and unpacks it
 * (xc §1.6 row 5: a file and once more of it). From 7.1 files lie in an SR.
 */
function forHotfixes(pool: Snapshot, { patching }: Extra): readonly Found[] {
  const { work, look } = patching ?? {};
  if (!work || !look || work.provider !== 'pool_patch') return [];
  const staged = look.seen?.staged.map(({ uuid }) => uuid) ?? [];
  const sizeOf = (bytes = 0): number => Math.ceil(bytes / MIB);
  const largest = 2 * Math.max(0, ...work.artefacts.map(({ bytes }) => sizeOf(bytes)));
  const all = work.artefacts.reduce(
    (sum, { uuid, bytes }) => sum + (staged.includes(uuid) ? 0 : sizeOf(bytes)),
    0,
  );
  return pool.hosts.flatMap(({ name, dom0 }) => {
    const free = dom0?.freeMib?.root;
    const needed = largest + (name === pool.master ? all : 0);
    if (free === undefined || !work.hosts[name] || free >= needed + TOO_LITTLE_MIB) return [];
    return [
      found(
        'block',
        name,
        `${name} has ${free} MiB free on /, and its hotfixes need ${needed}.`,
        [`df /: ${free} MiB available`, `${work.artefacts.length} hotfixes, unpacked one after the other`],
        `Remove what is not needed on ${name}; hotfixes of before lie in /var/patch.`,
      ),
    ];
  });
}
