/** The test VM destroyed and expunged: we made it, so we take it away. */
import { act, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly name: string };
type Seen = { readonly id?: string; readonly state?: string };

export const removeTestVm = defineStep<Args, Seen>({
  kind: 'remove-test-vm',
  v: 1,
  title: () => 'Remove the test VM',
  settleSeconds: 100,
  callTimeoutSeconds: 30,
  farDelaySeconds: 60,
  maxActs: 3,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async ({ cloudStack, pool }, { name }) => {
    const vm = (await cloudStack.vms(pool.clusterId)).find((row) => row.displayName === name);
    return vm ? { id: vm.id, state: vm.state } : {};
  },
  decide: ({ args, now }) => {
    if (now.id === undefined) return done(`${args.name} is gone`);
    if (now.state === 'Stopping' || now.state === 'Expunging') return wait(`${args.name} is ${now.state}`);
    return act(`${args.name} is ${now.state ?? 'there'}`, {
      subject: args.name,
      what: `expunge ${args.name}`,
      args: { id: now.id },
    });
  },
  act: ({ cloudStack }, { args }) => cloudStack.expungeVm((args as { id: string }).id),
  gaveBack: ({ args }) => [{ what: 'test-vm', on: args.name }],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is ${now.state ?? 'there'}`),
});
