/** Every SR that a host should have is attached there. CloudStack's ISO SRs come and go with the CDs and only get a note. */
import type { PbdSnapshot, Snapshot } from '../domain/pool';
import { srName } from '../domain/movability';
import { defineCheck, found } from './check';

export const storagePlugged = defineCheck({
  name: 'storage-plugged',
  summary: 'Every storage repository is attached on every host that has a connection to it.',
  source: 'xc §1.3 row 17 and R28',
  look: (pool) =>
    pool.hosts.flatMap((host) => {
      const off = host.pbds.filter((pbd) => !pbd.attached);
      const isos = off.filter((pbd) => isIso(pool, pbd));
      const disks = off.filter((pbd) => !isIso(pool, pbd));
      const names = (pbds: readonly PbdSnapshot[]): string =>
        pbds.map((pbd) => srName(pool, pbd.sr)).join(', ');
      return [
        ...(disks.length > 0
          ? [
              {
                ...found(
                  'block',
                  host.name,
                  `${host.name} is not attached to ${names(disks)}.`,
                  disks.map((pbd) => `the PBD of ${srName(pool, pbd.sr)} on ${host.name} is unplugged`),
                  ...disks.map(
                    (pbd) =>
                      `Run on ${host.name}: xe pbd-list sr-uuid=${pbd.sr} host-uuid=${host.uuid}, then xe pbd-plug uuid=…`,
                  ),
                ),
                remedy: {
                  kind: 'attach-storage',
                  args: {
                    host: host.name,
                    uuid: host.uuid,
                    srs: disks.map((pbd) => ({ uuid: pbd.sr, name: srName(pool, pbd.sr) })),
                  },
                },
              },
            ]
          : []),
        ...(isos.length > 0
          ? [
              found(
                'note',
                host.name,
                `${host.name} is not attached to the CD library ${names(isos)}.`,
                [],
                'Nothing to do: CDs are taken out before the first host.',
              ),
            ]
          : []),
      ];
    }),
});

/** iso: a CD library; udev: the drives of the host itself (xapi §6.5). */
const isIso = (pool: Snapshot, pbd: PbdSnapshot): boolean =>
  pool.srs.some((sr) => sr.uuid === pbd.sr && (sr.type === 'iso' || sr.type === 'udev'));
