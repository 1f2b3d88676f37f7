/** A dom0 that follows no time server is right by chance, and wrong after a boot: its clock starts from the hardware's (xc R26). */
import type { TimeSync } from '../domain/dom0';
import { defineCheck, found } from './check';
import { stillToTouch } from './host-by-host';

const SAYS: Readonly<Record<Exclude<TimeSync, 'synchronised'>, string>> = {
  unsynchronised: 'chrony or ntpd runs and follows no server',
  off: 'neither chrony nor ntpd runs',
};

export const timeSync = defineCheck({
  name: 'time-sync',
  summary: 'Every host’s dom0 follows a time server.',
  source: 'xc R26 and §1.10 no. 6',
  look: (pool, target, extra) =>
    stillToTouch(pool, target, extra).flatMap(({ name, dom0 }) =>
      dom0.timeSync === undefined || dom0.timeSync === 'synchronised'
        ? []
        : [
            found(
              'warn',
              name,
              `dom0 of ${name} follows no time server.`,
              [SAYS[dom0.timeSync]],
              `Look on ${name}: chronyc -n tracking, or up to 7.6 ntpq -pn. Name servers in its configuration that it can reach.`,
              'Clocks that drift apart make heartbeats late and certificates invalid.',
            ),
          ],
    ),
});
