/** HA and WLB are switched off by lines of the plan and given back by others: notes, not faults. */
import { srName } from '../domain/movability';
import { defineCheck, found, isOwed } from './check';

export const haAndWlb = defineCheck({
  name: 'ha-and-wlb',
  summary: 'What happens to HA and workload balancing during the upgrade.',
  source: 'xc §1.3 rows 14 and 15, pl S1',
  look(pool, _target, extra) {
    const { ha, wlb } = pool;
    const configuration = Object.entries(ha.configuration).map(([key, value]) => `${key} ${value}`);
    return [
      ...(ha.on
        ? [
            found(
              'note',
              pool.name,
              `HA is on in ${pool.name}.`,
              [
                `state file on ${ha.srs.map((sr) => srName(pool, sr)).join(', ') || 'no SR'}`,
                `tolerates ${ha.tolerates} host ${ha.tolerates === 1 ? 'failure' : 'failures'}`,
                ...configuration,
              ],
              'A line before the first host switches it off; the last line switches it on again as it was.',
            ),
          ]
        : []),
      ...(!ha.on && isOwed(extra, 'ha-off')
        ? [
            found(
              'note',
              pool.name,
              `HA is off in ${pool.name} and owed back by an earlier run.`,
              [],
              'The last line switches it on again as it was.',
            ),
          ]
        : []),
      ...(wlb.on
        ? [
            found(
              'note',
              pool.name,
              `Workload balancing is on in ${pool.name}.`,
              [wlb.url === '' ? 'no address shown' : `server ${wlb.url}`],
              'A line before the first host pauses it; a line after the last one lets it go on. It is never deconfigured.',
            ),
          ]
        : []),
      ...(!wlb.on && isOwed(extra, 'wlb-paused')
        ? [
            found(
              'note',
              pool.name,
              `Workload balancing is paused in ${pool.name} and owed back by an earlier run.`,
              [],
              'A line after the last host lets it go on.',
            ),
          ]
        : []),
    ];
  },
});
