/** A host that XAPI does not reach needs another way in, SSH or the console of its management controller: found before it is needed (R37; seeds 003 and 004). */
import type { HostSnapshot, Snapshot } from '../domain/pool';
import { sameOrNewer } from '../domain/version';
import { changesVersion, defineCheck, found, type Extra, type Found } from './check';

export const waysIn = defineCheck({
  name: 'ways-in',
  summary: 'Every host can be reached by SSH or by its management controller when XAPI does not reach it.',
  source: 'xc R37, pl S19',
  look: (pool, target, extra) => [
    ...pool.hosts.filter((host) => !host.live).map((host) => silent(host, extra)),
    ...unprepared(pool, target, extra),
  ],
});

/** Nobody gives a management controller's address to this product: a person fills it in. */
const power = (host: string): string =>
  `ipmitool -I lanplus -H ADDRESS-OF-ITS-CONTROLLER -U USER chassis power status (${host}; then: sol activate)`;

function silent({ name, address, dom0 }: HostSnapshot, { configured }: Extra): Found {
  const bySsh = configured.withoutDom0.includes(name)
    ? 'SSH: not configured'
    : dom0 === undefined
      ? 'SSH: not asked'
      : dom0.unread && dom0.unread.length > 0
        ? `SSH: ${dom0.unread[0]!.why}`
        : 'SSH: dom0 answers';
  return found(
    'question',
    name,
    `XAPI does not reach ${name}: does the machine run, and what does its console show?`,
    ['XAPI: not live', bySsh],
    `Run: ssh root@${address} 'uptime; xe host-list --minimal; tail -n 50 /var/log/xensource.log'`,
    `Where SSH is silent too: ${power(name)}`,
    'Do not switch it off before its VMs are known to run nowhere: they may still write to their disks.',
  );
}

/** XAPI's ways to switch a host on that go through a management controller. */
const hasController = (host: HostSnapshot): boolean =>
  /^(drac|ilo|ipmi)$/i.test(host.traits?.powerOnMode ?? '');

function unprepared(pool: Snapshot, target: string, extra: Extra): readonly Found[] {
  const hosts = pool.hosts.filter(
    (host) =>
      host.live &&
      extra.configured.withoutDom0.includes(host.name) &&
      !hasController(host) &&
      // whose turn is over needs no way in for this run
      !(changesVersion(extra) && sameOrNewer(host.version, target)),
  );
  if (hosts.length === 0) return [];
  return [
    found(
      'question',
      pool.name,
      `If a host does not come back, how is it reached? XAPI and CloudStack show neither SSH nor a management controller of ${hosts.map(({ name }) => name).join(', ')}.`,
      hosts.map(
        ({ name, traits }) => `${name}: SSH not configured, power_on_mode ${traits?.powerOnMode || 'empty'}`,
      ),
      ...hosts.map(({ name, address }) => `Try both now: ssh root@${address} uptime; ${power(name)}`),
      'Approving the plan says that somebody can reach each console. Or set ssh for the hosts in pools.yaml.',
    ),
  ];
}
