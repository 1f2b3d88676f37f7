/**
 * CPUs of one maker, and up to 6.5 of one level of features, else VMs cannot go from host to host (xc §1.5 a, R32; xapi
 * §5.1). From 7.0 on XAPI levels the pool by itself: cpu-level tells of the VMs that were started before.
 */
import { sortedNames } from '../domain/order';
import type { HostSnapshot } from '../domain/pool';
import { defineCheck, found } from './check';
import { isBefore } from './host-by-host';

/** With it came cpu_info of the pool, and features_pv and features_hvm (xapi §5.1). */
const LEVELLED_SINCE = '7.0';

export const sameCpus = defineCheck({
  name: 'same-cpus',
  summary: 'All hosts have CPUs of one maker, and hosts of one version before 7.0 show the same features.',
  source: 'xc §1.5 a and R32, xapi §5.1',
  look(pool) {
    const hosts = pool.hosts.filter((host) => host.traits);
    const vendors = distinct(hosts, (host) => host.traits?.cpu.vendor ?? '');
    if (vendors.length > 1)
      return [
        found(
          'block',
          pool.name,
          `The hosts of ${pool.name} have CPUs of different makers: ${vendors.join(', ')}.`,
          hosts.map((host) => `${host.name}: ${host.traits?.cpu.vendor}`),
          'VMs cannot be moved between them while they run: split the pool, or upgrade it by hand with all VMs stopped.',
        ),
      ];
    // another release may show other features of the same CPU: only equal versions are compared
    const unlevelled = hosts.filter((host) => isBefore(host.version, LEVELLED_SINCE));
    return distinct(unlevelled, (host) => host.version).flatMap((version) => {
      const equals = hosts.filter((host) => host.version === version);
      const features = distinct(equals, (host) => host.traits?.cpu.features ?? '');
      return features.length < 2
        ? []
        : [
            found(
              'warn',
              pool.name,
              `Hosts on ${version} show different CPU features.`,
              equals.map((host) => `${host.name}: ${host.traits?.cpu.features || 'none'}`),
              'A VM that was started on the host with more may not go to one with less (VM_INCOMPATIBLE_WITH_THIS_HOST): level them, or expect to stop it.',
            ),
          ];
    });
  },
});

const distinct = (hosts: readonly HostSnapshot[], by: (host: HostSnapshot) => string): readonly string[] =>
  sortedNames(new Set(hosts.map(by)));
