/** What a drain sees: the VMs still on the host in either view, the other hosts, and how the moves under way stand. */
import { Refused } from '../domain/errors';
import type { CsVm, World, XenVmSeen } from '../ports';
import type { LineState } from '../domain/run';

export type Left = {
  readonly name: string;
  readonly id?: string;
  readonly uuid: string;
  readonly kind: CsVm['kind'];
  readonly memoryMib: number;
  readonly state: string;
  readonly group?: string;
};

export type Shelter = {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly freeMib: number;
  /** Live and enabled in XAPI, Up and Enabled in CloudStack. */
  readonly ready: boolean;
  /** Redundant groups that already have a router here. */
  readonly groups: readonly string[];
};

export type DrainSeen = {
  readonly left: readonly Left[];
  readonly version: string;
  readonly shelters: readonly Shelter[];
  /** Hosts that CloudStack calls suitable, by VM name, for the VMs next in line. */
  readonly suitable: Readonly<Record<string, readonly string[]>>;
  /** VM name → why its last move failed. */
  readonly failed: Readonly<Record<string, string>>;
  /** VMs whose last move CloudStack still works on. */
  readonly pending: readonly string[];
};

export async function drainLook(
  world: World,
  host: { readonly uuid: string; readonly id: string },
  line: LineState,
  next: number,
  /** Names of VMs that stay where they are: nobody looks for a place for them. */
  staying: readonly string[] = [],
): Promise<DrainSeen> {
  const [xenHosts, xenVms, csHosts, csVms] = await Promise.all([
    world.xen.hosts(),
    world.xen.vms(),
    world.cloudStack.hosts(world.pool.clusterId),
    world.cloudStack.vms(world.pool.clusterId),
  ]);
  const left = stillHere(host, xenVms, csVms);
  const shelters = xenHosts
    .filter((other) => other.uuid !== host.uuid)
    .map((other): Shelter => {
      const row = csHosts.find(
        (candidate) => candidate.name === other.name || candidate.address === other.address,
      );
      return {
        name: other.name,
        id: row?.id ?? '',
        version: other.version,
        freeMib: other.memoryMib.free,
        ready: other.live && other.enabled && row?.state === 'Up' && row.resourceState === 'Enabled',
        groups: csVms
          .filter((vm) => vm.redundantGroup !== undefined && vm.hostId === row?.id && vm.state !== 'Stopped')
          .map((vm) => vm.redundantGroup ?? ''),
      };
    });
  const suitable: Record<string, readonly string[]> = {};
  const failed: Record<string, string> = {};
  const pending: string[] = [];
  await Promise.all(
    left
      .filter((vm) => vm.id !== undefined && vm.state === 'Running' && !staying.includes(vm.name))
      .slice(0, next)
      .map(async (vm) => {
        const candidates = await world.cloudStack.candidates(vm.id ?? '').catch(noneWhileItLeaves);
        suitable[vm.name] = shelters
          .filter((other) => candidates.some((one) => one.hostId === other.id && one.suitable))
          .map((other) => other.name);
      }),
  );
  await Promise.all(
    left.map(async (vm) => {
      const receipt = line.acts[vm.name]?.receipt as { job?: string } | undefined;
      const job = receipt?.job === undefined ? undefined : await world.cloudStack.job(receipt.job);
      if (job?.status === 2) failed[vm.name] = job.error ?? 'CloudStack does not say why';
      if (job?.status === 0) pending.push(vm.name);
    }),
  );
  return {
    left,
    version: xenHosts.find((one) => one.uuid === host.uuid)?.version ?? '',
    shelters,
    suitable,
    failed,
    pending: pending.toSorted(),
  };
}

/** It ran when it was listed and has set out since: nobody needs a destination for it now (cs §4.2). */
function noneWhileItLeaves(error: unknown): readonly never[] {
  if (error instanceof Refused && error.problem.code === 'CS_VM_NOT_RUNNING') return [];
  throw error;
}

function stillHere(
  host: { readonly uuid: string; readonly id: string },
  xenVms: readonly XenVmSeen[],
  csVms: readonly CsVm[],
): readonly Left[] {
  const here = new Map<string, Left>();
  for (const vm of xenVms) {
    const row = csVms.find((candidate) => candidate.instanceName === vm.name);
    const inXapi = vm.on === host.uuid;
    const inCloudStack = row?.hostId === host.id && row.state !== 'Stopped';
    // a VM that CloudStack has moved away is gone only when both say so
    const leaving = row?.state === 'Migrating' && inXapi;
    if (!inXapi && !inCloudStack && !leaving) continue;
    here.set(vm.name, {
      name: vm.name,
      uuid: vm.uuid,
      kind: row?.kind ?? 'guest',
      memoryMib: vm.memoryMib,
      state: row?.state ?? vm.power,
      ...(row && { id: row.id }),
      ...(row?.redundantGroup !== undefined && { group: row.redundantGroup }),
    });
  }
  return [...here.values()].sort((a, b) => b.memoryMib - a.memoryMib || a.name.localeCompare(b.name));
}
