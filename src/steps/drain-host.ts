/**
 * Every VM moved away through CloudStack, one by one, to a host chosen by us: user VMs, then routers one at a time, then
 * SSVM and CPVM. CloudStack's own evacuation may force-stop what it cannot move and ignores versions (cs facts 2, 22).
 */
import { act, done, stop, wait, type Act } from '../domain/decision';
import { notBack } from '../domain/lanes';
import { problems } from '../domain/problems';
import type { LineState, Run } from '../domain/run';
import { sameOrNewer } from '../domain/version';
import { drainLook, type DrainSeen, type Left, type Shelter } from './drain-look';
import { promisedByOthers, systemVmInFlight } from './one-at-a-time';
import { defineStep, type Evidence } from './step';
import { counted, listed, minutes, type HostArgs } from './sight';

/**
 * `stops`: VMs that other lines stop; `atOnce`: user VMs that may be on their way at the same time. `only`: routers and
 * system VMs stay until CloudStack moves them in maintenance (seed 002, solution 2).
 */
type Args = HostArgs & {
  readonly stops: readonly string[];
  readonly atOnce: number;
  readonly only?: 'user-vms';
};

/** Routers and system VMs move one at a time: two of a pair in flight at once is an outage of its network. */
const ORDER = ['guest', 'router', 'ssvm', 'cpvm'] as const;

/** Longer than a lost request can still be on its way (SEND_WITHIN + call + CloudStack's own delay). */
const SETTLE_SECONDS = 120;

export const drainHost = defineStep<Args, DrainSeen>({
  kind: 'drain-host',
  v: 1,
  title: ({ host, only }) => `Move the ${only ? 'users’ ' : ''}VMs of ${host} away, one by one`,
  settleSeconds: SETTLE_SECONDS,
  callTimeoutSeconds: 30,
  farDelaySeconds: 60, // until VM state or job shows the move
  maxActs: 3,
  onRefusal: 'decide',
  // a migration of a large VM takes many minutes; nothing moving for an hour is CloudStack's own limit (migratewait 3600)
  patience: { softSeconds: minutes(15), hardSeconds: minutes(60), byProgress: true },
  observe: (world, args, { line }) => drainLook(world, args, line, args.atOnce + 2, args.stops),
  decide: (evidence) => {
    const { args, now, line, run, at } = evidence;
    const mine = toMove(args, now.left);
    if (mine.length === 0)
      return done(
        `${args.only ? 'empty of users’ VMs' : 'empty'}${args.stops.length > 0 ? ` but for ${listed(args.stops)}` : ''}`,
      );
    const kind = ORDER.find((candidate) => mine.some((vm) => vm.kind === candidate)) ?? 'guest';
    const turn = mine.filter((vm) => vm.kind === kind);
    const moving = turn.filter((vm) => underWay(vm, evidence));
    const spent = turn.find((vm) => !moving.includes(vm) && exhausted(line, vm));
    if (spent)
      return stop(
        problems.moveFailed(
          spent.name,
          args.host,
          now.failed[spent.name] ?? line.acts[spent.name]?.refusal?.what ?? 'it did not move',
        ),
      );
    const strangers = turn.filter((vm) => vm.id === undefined);
    const stranger = strangers[0];
    if (stranger && moving.length === 0 && turn.length === strangers.length)
      return stop(problems.unknownVm(stranger.name, args.host));
    const free = (kind === 'guest' ? args.atOnce : 1) - moving.length;
    const chosen: Act[] = [];
    const promised = new Map(promisedByOthers(run, line.line.lane, at, SETTLE_SECONDS));
    const elsewhere = kind === 'guest' ? undefined : systemVmInFlight(run, line.line.lane);
    if (elsewhere !== undefined && moving.length === 0)
      return wait(
        `${counted(mine.length, 'VM')} left on ${args.host}; ${elsewhere} of another host moves first`,
      );
    for (const vm of moving)
      promise(promised, (line.acts[vm.name]?.act.args as { to?: string } | undefined)?.to, vm.memoryMib);
    const homeless: string[] = [];
    for (const vm of turn) {
      if (chosen.length >= free) break;
      if (moving.includes(vm) || vm.state !== 'Running' || vm.id === undefined) continue;
      const shelter = destination(evidence, vm, promised);
      if (!shelter) {
        homeless.push(vm.name);
        continue;
      }
      promise(promised, shelter.name, vm.memoryMib);
      chosen.push({
        subject: vm.name,
        what: `migrate ${vm.name} to ${shelter.name}`,
        args: { id: vm.id, kind: vm.kind, to: shelter.name, hostId: shelter.id, mib: vm.memoryMib },
      });
    }
    const why = `${counted(mine.length, 'VM')} left on ${args.host}${moving.length > 0 ? `; moving ${listed(moving.map((vm) => vm.name))}` : ''}${homeless.length > 0 ? `; no host can take ${listed(homeless)} now` : ''}`;
    return chosen.length > 0 ? act(why, ...chosen) : wait(why);
  },
  act: ({ cloudStack }, { args }) => {
    const { id, kind, hostId } = args as { id: string; kind: Left['kind']; hostId: string };
    return cloudStack.migrateVm({ id, kind }, hostId);
  },
  tooLong: ({ args, now }) =>
    problems.evacuationStalled(
      args.host,
      toMove(args, now.left).map((vm) => vm.name),
      'being drained',
    ),
});

const toMove = ({ stops, only }: Args, left: readonly Left[]): readonly Left[] =>
  left.filter((vm) => !stops.includes(vm.name) && (!only || vm.kind === 'guest'));

function promise(promised: Map<string, number>, host: string | undefined, mib: number): void {
  if (host !== undefined) promised.set(host, (promised.get(host) ?? 0) + mib);
}

/** On its way, or possibly so: the VM says Migrating, its job is open, or its newest act may still take effect. */
function underWay(vm: Left, { line, now, at }: Evidence<Args, DrainSeen>): boolean {
  if (vm.state === 'Migrating' || now.pending.includes(vm.name)) return true;
  const was = line.acts[vm.name];
  if (!was || was.outcome === 'refused' || was.outcome === 'not-sent' || now.failed[vm.name] !== undefined)
    return false;
  return at - was.intendedAt < SETTLE_SECONDS * 1000;
}

const TRIES = 3;
const exhausted = (line: LineState, vm: Left): boolean => {
  const was = line.acts[vm.name];
  if (!was || was.tries < TRIES * (1 + line.retries)) return false;
  return was.outcome === 'refused' || was.outcome === 'answered';
};

/** The planned host if it fits now, else the approved candidate with the most free memory; never an older version. */
function destination(
  { run, args, now, line }: Evidence<Args, DrainSeen>,
  vm: Left,
  promised: ReadonlyMap<string, number>,
): Shelter | undefined {
  const planned = plannedMove(run, args.host, vm.name);
  const refusedBy =
    line.acts[vm.name]?.outcome === 'refused' || now.failed[vm.name] !== undefined
      ? (line.acts[vm.name]?.act.args as { to?: string } | undefined)?.to
      : undefined;
  const leaving = notBack(run, line.line.lane);
  const fits = now.shelters.filter(
    (other) =>
      other.ready &&
      !leaving.includes(other.name) &&
      sameOrNewer(other.version, now.version) &&
      other.freeMib - (promised.get(other.name) ?? 0) >= vm.memoryMib &&
      !(vm.group !== undefined && other.groups.includes(vm.group)) &&
      (now.suitable[vm.name] ?? [other.name]).includes(other.name) &&
      // a VM that came after the plan has no approved list: any host that fits may take it
      (planned === undefined || planned.candidates.includes(other.name)),
  );
  // another host before the one that has just said no
  const order = (other: Shelter): number =>
    other.name === refusedBy ? 2 : other.name === planned?.to ? 0 : 1;
  return [...fits].sort((a, b) => order(a) - order(b) || b.freeMib - a.freeMib)[0];
}

const plannedMove = (run: Run, host: string, vm: string) =>
  run.placement.hosts.find((candidate) => candidate.host === host)?.moves.find((move) => move.vm === vm);
