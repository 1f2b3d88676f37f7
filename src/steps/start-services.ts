/** One management server until it is ready, then the others, then usage, then hosts and system VMs Up (cs §12.1, §12.3). */
import { act, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import type { World } from '../ports';
import { lookAtServices, subjectOf, type ServiceLook } from './stop-services';
import { defineStep } from './step';
import { listed, minutes, orSilence } from './sight';

type Args = { readonly servers: readonly string[]; readonly zone: string };
type Seen = {
  readonly services: readonly ServiceLook[];
  /** CloudStack's version once its API answers signed calls. */
  readonly answers?: string;
  readonly notReady: readonly string[];
};

async function notReady({ cloudStack, pool }: World, zone: string): Promise<readonly string[]> {
  const [servers, hosts, systemVms] = await Promise.all([
    cloudStack.managementServers(),
    cloudStack.hosts(pool.clusterId),
    cloudStack.systemVmsUp(zone),
  ]);
  return [
    ...servers
      .filter((server) => server.state !== 'Up' && server.state !== 'unknown')
      .map((server) => `management server ${server.name} is ${server.state}`),
    // a host in maintenance may be Up or Disconnected; both are fine (cs §12.3)
    ...hosts
      .filter((host) => host.state !== 'Up' && host.resourceState !== 'Maintenance')
      .map((host) => `${host.name} is ${host.state}`),
    ...systemVms
      .filter((vm) => vm.state !== 'Running' || (vm.agentState !== undefined && vm.agentState !== 'Up'))
      .map((vm) => `${vm.name} is ${vm.state}${vm.agentState ? `, its agent ${vm.agentState}` : ''}`),
  ];
}

export const startServices = defineStep<Args, Seen>({
  kind: 'start-services',
  v: 1,
  title: ({ servers }) =>
    `Start the CloudStack services on ${listed(servers)} and wait until CloudStack is ready`,
  settleSeconds: 160,
  callTimeoutSeconds: 60,
  farDelaySeconds: 90, // systemd's own start timeout
  maxActs: 2,
  // ready within 10 minutes, all agents within 15 more (cs §12.3)
  patience: { softSeconds: minutes(12), hardSeconds: minutes(40) },
  observe: async (world, { servers, zone }) => {
    const services = await lookAtServices(world, servers);
    const started = services.some((service) => service.unit === 'management' && service.state === 'active');
    const answers = started ? await orSilence(world.cloudStack.version()) : undefined;
    const missing =
      answers === undefined ? ['CloudStack'] : ((await orSilence(notReady(world, zone))) ?? ['CloudStack']);
    return { services, notReady: missing, ...(answers !== undefined && { answers }) };
  },
  decide: ({ now, run }) => {
    const owed = new Set(run.owed.filter((o) => o.what === 'services-stopped').map((o) => o.on));
    const start = (service: ServiceLook) => ({
      subject: subjectOf(service),
      what: `start ${subjectOf(service)}`,
      args: { server: service.server, unit: service.unit },
    });
    const down = now.services.filter((service) => service.state !== 'active' && owed.has(subjectOf(service)));
    const management = down.filter((service) => service.unit === 'management');
    const someActive = now.services.some(
      (service) => service.unit === 'management' && service.state === 'active',
    );
    const first = management[0];
    if (first && !someActive) return act('no management server runs', start(first));
    if (now.answers === undefined)
      return wait('The first management server is starting; CloudStack does not answer yet');
    if (management.length > 0) return act('the first management server is ready', ...management.map(start));
    const usage = down.filter((service) => service.unit === 'usage');
    if (usage.length > 0) return act('all management servers run', ...usage.map(start));
    if (now.notReady.length > 0)
      return wait(`CloudStack ${now.answers} answers; not ready yet: ${listed(now.notReady)}`);
    return done(`CloudStack ${now.answers} is ready, hosts and system VMs are Up`);
  },
  act: async (world, { args }) => {
    const { server, unit } = args as { server: string; unit: 'management' | 'usage' };
    await world.managementServers?.start(server, unit);
  },
  gaveBack: ({ run }) =>
    run.owed.filter((o) => o.what === 'services-stopped').map(({ what, on }) => ({ what, on })),
  tooLong: ({ now }) => problems.notReady(listed(now.notReady)),
});
