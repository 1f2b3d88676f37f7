/**
 * VMs that cannot move, stopped with the consent given for the host (seed 002). CloudStack stops what it knows; what it
 * does not know is stopped through XAPI. A VM somebody else has stopped already is left alone and owes nothing.
 */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import type { CsVm, World } from '../ports';
import { defineStep } from './step';
import { listed, minutes, type HostArgs } from './sight';

export type StopWish = { readonly vm: string; readonly why: string; readonly startOn: readonly string[] };
type Args = HostArgs & { readonly vms: readonly StopWish[] };
export type VmLook = {
  readonly name: string;
  readonly uuid: string;
  readonly id?: string;
  readonly kind: CsVm['kind'];
  readonly power: string;
  readonly state: string;
  /** Name of the host it is resident on in XAPI. */
  readonly on?: string;
  readonly memoryMib: number;
};
type Seen = { readonly vms: readonly VmLook[] };

export async function lookAtVms(world: World, names: readonly string[]): Promise<readonly VmLook[]> {
  const [vms, known, hosts] = await Promise.all([
    world.xen.vms(),
    world.cloudStack.vms(world.pool.clusterId),
    world.xen.hosts(),
  ]);
  return names.flatMap((name): VmLook[] => {
    const vm = vms.find((candidate) => candidate.name === name);
    const row = known.find((candidate) => candidate.instanceName === name);
    if (!vm && !row) return [];
    const on = vm && hosts.find((host) => host.uuid === vm.on)?.name;
    // CloudStack destroys XAPI's record of a VM that it stops, and makes another when it starts it
    const power = vm?.power ?? 'Halted';
    return [
      {
        name,
        uuid: vm?.uuid ?? '',
        kind: row?.kind ?? 'guest',
        power,
        state: row?.state ?? power,
        memoryMib: vm?.memoryMib ?? 0,
        ...(row && { id: row.id }),
        ...(on !== undefined && { on }),
      },
    ];
  });
}

const isDown = (vm: VmLook): boolean =>
  vm.power === 'Halted' && (vm.id === undefined || vm.state === 'Stopped');

export const stopVms = defineStep<Args, Seen>({
  kind: 'stop-vms',
  v: 1,
  title: ({ vms }) => `Stop what cannot move: ${listed(vms.map((wish) => wish.vm))}`,
  settleSeconds: 160,
  callTimeoutSeconds: 30,
  farDelaySeconds: 120, // until job and state show it
  maxActs: 2,
  patience: { softSeconds: minutes(15), hardSeconds: minutes(30) },
  observe: async (world, { vms }) => ({
    vms: await lookAtVms(
      world,
      vms.map((wish) => wish.vm),
    ),
  }),
  decide: ({ args, now }) => {
    // the consent is for this host: a VM that somebody has moved away meanwhile is left alone
    const elsewhere = now.vms.filter((vm) => vm.on !== undefined && vm.on !== args.host);
    const up = now.vms.filter((vm) => !isDown(vm) && !elsewhere.includes(vm));
    if (up.length === 0) {
      const down = now.vms.filter((vm) => isDown(vm)).map((vm) => vm.name);
      const left = elsewhere.map((vm) => `${vm.name} runs on ${vm.on} and is left alone`);
      return done([down.length > 0 ? `stopped: ${listed(down)}` : '', ...left].filter(Boolean).join('; '));
    }
    return act(
      `still running: ${listed(up.map((vm) => vm.name))}`,
      ...up.map((vm) => ({
        subject: vm.name,
        what: `stop ${vm.name}`,
        args: { id: vm.id, uuid: vm.uuid, kind: vm.kind },
      })),
    );
  },
  act: async ({ cloudStack, xen }, { args }) => {
    const vm = args as { id?: string; uuid: string; kind: CsVm['kind'] };
    if (vm.id !== undefined) return cloudStack.stopVm({ id: vm.id, kind: vm.kind });
    await xen.shutdownVm(vm.uuid);
    return undefined;
  },
  owes: ({ subject }, { args, before }) => {
    const was = before.vms.find((vm) => vm.name === subject);
    return was ? [{ what: 'vm-stopped', on: subject, before: { ...was, host: args.host } }] : [];
  },
  tooLong: ({ now }) => problems.vmStays(listed(now.vms.filter((vm) => !isDown(vm)).map((vm) => vm.name))),
});
