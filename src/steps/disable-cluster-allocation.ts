/** No new VMs on the cluster while its hosts run different versions; XAPI would refuse to start them anyway (seed 000). */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { allocation, type AllocationSeen } from './cluster-allocation';
import { defineStep } from './step';
import { minutes, type ClusterArgs } from './sight';

export const disableClusterAllocation = defineStep<ClusterArgs, AllocationSeen>({
  kind: 'disable-cluster-allocation',
  v: 1,
  title: ({ cluster }) => `Disable allocation on cluster ${cluster} while versions differ`,
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: allocation,
  decide: ({ args, now }) =>
    now.allocationState === 'Disabled'
      ? done('allocation is Disabled')
      : act(`allocation is ${now.allocationState}`, {
          subject: args.cluster,
          what: `disable allocation on ${args.cluster}`,
          args: null,
        }),
  act: ({ cloudStack, pool }) => cloudStack.setClusterAllocation(pool.clusterId, false),
  owes: ({ subject }, { before }) => [{ what: 'cluster-allocation-disabled', on: subject, before }],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is still ${now.allocationState}`),
});
