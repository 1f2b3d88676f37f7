/**
 * Usage and management services stopped for the backup (seed 000, line 2). Only while CloudStack has nothing in
 * flight and no other run of ours on it has a host in work, looked at in the very tick that stops (cs §12.2).
 */
import { act, done, wait } from '../domain/decision';
import { NotSent } from '../domain/errors';
import { problems } from '../domain/problems';
import type { World } from '../ports';
import { defineStep } from './step';
import { listed, minutes, orSilence } from './sight';

type Args = { readonly servers: readonly string[] };
type Unit = 'management' | 'usage';
export type ServiceLook = { readonly server: string; readonly unit: Unit; readonly state: string };
type Seen = {
  readonly services: readonly ServiceLook[];
  /** Undefined once CloudStack no longer answers. */
  readonly busy?: readonly string[];
  readonly others: readonly string[];
};

export const subjectOf = (service: { readonly server: string; readonly unit: Unit }): string =>
  `${service.unit} on ${service.server}`;

export async function lookAtServices(
  world: World,
  servers: readonly string[],
): Promise<readonly ServiceLook[]> {
  const machines = world.managementServers;
  if (!machines) return [];
  const looks = servers.flatMap((server) =>
    (['usage', 'management'] as const).map(async (unit) => ({
      server,
      unit,
      state: await machines.service(server, unit),
    })),
  );
  return Promise.all(looks);
}

async function busyWith(world: World): Promise<readonly string[]> {
  const { cloudStack, pool } = world;
  const [jobs, hosts, vms] = await Promise.all([
    cloudStack.jobs(),
    cloudStack.hosts(pool.clusterId),
    cloudStack.vms(pool.clusterId),
  ]);
  return [
    ...jobs.map((job) => `job ${job.command}`),
    ...hosts
      .filter((host) => host.resourceState.includes('Prepare'))
      .map((host) => `${host.name} is ${host.resourceState}`),
    ...vms
      .filter((vm) => ['Starting', 'Stopping', 'Migrating'].includes(vm.state))
      .map((vm) => `${vm.instanceName} is ${vm.state}`),
    ...((await busyByDatabase(world)) ?? []),
  ];
}

/** What the database alone tells: also when the address we know CloudStack by is that of a server already stopped. */
async function busyByDatabase({ cloudStackDb }: World): Promise<readonly string[] | undefined> {
  if (!cloudStackDb) return undefined;
  const [jobs, haWork, transfers, transitions] = await Promise.all([
    cloudStackDb.jobs(),
    cloudStackDb.haWork(),
    cloudStackDb.hostTransfers(),
    cloudStackDb.transitions(),
  ]);
  return [...jobs, ...haWork, ...transfers, ...transitions];
}

export const stopServices = defineStep<Args, Seen>({
  kind: 'stop-services',
  v: 1,
  title: ({ servers }) => `Stop the CloudStack usage and management services on ${listed(servers)}`,
  settleSeconds: 160,
  callTimeoutSeconds: 60,
  farDelaySeconds: 90, // systemd's own stop timeout
  maxActs: 2,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(60), byProgress: true },
  observe: async (world, { servers }) => {
    const services = await lookAtServices(world, servers);
    const someManaged = services.some(
      (service) => service.unit === 'management' && service.state === 'active',
    );
    const allManaged = services.every(
      (service) => service.unit !== 'management' || service.state === 'active',
    );
    const busy = !someManaged
      ? undefined
      : allManaged
        ? await busyWith(world)
        : ((await orSilence(busyWith(world))) ?? (await busyByDatabase(world)));
    return { services, others: await world.others.hostsInWork(), ...(busy !== undefined && { busy }) };
  },
  decide: ({ now }) => {
    const running = now.services.filter((service) => !['inactive', 'failed'].includes(service.state));
    if (running.length === 0) return done('all stopped');
    const usage = running.filter((service) => service.unit === 'usage');
    if (now.others.length > 0) return wait(`Another run has hosts in work: ${listed(now.others)}`);
    const first = usage.length > 0 ? usage : running;
    if (usage.length === 0 && now.busy === undefined)
      return wait('CloudStack does not say whether it is busy');
    if (now.busy && now.busy.length > 0) return wait(`CloudStack is busy: ${listed(now.busy)}`);
    return act(
      `still running: ${listed(running.map(subjectOf))}`,
      ...first.map((service) => ({
        subject: subjectOf(service),
        what: `stop ${subjectOf(service)}`,
        args: { server: service.server, unit: service.unit, state: service.state },
      })),
    );
  },
  act: async (world, { args }) => {
    const { server, unit } = args as { server: string; unit: Unit };
    // both runs have their intent on disk before they look: at least one of them sees the other
    const others = await world.others.hostsInWork();
    if (others.length > 0) throw new NotSent(`Another run has hosts in work: ${listed(others)}.`);
    await world.managementServers?.stop(server, unit);
  },
  owes: ({ subject, args }) => [{ what: 'services-stopped', on: subject, before: args }],
  tooLong: ({ now }) =>
    problems.servicesNotStopped(
      now.busy && now.busy.length > 0
        ? `CloudStack is busy: ${listed(now.busy)}`
        : `still running: ${listed(now.services.filter((s) => s.state === 'active').map(subjectOf))}`,
    ),
});
