/** New placements kept off the cluster while versions differ, honoured from CloudStack 4.11.1 (cs §9.5, CLOUDSTACK-10147). */
import { Malformed } from '../domain/errors';
import type { World } from '../ports';

export type AllocationSeen = { readonly allocationState: string };

export async function allocation({ cloudStack, pool }: World): Promise<AllocationSeen> {
  const cluster = await cloudStack.cluster(pool.clusterId);
  if (!cluster) throw new Malformed('CloudStack', `cluster ${pool.clusterId} does not exist`);
  return { allocationState: cluster.allocationState };
}
