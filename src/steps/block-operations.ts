/**
 * Operations blocked again as somebody had blocked them. A VM that CloudStack has stopped meanwhile has no record in XAPI,
 * and a new one when it starts: where there is none, there is nothing to block.
 */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import type { Run } from '../domain/run';
import { defineStep } from './step';
import { listed, minutes } from './sight';

/** `vms`: whose turn it is; empty: all that are owed. */
type Args = { readonly vms: readonly string[] };
type Blocked = Readonly<Record<string, string>>;
type Seen = {
  readonly vms: readonly {
    readonly name: string;
    /** Empty where XAPI has no such VM now. */
    readonly uuid: string;
    /** What was blocked and is not. */
    readonly open: Blocked;
  }[];
};

const owedBlocks = (run: Run, { vms }: Args) =>
  run.owed.filter(
    (owed) => owed.what === 'operations-allowed' && (vms.length === 0 || vms.includes(owed.on)),
  );

export const blockOperations = defineStep<Args, Seen>({
  kind: 'block-operations',
  v: 1,
  title: ({ vms }) =>
    `Block the operations of ${vms.length === 0 ? 'the VMs' : listed(vms)} again that were blocked before`,
  settleSeconds: 75,
  callTimeoutSeconds: 60,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async ({ xen }, args, { run }) => {
    const vms = await xen.vms();
    return {
      vms: owedBlocks(run, args).map(({ on, before }) => {
        const vm = vms.find((one) => one.name === on);
        const now = vm?.traits?.blocked ?? {};
        // written by allow-operations and nobody else
        const open = Object.entries(vm ? (before as Blocked) : {}).filter(
          ([operation]) => !(operation in now),
        );
        return { name: on, uuid: vm?.uuid ?? '', open: Object.fromEntries(open) };
      }),
    };
  },
  decide: ({ now }) => {
    const open = now.vms.filter((vm) => Object.keys(vm.open).length > 0);
    if (open.length === 0)
      return done(
        now.vms.length === 0 ? 'none is owed' : `as before: ${listed(now.vms.map((vm) => vm.name))}`,
      );
    return act(
      `not blocked yet: ${listed(open.map((vm) => vm.name))}`,
      ...open.map((vm) => ({
        subject: vm.name,
        what: `block ${listed(Object.keys(vm.open))} of ${vm.name}`,
        args: vm,
      })),
    );
  },
  act: ({ xen }, { args }) => {
    const { uuid, open } = args as { uuid: string; open: Blocked };
    return xen.blockOperations(uuid, open);
  },
  gaveBack: ({ now }) => now.vms.map((vm) => ({ what: 'operations-allowed' as const, on: vm.name })),
  tooLong: ({ line, now }) =>
    problems.tooLong(
      line.line.title,
      `not yet as before: ${listed(now.vms.filter((vm) => Object.keys(vm.open).length > 0).map((vm) => vm.name))}`,
    ),
});
