/** A network of its own for the test VM: that new networks and VMs are possible again is the end of seed 000. */
import { act, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

export type TestNetworkArgs = {
  readonly name: string;
  readonly offeringId: string;
  readonly zoneId: string;
  readonly account?: string;
  readonly domainId?: string;
};
type Seen = { readonly id?: string; readonly state?: string };

export const createTestNetwork = defineStep<TestNetworkArgs, Seen>({
  kind: 'create-test-network',
  v: 1,
  title: () => 'Create a test network',
  settleSeconds: 100,
  callTimeoutSeconds: 60,
  farDelaySeconds: 20,
  maxActs: 2,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(15) },
  observe: async ({ cloudStack }, { name }) => ({ ...(await cloudStack.network(name)) }),
  decide: ({ args, now }) => {
    if (now.id === undefined)
      return act('there is no test network', {
        subject: args.name,
        what: `create network ${args.name}`,
        args: null,
      });
    return now.state === undefined || ['Allocated', 'Implemented', 'Setup'].includes(now.state)
      ? done(`${args.name} is ${now.state ?? 'there'}`, now)
      : wait(`${args.name} is ${now.state}`);
  },
  act: ({ cloudStack }, _act, { args }) => cloudStack.createNetwork(args),
  owes: ({ subject }) => [{ what: 'test-network', on: subject, before: null }],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'CloudStack does not show it'),
});
