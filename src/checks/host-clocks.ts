/** Clocks that differ: certificates, heartbeats and the three looks of a reboot are judged by them (R26; xapi §9.3). */
import { defineCheck, found, wasRead } from './check';

/** XAPI complains at five minutes; a clock without NTP is seen well before that. */
const NOTICED_SECONDS = 60;
/** HOST_CLOCK_SKEW_DETECTED. */
const TOO_MUCH_SECONDS = 300;

export const hostClocks = defineCheck({
  name: 'host-clocks',
  summary: `The clocks of all hosts agree with the master’s within ${NOTICED_SECONDS} seconds.`,
  source: 'xc R26, xapi §9.3',
  look: (pool) =>
    pool.hosts.flatMap((host) => {
      if (!host.traits) return [];
      const skew = host.traits.clockSkewSeconds;
      // a host that is away, and a XAPI that could not be read, are told of elsewhere
      if (skew === undefined)
        return host.live && wasRead(pool, 'xapi')
          ? [
              found(
                'block',
                host.name,
                `Cannot tell whether the clock of ${host.name} is right: it did not say its time.`,
                [`host.get_servertime of ${host.name}: no answer`],
                `Run on ${host.name}: date; and see that its toolstack answers: xe-toolstack-restart`,
              ),
            ]
          : [];
      if (Math.abs(skew) < NOTICED_SECONDS) return [];
      return [
        found(
          Math.abs(skew) >= TOO_MUCH_SECONDS ? 'block' : 'warn',
          host.name,
          `The clock of ${host.name} is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} the master’s.`,
          [`host.get_servertime, compared with ${pool.master}`],
          `Run on ${host.name}: ntpq -p (or chronyc sources); date. Make all hosts use the same time servers.`,
        ),
      ];
    }),
});
