/** What new partitions would destroy: the SRs on the system disk of a host, and every virtual disk on them (seed 003). */
import { liesOn } from '../domain/dom0';
import type { Layout } from '../domain/dom0';
import type { World } from '../ports';
import { counted, listed, xenHost } from './sight';

export type LocalStorage = {
  /** Absent where dom0 did not say which disk the system is on: then nothing is known. */
  readonly layout?: Layout;
  readonly srs: readonly {
    readonly uuid: string;
    readonly name: string;
    readonly disks: readonly {
      readonly uuid: string;
      readonly name: string;
      readonly vms: readonly string[];
    }[];
  }[];
};

export async function localStorage(world: World, uuid: string): Promise<LocalStorage> {
  const [host, seen] = await Promise.all([xenHost(world, uuid), world.dom0?.look(uuid)]);
  const { disk } = seen ?? {};
  if (!disk) return { srs: [] };
  const onIt = host.pbds.filter(({ device }) => liesOn(device, disk.names));
  const srs = await Promise.all(
    onIt.map(async ({ sr, srName }) => ({
      uuid: sr,
      name: srName,
      disks: (await world.xen.disksOn(sr)).map((one) => ({ uuid: one.uuid, name: one.name, vms: one.vms })),
    })),
  );
  return { layout: disk.layout, srs };
}

/** Why its disk must not be partitioned anew now; undefined when no VM loses anything by it. */
export function notAnew({ layout, srs }: LocalStorage): string | undefined {
  if (layout === undefined) return 'which SRs lie on its system disk could not be read over SSH';
  const used = srs.flatMap((sr) =>
    sr.disks.flatMap((disk) => disk.vms.map((vm) => `disk ${disk.name} of ${vm} is on ${sr.name}`)),
  );
  return used.length > 0 ? listed(used) : undefined;
}

/** One sentence a line: what is destroyed. */
export const destroyed = ({ srs }: LocalStorage): readonly string[] =>
  srs.length === 0
    ? ['No SR lies on its system disk: no storage is lost.']
    : srs.map(
        ({ name, uuid, disks }) =>
          `Destroyed: SR ${name} (${uuid}) with ${disks.length === 0 ? 'no virtual disk' : `${counted(disks.length, 'virtual disk')} of no VM: ${listed(disks.map((disk) => `${disk.name} (${disk.uuid})`))}`}.`,
      );
