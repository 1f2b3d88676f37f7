/** The dump of CloudStack's databases must fit where it goes: a disk that fills up stops the management server on it too. */
import { sameOrNewer } from '../domain/version';
import { defineCheck, found } from './check';

export const backupRoom = defineCheck({
  name: 'backup-room',
  summary: 'Where CloudStack’s databases are backed up there is room for their data and indexes.',
  source: 'cs §11.2 and §11.3, pl S2',
  look(pool, target) {
    const room = pool.cloudstack.backupRoom;
    // a pool half-way has its backup
    const begun = pool.hosts.some((host) => sameOrNewer(host.version, target));
    if (!room || begun || room.freeMib >= room.neededMib) return [];
    return [
      found(
        'block',
        room.server,
        `The backup of CloudStack’s databases may take ${room.neededMib} MiB, and ${room.server} has ${room.freeMib} MiB free in ${room.directory}.`,
        [`df ${room.directory}: ${room.freeMib} MiB`, `information_schema: ${room.neededMib} MiB`],
        `Run on ${room.server}: df -h ${room.directory}; ls -lh ${room.directory}. Older backups there may be moved away.`,
      ),
    ];
  },
});
