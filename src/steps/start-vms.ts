/**
 * VMs that we stopped, started again exactly once, with `hostid` named. While versions differ only an upgraded host will
 * do (xapi §4.2); where none fits, or the start is refused, they are held, shown, and tried again by a later line.
 */
import { act, done, wait, type Act } from '../domain/decision';
import { problems } from '../domain/problems';
import type { Run } from '../domain/run';
import { compareVersions } from '../domain/version';
import type { CsVm } from '../ports';
import { drainLook, type Shelter } from './drain-look';
import { lookAtVms, type VmLook } from './stop-vms';
import { defineStep } from './step';
import { listed, minutes } from './sight';

/**
 * `vms`: whose turn it is; empty: all that are owed. `notOn`: the host that is being emptied. `last`: after the last host
 * nothing may be left held. `label` completes the title.
 */
type Args = {
  readonly vms: readonly string[];
  readonly notOn?: string;
  readonly prefer?: string;
  readonly last: boolean;
  readonly label: string;
};
type Seen = {
  readonly vms: readonly VmLook[];
  readonly shelters: readonly Shelter[];
  /** VM name → why its start failed. */
  readonly failed: Readonly<Record<string, string>>;
};

const owedVms = (run: Run, args: Args): readonly string[] =>
  run.owed
    .filter((o) => o.what === 'vm-stopped' && (args.vms.length === 0 || args.vms.includes(o.on)))
    .map((o) => o.on);

/** What it needed when it ran: a VM that CloudStack has stopped has no record in XAPI. */
const memoryBefore = (run: Run, vm: string): number =>
  (run.owed.find((o) => o.what === 'vm-stopped' && o.on === vm)?.before as { memoryMib?: number } | undefined)
    ?.memoryMib ?? 0;

/** Where the consent says it may run: the hosts named in it and the VM's own. Undefined: an earlier run stopped it, no plan of this one. */
function consented(run: Run, vm: string): readonly string[] | undefined {
  const stops = run.placement.hosts.flatMap(({ host, stops: all }) =>
    all.filter((stop) => stop.vm === vm).map((stop) => [host, ...stop.startOn]),
  );
  return stops.length > 0 ? stops.flat() : undefined;
}

export const startVms = defineStep<Args, Seen>({
  kind: 'start-vms',
  v: 1,
  title: ({ label }) => `Start the stopped VMs again ${label}`,
  settleSeconds: 200,
  callTimeoutSeconds: 30,
  farDelaySeconds: 160, // a start job on a busy CloudStack
  maxActs: 1,
  onRefusal: 'decide',
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async (world, args, { run, line }) => {
    const vms = (await lookAtVms(world, owedVms(run, args))).map((vm) => ({
      ...vm,
      memoryMib: Math.max(vm.memoryMib, memoryBefore(run, vm.name)),
    }));
    const look = await drainLook(world, { uuid: '', id: '' }, line, 0);
    const failed: Record<string, string> = {};
    for (const vm of vms) {
      const receipt = line.acts[vm.name]?.receipt as { job?: string } | undefined;
      const job = receipt?.job === undefined ? undefined : await world.cloudStack.job(receipt.job);
      if (job?.status === 2) failed[vm.name] = job.error ?? 'CloudStack does not say why';
    }
    return { vms, shelters: look.shelters, failed };
  },
  decide: ({ args, now, line, run }) => {
    const down = now.vms.filter((vm) => vm.power !== 'Running');
    const inWork = now.vms.filter(
      (vm) =>
        vm.state === 'Starting' || (vm.power === 'Running' && vm.id !== undefined && vm.state !== 'Running'),
    );
    const acts: Act[] = [];
    const held: string[] = [];
    const promised = new Map<string, number>();
    for (const vm of down) {
      if (inWork.includes(vm)) continue;
      const was = line.acts[vm.name];
      const refused = now.failed[vm.name] ?? was?.refusal?.what;
      if (refused !== undefined && was && was.tries > line.retries) {
        held.push(`${vm.name} (${refused})`);
        continue;
      }
      const shelter = shelterFor(args, now.shelters, vm, promised, consented(run, vm.name));
      if (!shelter) {
        held.push(`${vm.name} (no host may start it now)`);
        continue;
      }
      promised.set(shelter.name, (promised.get(shelter.name) ?? 0) + vm.memoryMib);
      acts.push({
        subject: vm.name,
        what: `start ${vm.name} on ${shelter.name}`,
        args: { id: vm.id, uuid: vm.uuid, kind: vm.kind, hostId: shelter.id, to: shelter.name },
      });
    }
    if (acts.length > 0) return act(`down: ${listed(down.map((vm) => vm.name))}`, ...acts);
    if (inWork.length > 0) return wait(`Starting: ${listed(inWork.map((vm) => vm.name))}`);
    if (held.length > 0 && args.last) return { do: 'stop', problem: problems.vmsHeld(held) };
    const running = now.vms
      .filter((vm) => vm.power === 'Running')
      .map((vm) => `${vm.name} on ${vm.on ?? '?'}`);
    return done(
      [
        running.length > 0 ? `running: ${listed(running)}` : '',
        held.length > 0 ? `held until later: ${listed(held)}` : '',
      ]
        .filter(Boolean)
        .join('; ') || 'none is stopped',
    );
  },
  act: async ({ cloudStack, xen }, { args }) => {
    const vm = args as { id?: string; uuid: string; kind: CsVm['kind']; hostId: string };
    if (vm.id !== undefined) return cloudStack.startVm({ id: vm.id, kind: vm.kind }, vm.hostId);
    await xen.startVm(vm.uuid);
    return undefined;
  },
  gaveBack: ({ now }) =>
    now.vms
      .filter((vm) => vm.power === 'Running')
      .map((vm) => ({ what: 'vm-stopped' as const, on: vm.name })),
  tooLong: ({ now }) => problems.vmsHeld(now.vms.filter((vm) => vm.power !== 'Running').map((vm) => vm.name)),
});

/** Of the highest version only (NOT_SUPPORTED_DURING_UPGRADE otherwise), ready, with room; its own host first. */
function shelterFor(
  args: Args,
  shelters: readonly Shelter[],
  vm: VmLook,
  promised: ReadonlyMap<string, number>,
  allowed: readonly string[] | undefined,
): Shelter | undefined {
  const highest = [...shelters].sort((a, b) => compareVersions(b.version, a.version))[0]?.version;
  return shelters
    .filter(
      (host) =>
        host.ready &&
        host.name !== args.notOn &&
        (allowed === undefined || allowed.includes(host.name)) &&
        host.version === highest &&
        host.freeMib - (promised.get(host.name) ?? 0) >= vm.memoryMib,
    )
    .sort(
      (a, b) => Number(b.name === args.prefer) - Number(a.name === args.prefer) || b.freeMib - a.freeMib,
    )[0];
}
