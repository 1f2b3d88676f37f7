/**
 * CDs out: a medium on an SR that another host lacks refuses the migration (VM_REQUIRES_SR, xapi §6.2). CloudStack
 * detaches what it attached; XAPI ejects what CloudStack knows nothing of; system VMs keep their own ISO.
 */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import type { World } from '../ports';
import { defineStep } from './step';
import { listed, minutes } from './sight';

type Args = { readonly pool: string };
type Inserted = { readonly vm: string; readonly cd: string; readonly vbd: string; readonly detach?: string };
type Seen = { readonly inserted: readonly Inserted[] };

async function inserted({ xen, cloudStack, pool }: World): Promise<readonly Inserted[]> {
  const [vms, known] = await Promise.all([xen.vms(), cloudStack.vms(pool.clusterId)]);
  return vms.flatMap((vm): Inserted[] => {
    const row = known.find((candidate) => candidate.instanceName === vm.name);
    if (!vm.cd || vm.on === undefined || (row && row.kind !== 'guest')) return [];
    return [
      { vm: vm.name, cd: vm.cd.name, vbd: vm.cd.vbd, ...(row?.isoId !== undefined && { detach: row.id }) },
    ];
  });
}

export const ejectCds = defineStep<Args, Seen>({
  kind: 'eject-cds',
  v: 1,
  title: () => 'Empty the CD drives of the VMs',
  settleSeconds: 100,
  callTimeoutSeconds: 30,
  farDelaySeconds: 60, // a detachIso job
  maxActs: 3,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: async (world) => ({ inserted: await inserted(world) }),
  decide: ({ before, now }) =>
    now.inserted.length === 0
      ? done(
          before.inserted.length === 0
            ? 'no CD was inserted'
            : `ejected: ${listed(before.inserted.map(({ vm, cd }) => `${cd} from ${vm}`))}`,
          before,
        )
      : act(
          `inserted: ${listed(now.inserted.map(({ vm, cd }) => `${cd} in ${vm}`))}`,
          ...now.inserted.map((one) => ({
            subject: one.vm,
            what: `eject ${one.cd} from ${one.vm}`,
            args: one,
          })),
        ),
  act: async ({ xen, cloudStack }, { args }) => {
    const { vbd, detach } = args as Inserted;
    if (detach === undefined) {
      await xen.ejectCd(vbd);
      return undefined;
    }
    return cloudStack.detachIso(detach);
  },
  tooLong: ({ now }) => problems.cdStays(listed(now.inserted.map(({ vm }) => vm))),
});
