/** New VMs may be placed on the cluster again. */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { allocation, type AllocationSeen } from './cluster-allocation';
import { defineStep } from './step';
import { minutes, type ClusterArgs } from './sight';

export const enableClusterAllocation = defineStep<ClusterArgs, AllocationSeen>({
  kind: 'enable-cluster-allocation',
  v: 1,
  title: ({ cluster }) => `Enable allocation on cluster ${cluster} again`,
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: allocation,
  decide: ({ args, now }) =>
    now.allocationState === 'Enabled'
      ? done('allocation is Enabled')
      : act(`allocation is ${now.allocationState}`, {
          subject: args.cluster,
          what: `enable allocation on ${args.cluster}`,
          args: null,
        }),
  act: ({ cloudStack, pool }) => cloudStack.setClusterAllocation(pool.clusterId, true),
  gaveBack: ({ args }) => [{ what: 'cluster-allocation-disabled', on: args.cluster }],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is still ${now.allocationState}`),
});
