/**
 * CloudStack maintenance of a host that is empty, or holds only what CloudStack is left to move. Asked for at most once
 * without a person, and only while, in the tick that asks, another host is Up and Enabled, none is preparing, and no VM
 * here is in transition (cs facts 1, 4, 17).
 */
import { act, done, stop, wait } from '../domain/decision';
import { NotSent } from '../domain/errors';
import { problems } from '../domain/problems';
import type { CsJob, CsVm, XenVmSeen } from '../ports';
import { fromItsTurn, notYetItsTurn } from './one-at-a-time';
import { defineStep } from './step';
import { csHost, listed, minutes, xenHost, type HostArgs } from './sight';

/**
 * `moves`: CloudStack moves what is still there, or the system VMs only (seed 002). `disabled`: allocation stays disabled
 * meanwhile, where that stands beside maintenance (2.2.4 to 2.2.16; cs §9.5).
 */
type Args = HostArgs & { readonly moves?: 'all' | 'system'; readonly disabled?: boolean };
type Seen = {
  readonly resourceState: string;
  readonly state: string;
  /** Other hosts of the cluster that are Up and Enabled. */
  readonly shelter: readonly string[];
  readonly preparing: readonly string[];
  readonly transitions: readonly string[];
  readonly residents: readonly string[];
  /** Of those, what CloudStack must not be left with; absent where it is left with nothing. */
  readonly stuck?: readonly string[];
  readonly servicesHeld: readonly string[];
  readonly mixed: boolean;
  readonly job?: { readonly status: number; readonly error?: string };
};

const MOVES = { all: ', which moves its VMs away', system: ', which moves its system VMs away' } as const;

/** A guest without tools is force-stopped in the end, and what CloudStack does not know stays (cs fact 2, §6). */
const stuckOn = (
  here: readonly XenVmSeen[],
  known: readonly CsVm[],
  moves: NonNullable<Args['moves']>,
): readonly string[] =>
  here
    .filter((vm) => {
      const row = known.find((one) => one.instanceName === vm.name);
      if (!row) return true;
      return row.kind === 'guest' && (moves === 'system' || !vm.tools);
    })
    .map(({ name }) => name);

/** An empty host needs one or two monitor rounds of 60 s; CloudStack 4.11 gives up after 20 (cs fact 16). */
const PATIENCE = { softSeconds: minutes(10), hardSeconds: minutes(25), byProgress: true } as const;

const TRANSITIONS = ['Starting', 'Stopping', 'Migrating'];

export const enterMaintenance = defineStep<Args, Seen>({
  kind: 'enter-maintenance',
  v: 1,
  title: ({ host, moves }) => `Put ${host} into maintenance in CloudStack${moves ? MOVES[moves] : ''}`,
  settleSeconds: 120,
  callTimeoutSeconds: 30,
  farDelaySeconds: 60, // one monitor round
  maxActs: 1,
  patience: PATIENCE,
  // asked for, it is CloudStack that takes its time
  limits: ({ line, run }) =>
    Object.keys(line.acts).length > 0 ? PATIENCE : fromItsTurn(PATIENCE, run, line.line.lane),
  observe: async (world, { id, uuid, host, moves }, { line }) => {
    const [hosts, mine, vms, xen, xenHosts, servicesHeld] = await Promise.all([
      world.cloudStack.hosts(world.pool.clusterId),
      csHost(world, id),
      world.cloudStack.vms(world.pool.clusterId),
      xenHost(world, uuid),
      world.xen.hosts(),
      world.others.servicesHeld(),
    ]);
    const others = hosts.filter((other) => other.id !== id);
    const receipt = line.acts[host]?.receipt as { job?: string } | undefined;
    const job: CsJob | undefined =
      receipt?.job === undefined ? undefined : await world.cloudStack.job(receipt.job);
    const seen = await world.xen.vms();
    const names = new Map(seen.map((vm) => [vm.uuid, vm.name]));
    return {
      resourceState: mine.resourceState,
      state: mine.state,
      shelter: others
        .filter((other) => other.state === 'Up' && other.resourceState === 'Enabled')
        .map((other) => other.name),
      preparing: others
        .filter(
          (other) =>
            other.resourceState === 'PrepareForMaintenance' || other.resourceState.startsWith('ErrorIn'),
        )
        .map((other) => `${other.name} is ${other.resourceState}`),
      transitions: vms
        .filter((vm) => vm.hostId === id && TRANSITIONS.includes(vm.state))
        .map((vm) => `${vm.instanceName} is ${vm.state}`),
      residents: xen.residents.map((vm) => names.get(vm) ?? 'a VM'),
      ...(moves && {
        stuck: stuckOn(
          seen.filter((vm) => xen.residents.includes(vm.uuid)),
          vms,
          moves,
        ),
      }),
      servicesHeld,
      mixed: new Set(xenHosts.map((other) => other.version)).size > 1,
      ...(job && { job: { status: job.status, ...(job.error !== undefined && { error: job.error }) } }),
    };
  },
  decide: ({ args, now, line, run }) => {
    const { host } = args;
    if (now.resourceState === 'Maintenance')
      return now.residents.length === 0
        ? done('in maintenance and empty')
        : wait(`In maintenance, but still there: ${listed(now.residents)}`);
    if (now.resourceState === 'ErrorInPrepareForMaintenance')
      return wait(
        `CloudStack tries again to move ${listed(now.residents) || 'what is left'} away from ${host}`,
      );
    if (now.resourceState.startsWith('ErrorIn'))
      return stop(problems.maintenanceFailed(host, now.resourceState, now.residents));
    if (now.resourceState === 'PrepareForMaintenance')
      return wait(`CloudStack prepares ${host}; still there: ${listed(now.residents) || 'nothing'}`);
    if (now.resourceState !== (args.disabled ? 'Disabled' : 'Enabled'))
      return stop(problems.hostInWrongState(host, now.resourceState, args.disabled ? 'Disabled' : 'Enabled'));
    // asked, and the job says no: nothing happened, and asking again is for a person. A job without a result is unknown (cs fact 21)
    const asked = line.acts[host];
    if (
      asked &&
      now.job?.status === 2 &&
      now.job.error !== undefined &&
      (line.patienceFrom ?? 0) <= asked.intendedAt
    )
      return stop(problems.maintenanceRefused(host, now.job.error));
    const left = now.stuck === undefined || now.mixed ? now.residents : now.stuck;
    if (left.length > 0) return stop(problems.notEmpty(host, left));
    if (now.shelter.length === 0) return stop(problems.noOtherHost(host));
    const notYet = notYetItsTurn(run, line.line.lane);
    if (notYet !== undefined) return wait(notYet);
    if (now.preparing.length > 0) return wait(`Another host is preparing: ${listed(now.preparing)}`);
    if (now.transitions.length > 0) return wait(`In transition: ${listed(now.transitions)}`);
    if (now.servicesHeld.length > 0)
      return wait(`Another run is stopping services: ${listed(now.servicesHeld)}`);
    return act(`${listed(now.residents) || 'nothing'} is on ${host}`, {
      subject: host,
      what: `put ${host} into maintenance`,
      args: null,
    });
  },
  act: async ({ cloudStack, others }, _act, { args }) => {
    const held = await others.servicesHeld();
    if (held.length > 0) throw new NotSent(`Another run is stopping services: ${listed(held)}.`);
    return cloudStack.prepareHostForMaintenance(args.id);
  },
  owes: ({ subject }, { before }) => [
    { what: 'host-in-maintenance', on: subject, before: { resourceState: before.resourceState } },
  ],
  tooLong: ({ args, now }) => problems.evacuationStalled(args.host, now.residents, now.resourceState),
});
