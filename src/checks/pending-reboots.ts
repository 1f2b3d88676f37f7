/** Updates that wait for a reboot: what runs is not what is installed (xc §1.6 row 11; xapi §8.2). */
import { isMaster } from '../domain/pool';
import { changesVersion, defineCheck, found } from './check';

export const pendingReboots = defineCheck({
  name: 'pending-reboots',
  summary: 'No host waits for a reboot after an update.',
  source: 'xc §1.6 row 11, xapi §8.2',
  since: 'hosts 7.1',
  look: (pool, _target, extra) =>
    pool.hosts
      .filter((host) => (host.traits?.rebootsFor.length ?? 0) > 0)
      .map((host) =>
        found(
          !changesVersion(extra) ? 'note' : isMaster(pool, host) ? 'block' : 'warn',
          host.name,
          `${host.name} has not been rebooted since updates were applied.`,
          (host.traits?.rebootsFor ?? []).map((update) => `waits for a reboot: ${update}`),
          !changesVersion(extra)
            ? 'Nothing to do: this plan reboots it.'
            : isMaster(pool, host)
              ? 'Finish that update first: the master must run what it has.'
              : 'The upgrade reboots it anyway; finish the update first if hosts are to be equal.',
        ),
      ),
});
