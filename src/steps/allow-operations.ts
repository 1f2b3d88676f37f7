/** Blocked operations of a VM that the plan needs, allowed for the time of the upgrade; what they were is owed back (xapi §6.1, §11). */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { listed, minutes } from './sight';

type Args = { readonly vm: string; readonly operations: readonly string[] };
/** `blocked`: those of the named operations that are, with the code that refuses them. */
type Seen = { readonly uuid: string; readonly blocked: Readonly<Record<string, string>> };

export const allowOperations = defineStep<Args, Seen>({
  kind: 'allow-operations',
  v: 1,
  title: ({ vm }) => `Allow the blocked operations of ${vm} for the time of the upgrade`,
  settleSeconds: 75,
  callTimeoutSeconds: 60,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async ({ xen }, { vm: name, operations }) => {
    const vm = (await xen.vms()).find((one) => one.name === name);
    const blocked = Object.entries(vm?.traits?.blocked ?? {}).filter(([key]) => operations.includes(key));
    return { uuid: vm?.uuid ?? '', blocked: Object.fromEntries(blocked) };
  },
  decide: ({ args, now }) => {
    const blocked = Object.keys(now.blocked);
    return blocked.length === 0
      ? done(now.uuid === '' ? `${args.vm} is gone` : `${args.vm} may be moved, stopped and started`)
      : act(`blocked: ${listed(blocked)}`, {
          subject: args.vm,
          what: `allow ${listed(blocked)} of ${args.vm}`,
          args: { uuid: now.uuid, operations: blocked },
        });
  },
  act: ({ xen }, { args }) => {
    const { uuid, operations } = args as { uuid: string; operations: readonly string[] };
    return xen.allowOperations(uuid, operations);
  },
  owes: ({ subject }, { before }) => [{ what: 'operations-allowed', on: subject, before: before.blocked }],
  tooLong: ({ line, now }) =>
    problems.tooLong(line.line.title, `still blocked: ${listed(Object.keys(now.blocked))}`),
});
