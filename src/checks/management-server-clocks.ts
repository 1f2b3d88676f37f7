/** Management servers judge each other's heartbeats, and the time to try HA work, by their own clocks (cs §12.4). */
import { defineCheck, found } from './check';

/** NTP keeps them within a second; ten are seen long before anything goes wrong. */
const NOTICED_SECONDS = 10;
/** cluster.heartbeat.threshold: a server that is so far behind is taken for dead, and its hosts are taken over. */
const TOO_MUCH_SECONDS = 150;

export const managementServerClocks = defineCheck({
  name: 'management-server-clocks',
  summary: `The clocks of all management servers agree within ${NOTICED_SECONDS} seconds.`,
  source: 'cs §12.4, xc R26',
  look: (pool) =>
    pool.cloudstack.managementServers.flatMap(({ name, clockSkewSeconds: skew = 0 }) =>
      Math.abs(skew) < NOTICED_SECONDS
        ? []
        : [
            found(
              Math.abs(skew) >= TOO_MUCH_SECONDS ? 'block' : 'warn',
              name,
              `The clock of ${name} is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} the other management servers’.`,
              [`date on ${name}, compared with the first management server`],
              `Run on ${name}: chronyc sources (or ntpq -p); date. Make all management servers use the same time servers.`,
            ),
          ],
    ),
});
