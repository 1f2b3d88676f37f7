/** What the truth must say at the end of a whole story; each breach is a sentence. */
import type { truthOf } from '../sim/truth';

export type Truth = ReturnType<typeof truthOf>;

/** What a story of patches leaves behind: each host with all of it, nothing wanted any more, no file left on the pool. */
export function unpatched(after: Truth, catalogue: readonly string[]): readonly string[] {
  return after.pools.flatMap((pool) => [
    ...pool.staged.map((name) => `The file of ${name} is still on ${pool.name}.`),
    ...pool.hosts.flatMap((host) => [
      ...catalogue
        .filter((name) => !host.hotfixes.includes(name))
        .map((name) => `${host.name} lacks ${name}.`),
      ...(catalogue.length === 0 && host.updates.length === 0 ? [`${host.name} got no update.`] : []),
      // what VMs want is for their owners
      ...host.wants
        .filter((guidance) => guidance === 'reboot' || guidance === 'restart-toolstack')
        .map((guidance) => `${host.name} still wants ${guidance}.`),
    ]),
  ]);
}

/** `before`: the truth when the story began. Empty: all hosts on the target, everything given back, nothing breached. */
export function breaches(before: Truth, after: Truth, target: string): readonly string[] {
  const found: string[] = after.violations.map(
    (one) => `Never: ${one.rule} (${one.host ?? one.vm ?? one.pool}): ${one.detail}`,
  );
  for (const pool of after.pools) {
    const was = before.pools.find((one) => one.name === pool.name);
    if (!was) continue;
    for (const host of pool.hosts) {
      if (host.version !== target) found.push(`${host.name} runs ${host.version}, not ${target}.`);
      if (host.reboots !== 1) found.push(`${host.name} was rebooted ${host.reboots} times, not once.`);
      if (!host.xapiEnabled || !host.live) found.push(`${host.name} is not live and enabled in XAPI.`);
      if (host.resourceState !== 'Enabled' || host.state !== 'Up')
        found.push(`${host.name} is ${host.resourceState} and ${host.state} in CloudStack.`);
      const old = was.hosts.find((one) => one.name === host.name);
      if (host.prepared || host.repartition) found.push(`${host.name} carries a prepared installer.`);
      if (host.layout !== old?.layout) found.push(`The partitions of ${host.name} are others.`);
      if (JSON.stringify(host.localStorage) !== JSON.stringify(old?.localStorage))
        found.push(`Local storage of ${host.name} is ${host.localStorage.join(', ') || 'gone'}.`);
      if (host.srsUnplugged.length > 0) found.push(`${host.name} lacks ${host.srsUnplugged.join(', ')}.`);
    }
    if (JSON.stringify(pool.ha) !== JSON.stringify(was.ha))
      found.push(`HA of ${pool.name} is ${JSON.stringify(pool.ha)}, it was ${JSON.stringify(was.ha)}.`);
    if (pool.wlb.on !== was.wlb.on)
      found.push(`Workload balancing of ${pool.name} is ${pool.wlb.on ? 'on' : 'off'}.`);
    if (pool.master !== was.master) found.push(`The master is ${pool.master}, it was ${was.master}.`);
    if (JSON.stringify(pool.cluster) !== JSON.stringify(was.cluster))
      found.push(`The cluster is ${JSON.stringify(pool.cluster)}, it was ${JSON.stringify(was.cluster)}.`);
    for (const vm of was.vms.filter((one) => one.xapi.power === 'Running')) {
      const now = pool.vms.find((one) => one.name === vm.name);
      if (now?.xapi.power !== 'Running' || (now.cloudstack && now.cloudstack.state !== 'Running'))
        found.push(`${vm.name} ran and does not run now.`);
    }
  }
  for (const server of after.managementServers)
    if (server.management !== 'active' || server.usage !== 'active')
      found.push(`${server.name}: management ${server.management}, usage ${server.usage}.`);
  return found;
}
