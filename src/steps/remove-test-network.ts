/** The test network deleted, after its VM. */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly name: string };
type Seen = { readonly id?: string };

export const removeTestNetwork = defineStep<Args, Seen>({
  kind: 'remove-test-network',
  v: 1,
  title: () => 'Remove the test network',
  settleSeconds: 100,
  callTimeoutSeconds: 30,
  farDelaySeconds: 60,
  maxActs: 3,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async ({ cloudStack }, { name }) => {
    const network = await cloudStack.network(name);
    return network ? { id: network.id } : {};
  },
  decide: ({ args, now }) =>
    now.id === undefined
      ? done(`${args.name} is gone`)
      : act(`${args.name} is there`, {
          subject: args.name,
          what: `delete network ${args.name}`,
          args: { id: now.id },
        }),
  act: ({ cloudStack }, { args }) => cloudStack.deleteNetwork((args as { id: string }).id),
  gaveBack: ({ args }) => [{ what: 'test-network', on: args.name }],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'it is still there'),
});
