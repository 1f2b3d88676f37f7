/** CloudStack's scripts in dom0 are written for the Python of its release: version 2 up to 8.2, 3 from XenServer 8 and XCP-ng 8.3 on. */
import { defineCheck, found } from './check';
import { isBefore, stillToUpgrade } from './host-by-host';

/** Of both families: 8.3 and 8.4 (cs §8.2). */
const PYTHON_3_SINCE = '8.3';

export const dom0Python = defineCheck({
  name: 'dom0-python',
  summary: 'Every host has in dom0 the Python that CloudStack’s scripts for its release are written for.',
  source: 'cs §8.2 and §8.4',
  look: (pool, target) =>
    stillToUpgrade(pool, target).flatMap(({ name, version, dom0: { pythons } }) => {
      const wanted = isBefore(version, PYTHON_3_SINCE) ? '2' : '3';
      if (!pythons || pythons.some((one) => one.startsWith(`${wanted}.`))) return [];
      return [
        found(
          'block',
          name,
          `dom0 of ${name} has no Python ${wanted}: CloudStack’s scripts cannot run there.`,
          [pythons.length > 0 ? `found: ${pythons.join(', ')}` : 'found: none'],
          `Find out on ${name} who removed it: python -V; python3 -V; rpm -q python python3`,
          'Without it CloudStack can neither move nor stop its VMs.',
        ),
      ];
    }),
});
