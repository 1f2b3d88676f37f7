/** VMs whose tools are older than their host: they move, and want new tools once the upgrade is over (seed 003). */
import { sortedNames } from '../domain/order';
import { changesVersion, defineCheck, found } from './check';

export const guestTools = defineCheck({
  name: 'guest-tools',
  summary: 'The tools in every guest are those of its host.',
  source: 'pl S21, seed 003, xapi §6.1',
  until: 'hosts 7.0',
  look(pool, _target, extra) {
    // CloudStack brings those of its system VMs itself
    const old = pool.vms.filter((vm) => vm.kind === 'guest' && vm.traits?.toolsOutdated === true);
    if (old.length === 0 || !changesVersion(extra)) return [];
    return [
      found(
        'note',
        pool.name,
        `${old.length} ${old.length === 1 ? 'guest has' : 'guests have'} older tools than ${old.length === 1 ? 'its host' : 'their hosts'}.`,
        sortedNames(old.map(({ name }) => name)).map((name) => `${name}: PV_drivers_up_to_date false`),
        'They move all the same. Tell their owners to install the tools of the new release once every host is upgraded.',
      ),
    ];
  },
});
