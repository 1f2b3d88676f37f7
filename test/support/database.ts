/** CloudStack's database in the pretend cloud, with open work put in by hand. */
import { makeCloud, type Cloud } from '../../src/sim/cloud';
import { profileFor } from '../../src/sim/cloudstack/profiles';
import type { HaWork, SimJob } from '../../src/sim/cloudstack/side';
import type { DbSource } from '../../src/sim/db/rows';

export interface PretendDatabase extends DbSource {
  readonly cloud: Cloud;
  openJob(command: string, id: string): void;
  openHaWork(vm: string, host: string): void;
}

export function database(cloud: Cloud = makeCloud()): PretendDatabase {
  const jobs: SimJob[] = [];
  const haWork: HaWork[] = [];
  const pool = cloud.pools[0]!;
  return {
    cloud,
    jobs,
    haWork,
    profile: profileFor(cloud.cloudStackVersion),
    settings: new Map(),
    openJob: (command, id) =>
      void jobs.push({
        id,
        dbId: jobs.length + 1,
        command,
        instanceType: 'Host',
        instanceId: '1',
        on: 'host-1',
        by: 'admin',
        status: 0,
        resultCode: 0,
        created: cloud.time.now(),
        server: 'ms-1',
      }),
    openHaWork: (vm, host) =>
      void haWork.push({
        id: haWork.length + 1,
        vm: pool.vms.find((one) => one.name === vm)!,
        host: pool.hosts.find((one) => one.name === host)!,
        type: 'Migration',
        step: 'Scheduled',
        tried: 0,
        dueAt: cloud.time.now(),
        created: cloud.time.now(),
      }),
  };
}
