/** Hosts that CloudStack keeps for offerings with a tag: others are not suitable, whatever memory they have (pl F-06). */
import { defineCheck, found } from './check';

export const hostTags = defineCheck({
  name: 'host-tags',
  summary: 'All hosts carry the same CloudStack host tags.',
  source: 'pl F-06, cs §8.3',
  look(pool) {
    const hosts = pool.hosts.filter((host) => host.cloudstack);
    const sets = new Set(hosts.map((host) => (host.cloudstack?.hostTags ?? []).join(', ')));
    if (sets.size < 2) return [];
    return [
      found(
        'question',
        pool.name,
        'CloudStack’s host tags differ: VMs whose offering asks for a tag can go to hosts with it only.',
        hosts.map((host) => `${host.name}: ${host.cloudstack?.hostTags?.join(', ') || 'no tag'}`),
        'See that each tag is on at least two hosts, or that its VMs may be stopped.',
        'CloudStack is asked again before each move; approving the plan accepts that it may choose among fewer hosts.',
      ),
    ];
  },
});
