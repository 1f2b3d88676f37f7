/** A small plan of a healthy pool, for tests that compare or show plans. */
import type { Plan } from '../../src/domain/plan';
import { healthyPool } from './snapshots';

export function planOf(id: string, change: Partial<Plan> = {}): Plan {
  return {
    v: 1,
    id,
    procedure: 'rolling-upgrade',
    pool: 'pool-a',
    poolUuid: 'uuid-pool-a',
    target: '7.1.2',
    verdict: 'blocked',
    findings: [
      {
        check: 'hosts-ready',
        severity: 'block',
        on: 'host-2',
        what: 'host-2 is not ready.',
        evidence: ['XAPI: disabled'],
        advice: ['Find out who disabled it.'],
      },
      { check: 'ha-and-wlb', severity: 'note', on: 'pool-a', what: 'HA is on.', evidence: [], advice: [] },
    ],
    sections: [
      {
        title: 'Before the first host',
        lane: 'pool',
        lines: [
          {
            id: 'before-01-dump-database',
            lane: 'pool',
            kind: 'dump-database',
            v: 1,
            title: 'Dump the database',
            args: { path: `/dumps/${id}` },
            after: [],
          },
        ],
      },
    ],
    placement: {
      order: ['host-1'],
      hosts: [
        {
          host: 'host-1',
          moves: [{ vm: 'i-2-10-VM', to: 'host-2', candidates: ['host-2', 'host-3'], memoryMib: 2048 }],
          stops: [],
        },
      ],
      misfits: [],
    },
    snapshot: healthyPool(),
    madeBy: { id: 'UANN', name: 'Ann' },
    madeAt: '2026-01-01T00:00:00.000Z',
    digest: id,
    ...change,
  };
}
