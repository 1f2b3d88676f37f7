/** GET /truth: what the pretend cloud really is, every call made to it and every rule broken. Shows all, hides nothing. */
import { isMixed, type CallRecord, type CloudState, type SimHost, type SimPool, type SimVm } from './model';
import { RULES } from './rules';

const iso = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();

/** `since`: only calls after this number. Times are ISO 8601 pool time; names everywhere, references nowhere. */
export function truthOf(cloud: CloudState, speed: number, since = 0) {
  return {
    v: 1,
    at: cloud.time.iso(),
    speed,
    rules: Object.keys(RULES),
    violations: cloud.violations,
    pools: cloud.pools.map(poolTruth),
    managementServers: cloud.managementServers.map(({ name, management, usage }) => ({
      name,
      management,
      usage,
    })),
    calls: cloud.calls.filter((call: CallRecord) => call.n > since),
    pages: cloud.pages,
  };
}

function poolTruth(pool: SimPool) {
  const srName = (uuid: string): string => pool.srs.find((sr) => sr.uuid === uuid)?.name ?? uuid;
  return {
    name: pool.name,
    uuid: pool.uuid,
    ha: { on: pool.ha.on, srs: pool.ha.srs, tolerates: pool.ha.tolerates },
    wlb: { on: pool.wlb.on },
    master: pool.master,
    mixed: isMixed(pool),
    /** Artefacts that lie on the pool. */
    staged: [
      ...pool.patching.known.filter(({ staged }) => staged).map(({ name }) => name),
      ...pool.patching.disks.flatMap(({ uuid, artefact }) =>
        artefact?.kind === 'pack' && !pool.patching.known.some(({ vdi }) => vdi === uuid)
          ? [artefact.name]
          : [],
      ),
    ],
    cluster: { managedState: pool.cluster.managedState, allocationState: pool.cluster.allocationState },
    hosts: pool.hosts.map((host) => hostTruth(host, srName)),
    vms: pool.vms.map(vmTruth),
  };
}

const hostTruth = (host: SimHost, srName: (uuid: string) => string) => ({
  name: host.name,
  uuid: host.uuid,
  version: host.version,
  bootedAt: iso(host.bootTime),
  xapiEnabled: host.enabled,
  live: host.live,
  resourceState: host.cs.resourceState,
  state: host.cs.state,
  tags: host.tags,
  /** null: no scripts in /opt/cloud/bin. */
  scriptsAt: host.scriptsAt > 0 ? iso(host.scriptsAt) : null,
  heartbeat: host.heartbeat.running,
  prepared: host.prepared,
  layout: host.dom0.disk.layout,
  repartition: host.dom0.safe2upgrade,
  localStorage: host.pbds
    .map((pbd) => host.pool.srs.find((sr) => sr.uuid === pbd.sr))
    .filter((sr) => sr !== undefined && !sr.shared)
    .map((sr) => sr!.name),
  srsUnplugged: host.pbds.filter((pbd) => !pbd.attached).map((pbd) => srName(pbd.sr)),
  reboots: host.reboots,
  /** Packs included. */
  hotfixes: [...host.hotfixes, ...host.traits.packs],
  /** Of a repository, or packages. */
  updates: [...host.patching.updates].toSorted(),
  /** What it needs and has not had, whether or not XAPI shows it. */
  wants: [...host.patching.wants].toSorted(),
});

const vmTruth = (vm: SimVm) => ({
  name: vm.name,
  kind: vm.kind,
  cd: vm.cd?.name ?? null,
  xapi: { power: vm.power, on: vm.on ?? null },
  cloudstack: vm.cs ? { state: vm.cs.state, on: vm.cs.on ?? null } : null,
  migrations: vm.migrations,
  stops: vm.stops,
  starts: vm.starts,
});
