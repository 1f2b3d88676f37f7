/**
 * A new VM on a host of this very pool: it was not possible while versions differed (seed 000). The host is named, because
 * CloudStack may else choose another cluster of the zone, which says nothing of this pool.
 */
import { act, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = {
  readonly name: string;
  readonly network: string;
  readonly templateId: string;
  readonly offeringId: string;
  readonly zoneId: string;
  readonly account?: string;
  readonly domainId?: string;
};
type Seen = {
  readonly state?: string;
  readonly on?: string;
  readonly networkId?: string;
  readonly error?: string;
  /** Up and Enabled, with the most free memory. */
  readonly host?: { readonly id: string; readonly name: string };
};

export const createTestVm = defineStep<Args, Seen>({
  kind: 'create-test-vm',
  v: 1,
  title: () => 'Create a test VM and see it run',
  settleSeconds: 200,
  callTimeoutSeconds: 60,
  farDelaySeconds: 120,
  maxActs: 1,
  patience: { softSeconds: minutes(15), hardSeconds: minutes(40) },
  observe: async ({ cloudStack, xen, pool }, { name, network }, { line }) => {
    const [vms, net, hosts, xenHosts] = await Promise.all([
      cloudStack.vms(pool.clusterId),
      cloudStack.network(network),
      cloudStack.hosts(pool.clusterId),
      xen.hosts(),
    ]);
    const free = (host: string): number => xenHosts.find((one) => one.name === host)?.memoryMib.free ?? 0;
    const [host] = hosts
      .filter((one) => one.state === 'Up' && one.resourceState === 'Enabled')
      .sort((a, b) => free(b.name) - free(a.name) || a.name.localeCompare(b.name));
    const vm = vms.find((row) => row.displayName === name);
    const on = hosts.find((one) => one.id === vm?.hostId)?.name;
    const receipt = line.acts[name]?.receipt as { job?: string } | undefined;
    const job = receipt?.job === undefined ? undefined : await cloudStack.job(receipt.job);
    return {
      ...(vm && { state: vm.state }),
      ...(on !== undefined && { on }),
      ...(net && { networkId: net.id }),
      ...(host && { host: { id: host.id, name: host.name } }),
      ...(job?.status === 2 && { error: job.error ?? 'CloudStack does not say why' }),
    };
  },
  decide: ({ args, now, line }) => {
    if (now.state === 'Running') return done(`${args.name} runs on ${now.on ?? 'a host'}`);
    if (
      now.error !== undefined &&
      line.acts[args.name] &&
      (line.patienceFrom ?? 0) <= (line.acts[args.name]?.intendedAt ?? 0)
    )
      return stop(problems.testVmFailed(now.error));
    if (now.state !== undefined && now.state !== 'Error') return wait(`${args.name} is ${now.state}`);
    if (now.networkId === undefined) return wait('the test network is not there yet');
    if (now.host === undefined) return wait('No host is Up and Enabled');
    return act('there is no test VM', {
      subject: args.name,
      what: `deploy ${args.name} on ${now.host.name}`,
      args: { networkId: now.networkId, hostId: now.host.id },
    });
  },
  act: ({ cloudStack }, { args }, evidence) => {
    const { name, templateId, offeringId, zoneId, account, domainId } = evidence.args;
    const { networkId, hostId } = args as { networkId: string; hostId: string };
    return cloudStack.deployVm({
      name,
      templateId,
      offeringId,
      zoneId,
      networkId,
      hostId,
      ...(account !== undefined && { account }),
      ...(domainId !== undefined && { domainId }),
    });
  },
  owes: ({ subject }) => [{ what: 'test-vm', on: subject, before: null }],
  tooLong: ({ now }) =>
    problems.testVmFailed(now.state === undefined ? 'it never appeared' : `it stays ${now.state}`),
});
