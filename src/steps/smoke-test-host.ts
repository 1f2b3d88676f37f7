/**
 * A VM and a router moved onto the new host and seen running there (seed 000): the next planned moves onto it, made now;
 * where none is planned the canary VM of pools.yaml; else a person chooses.
 */
import { act, ask, done, stop, wait, type Act } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { hasBegunToChange, notBack } from '../domain/lanes';
import { problems } from '../domain/problems';
import { answersOn } from '../domain/run';
import { sameOrNewer } from '../domain/version';
import type { CsVm } from '../ports';
import { drainLook, type Shelter } from './drain-look';
import { lookAtVms, type VmLook } from './stop-vms';
import { defineStep } from './step';
import { listed, minutes, type HostArgs } from './sight';

/** `vms`: the next planned VM and router, or the canary; empty: a person chooses. */
type Args = HostArgs & { readonly vms: readonly string[] };
type Seen = {
  readonly vms: readonly (VmLook & { readonly version: string })[];
  readonly host?: Shelter;
  readonly failed: Readonly<Record<string, string>>;
};

export const smokeTestHost = defineStep<Args, Seen>({
  kind: 'smoke-test-host',
  v: 1,
  title: ({ host, vms }) =>
    vms.length > 0
      ? `Test ${host}: move ${listed(vms)} onto it and see them run`
      : `Test ${host}: a person moves a VM onto it`,
  settleSeconds: 120,
  callTimeoutSeconds: 30,
  farDelaySeconds: 60,
  maxActs: 2,
  onRefusal: 'decide',
  patience: { softSeconds: minutes(20), hardSeconds: minutes(70) },
  observe: async (world, { vms, host }, { line }) => {
    const [looks, drain, hosts] = await Promise.all([
      lookAtVms(world, vms),
      drainLook(world, { uuid: '', id: '' }, line, 0),
      world.xen.hosts(),
    ]);
    const failed: Record<string, string> = {};
    for (const vm of looks) {
      const receipt = line.acts[vm.name]?.receipt as { job?: string } | undefined;
      const job = receipt?.job === undefined ? undefined : await world.cloudStack.job(receipt.job);
      if (job?.status === 2) failed[vm.name] = job.error ?? 'CloudStack does not say why';
    }
    const mine = drain.shelters.find((other) => other.name === host);
    return {
      vms: looks.map((vm) => ({ ...vm, version: hosts.find((one) => one.name === vm.on)?.version ?? '' })),
      failed,
      ...(mine && { host: mine }),
    };
  },
  decide: ({ args, now, line, run }) => {
    const there = now.vms.filter(
      (vm) => vm.on === args.host && vm.power === 'Running' && vm.state === 'Running',
    );
    // the lines of a host in hand move what is on it; two lines never move one VM
    const leaving = notBack(run, line.line.lane).filter((lane) => hasBegunToChange(run, lane));
    const drained = now.vms.filter((vm) => vm.on !== undefined && leaving.includes(vm.on));
    if (drained.length > 0)
      return wait(
        `${listed(drained.map((vm) => vm.name))} moved by the lines of ${listed([...new Set(drained.map((vm) => vm.on ?? ''))])}`,
      );
    const may = now.vms.filter(
      (vm) =>
        vm.power === 'Running' &&
        vm.id !== undefined &&
        now.host !== undefined &&
        sameOrNewer(now.host.version, vm.version) &&
        (vm.on === args.host || now.host.freeMib >= vm.memoryMib),
    );
    if (may.length > 0 && there.length === may.length)
      return done(
        `${listed(there.map((vm) => vm.name))} ${there.length === 1 ? 'runs' : 'run'} on ${args.host}`,
      );
    const broken = may.find(
      (vm) =>
        (now.failed[vm.name] ?? line.acts[vm.name]?.refusal) !== undefined &&
        (line.acts[vm.name]?.tries ?? 0) >= 2 * (1 + line.retries),
    );
    if (broken)
      return stop(
        problems.smokeTestFailed(
          args.host,
          broken.name,
          `CloudStack says: ${now.failed[broken.name] ?? line.acts[broken.name]?.refusal?.what ?? ''}`,
        ),
      );
    const next = may.find((vm) => vm.on !== args.host && vm.state === 'Running');
    const moving = may.filter((vm) => vm.state === 'Migrating');
    if (moving.length > 0) return wait(`Moving ${listed(moving.map((vm) => vm.name))} to ${args.host}`);
    if (next) return act(`${next.name} runs on ${next.on ?? '?'}`, move(args, next));
    const digest = digestOf({ line: line.line.id, host: args.host });
    const yes = answersOn(run, line.line.id).findLast(
      (q) => q.answer.says === 'yes' && q.ask.digest === digest,
    );
    if (yes) return done(`tested by ${yes.answer.by.name}`);
    return ask({
      kind: 'confirm',
      text: `Does a VM run well on ${args.host}?`,
      saw: [
        `No VM is planned to move onto ${args.host} next, and pools.yaml names no canary VM that can.`,
        `In CloudStack: migrate a VM of your choice to ${args.host} and look at it.`,
      ],
      digest,
      notTheRequester: false,
    });
  },
  act: ({ cloudStack }, { args }) => {
    const { id, kind, hostId } = args as { id: string; kind: CsVm['kind']; hostId: string };
    return cloudStack.migrateVm({ id, kind }, hostId);
  },
  tooLong: ({ args, line }) =>
    problems.smokeTestFailed(
      args.host,
      listed(args.vms) || 'no VM',
      `${line.waitingFor ?? 'It did not end'}.`,
    ),
});

const move = (args: Args, vm: VmLook): Act => ({
  subject: vm.name,
  what: `migrate ${vm.name} to ${args.host}`,
  args: { id: vm.id, kind: vm.kind, to: args.host, hostId: args.id },
});
