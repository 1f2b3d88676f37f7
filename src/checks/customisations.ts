/** What people added to dom0 is lost with the old root: recorded now, compared after the host's upgrade (seeds 003, 004). */
import { customisationWords, isCustomised } from '../domain/dom0';
import { defineCheck, found } from './check';
import { stillToUpgrade } from './host-by-host';

export const customisations = defineCheck({
  name: 'customisations',
  summary:
    'Lines in rc.local, crontabs and mounts that people added to dom0 are recorded; the installer does not bring them back.',
  source: 'seeds 003 and 004, pl S17',
  look: (pool, target) =>
    stillToUpgrade(pool, target).flatMap(({ name, dom0 }) =>
      dom0.customisations && isCustomised(dom0.customisations)
        ? [
            found(
              'note',
              name,
              `What was added to dom0 of ${name} is recorded by name and digest; the installer does not bring it back.`,
              customisationWords(dom0.customisations),
              `Copy the contents before the upgrade of ${name}: scp root@${name}:/etc/rc.d/rc.local . and the other files named here.`,
              'After the upgrade a line of the plan tells which are gone. rc.local does not run by itself from 7.0 on: chmod u+x /etc/rc.d/rc.local.',
            ),
          ]
        : [],
    ),
});
