/** Cluster commands; updateCluster is synchronous and may keep its caller waiting for 200 s (cs fact 12). */
import { manage, notReadyToManage, unmanage } from '../managed-state';
import { invalid } from '../refusal';
import { clusterRow } from '../render';
import { tokenOf } from '../side';
import { type Call, type Command, list, page } from './command';
import { matches } from './hosts';

const listClusters = list(
  'listClusters',
  'cluster',
  'Lists clusters.',
  'id:cluster name zoneid:zone podid hypervisor clustertype allocationstate managedstate showcapacities:boolean',
  (call) => {
    const one = call.params.cluster('id');
    const rows = call.side.cloud.pools.filter((pool) => one === undefined || pool === one).map(clusterRow);
    return page(
      call,
      'cluster',
      rows.filter((shown) => matches(call, shown, ['name', 'podid', 'allocationstate', 'managedstate'])),
    );
  },
);

const updateCluster: Command = {
  name: 'updateCluster',
  description: 'Manages or unmanages a cluster, or opens and closes it for placement.',
  takes: 'id!:cluster clustername clustertype hypervisor allocationstate managedstate',
  answers: 'cluster',
  mutates: true,
  run: async (call) => {
    const pool = call.params.cluster('id')!;
    const allocation = call.params.text('allocationstate');
    const managed = call.params.text('managedstate');
    if (allocation !== undefined && allocation !== 'Enabled' && allocation !== 'Disabled')
      throw invalid(`Unable to resolve Allocation State '${allocation}' to a supported state`);
    if (managed !== undefined && managed !== 'Managed' && managed !== 'Unmanaged')
      throw invalid(`Unable to resolve Managed State '${managed}' to a supported state`);
    if (allocation !== undefined) pool.cluster.allocationState = allocation;
    if (managed !== undefined && managed !== pool.cluster.managedState) await setManaged(call, managed);
    return { cluster: clusterRow(pool) };
  },
};

async function setManaged({ side, server, params, by }: Call, to: 'Managed' | 'Unmanaged'): Promise<void> {
  const pool = params.cluster('id')!;
  if (to === 'Unmanaged')
    return new Promise((resolve, reject) => {
      unmanage(side, pool, tokenOf(server), (refusal) => (refusal ? reject(refusal) : resolve()));
    });
  const unready = notReadyToManage(side, pool);
  if (unready.length > 0)
    side.cloud.offend('managed-too-early', {
      pool: pool.name,
      by,
      detail: `${pool.cluster.name} was managed while ${unready.join(', ')}.`,
    });
  manage(side, pool);
}

export const CLUSTER_COMMANDS: readonly Command[] = [listClusters, updateCluster];
