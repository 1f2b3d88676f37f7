/** After the master is back: every member live again, and the master's uuid unchanged (xapi §2.3, §4.3). */
import { done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { listed, minutes, type HostArgs } from './sight';

type Seen = { readonly masterUuid: string; readonly notLive: readonly string[]; readonly hosts: number };

export const awaitMembers = defineStep<HostArgs, Seen>({
  ...LOOKS_ONLY,
  kind: 'await-members',
  v: 1,
  title: ({ host }) => `See that every member is live again and ${host} is still the master`,
  silence: 'pool',
  // members that blocked reconnect at once, those in emergency within seconds; a heartbeat is 30 s (xapi §2.3)
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async ({ xen }) => {
    const [pool, hosts] = await Promise.all([xen.pool(), xen.hosts()]);
    return {
      masterUuid: pool.masterUuid,
      notLive: hosts.filter((host) => !host.live).map((host) => host.name),
      hosts: hosts.length,
    };
  },
  decide: ({ args, now }) => {
    if (now.masterUuid !== args.uuid) return stop(problems.masterMoved(args.host));
    if (now.notLive.length > 0) return wait(`Not live yet: ${listed(now.notLive)}`);
    return done(`all ${now.hosts} hosts are live, ${args.host} is the master`);
  },
  tooLong: ({ now }) => problems.membersNotBack(now.notLive),
});
