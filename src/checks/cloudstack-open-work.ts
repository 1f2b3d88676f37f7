/** What is in flight at CloudStack (cs §12.2). Lines that need it quiet wait for it; what is stuck blocks. */
import type { Severity } from '../domain/finding';
import type { OpenWork } from '../domain/pool';
import { defineCheck, found } from './check';

interface Kind {
  readonly key: keyof OpenWork;
  readonly severity: Severity;
  readonly what: string;
  readonly advice: string;
}

const KINDS: readonly Kind[] = [
  // jobs and transitions come and go in any busy cloud: the lines that stop services or prepare a host look again
  {
    key: 'jobs',
    severity: 'warn',
    what: 'CloudStack has unfinished jobs.',
    advice: 'The lines that need CloudStack quiet wait until they are done.',
  },
  {
    key: 'transitions',
    severity: 'warn',
    what: 'VMs are being started, stopped or moved.',
    advice: 'The lines that need CloudStack quiet wait until each of them is Running or Stopped.',
  },
  {
    key: 'volumes',
    severity: 'warn',
    what: 'Volumes are being copied, attached, snapshotted or removed.',
    advice: 'Wait until they are done: a VM whose volume is in work is not moved.',
  },
  {
    key: 'snapshots',
    severity: 'warn',
    what: 'Volume snapshots are being taken or copied.',
    advice: 'Wait until they are done: a stop of the management servers leaves them half-way.',
  },
  {
    key: 'haWork',
    severity: 'block',
    what: 'CloudStack has open HA work.',
    advice: 'Let CloudStack finish it and ask again; if it is stuck, look at the management server’s log.',
  },
  {
    key: 'transfers',
    severity: 'block',
    what: 'Hosts are being handed from one management server to another.',
    advice: 'Wait until op_host_transfer is empty and ask again.',
  },
];

export const cloudstackOpenWork = defineCheck({
  name: 'cloudstack-open-work',
  summary: 'No job, VM or volume in transition, snapshot, HA work or host transfer is open at CloudStack.',
  source: 'cs §10.5 and §12.2, xc R25',
  look: (pool) =>
    KINDS.flatMap(({ key, severity, what, advice }) => {
      const open = pool.cloudstack.openWork[key] ?? [];
      return open.length > 0
        ? [found(severity, pool.cloudstack.clusterName || pool.name, what, open, advice)]
        : [];
    }),
});
