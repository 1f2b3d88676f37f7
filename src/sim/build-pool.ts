/** One pool of a snapshot file into the pretend cloud's state; what the file leaves out comes from the profile. */
import { compareVersions } from '../domain/version';
import { dom0Of } from './dom0';
import { isUuid, uuidOf } from './identity';
import { applyLate, wantedByTraits } from './patches-held';
import { hostPatchingOf, poolPatchingOf, type OffersFile } from './patching';
import { isMixed, type SimHost, type SimPool, type SimSr, type SimVm } from './model';
import { profileOf } from './profiles';
import { resourceClassOf } from './resource-class';
import { DOMAIN } from './cloudstack/catalogue';
import { hostTraitsOf, poolTraitsOf, vmTraitsOf } from './traits';
import { dom0DefaultMib, MIB_XEN } from './dom0-memory';
import type { HostFile, PoolFile, SrFile, VmFile } from './snapshot-file';

const MIB_DEFAULT_HOST = 32 * 1024;
/** Hosts were last booted thirty days before the story begins. */
const UPTIME_MS = 30 * 86_400_000;
/** A host that this CloudStack has never connected to. */
const NO_CLASS = 'com.cloud.hypervisor.xenserver.resource.CitrixResourceBase';

export interface BuildOptions {
  /** Epoch milliseconds of pool time. */
  readonly startAt: number;
  readonly cloudStackVersion: string;
  /** Name of the management server that owns the connections at first. */
  readonly owner: string;
  /** Position among the pools; addresses follow from it. */
  readonly index: number;
  /** A taken snapshot leaves `cloudstack` out where CloudStack does not know the VM; a file by hand means the usual. */
  readonly absentMeansUnknown?: boolean;
  /** Message files that a host keeps whatever XAPI says, by its name. */
  readonly messages?: Readonly<Record<string, number>> | undefined;
  /** Hosts that boot by UEFI. */
  readonly efi?: readonly string[] | undefined;
  /** What the pool's repositories have. */
  readonly offers?: OffersFile | undefined;
  /** Gives CloudStack's next database id. */
  readonly nextDbId: () => number;
}

export function buildPool(file: PoolFile, options: BuildOptions): SimPool {
  const hostFiles: readonly HostFile[] =
    file.hosts ?? ['host-1', 'host-2', 'host-3'].map((name): HostFile => ({ name }));
  const srs = buildSrs(file, hostFiles);
  const srUuid = (word: string): string =>
    srs.find((sr) => sr.uuid === word || sr.name === word)?.uuid ?? word;
  const hosts: SimHost[] = [];
  const vms: SimVm[] = [];
  const pool: SimPool = {
    name: file.name,
    uuid: file.uuid ?? uuidOf('pool', file.name),
    master: file.master ?? hostFiles[0]!.name,
    hosts,
    vms,
    srs,
    networks: networksOf(file),
    ha: {
      on: file.ha?.on ?? false,
      srs: (file.ha?.srs ?? []).map(srUuid),
      tolerates: file.ha?.tolerates ?? (file.ha?.on ? 1 : 0),
      configuration: { ...file.ha?.configuration },
      allowOvercommit: file.ha?.allowOvercommit ?? false,
    },
    wlb: { on: file.wlb?.on ?? false, url: file.wlb?.url ?? '' },
    rollingUpgradeFlag: false,
    autoPowerOn: file.autoPowerOn ?? false,
    traits: poolTraitsOf(file.traits),
    patching: poolPatchingOf(file.patches, options.offers, {
      ...masterRelease(file, hostFiles),
      startAt: options.startAt,
    }),
    ...(file.cloudstack?.traits && { cloudStackTraits: file.cloudstack.traits }),
    cluster: {
      ...identity(options, file.cloudstack?.clusterId, 'cluster', file.name),
      name: file.cloudstack?.clusterName ?? file.name,
      managedState: file.cloudstack?.managedState ?? 'Managed',
      allocationState: file.cloudstack?.allocationState ?? 'Enabled',
    },
    ...(file.cloudstack?.openWork && { openWork: file.cloudstack.openWork }),
  };
  // A whole snapshot says "CloudStack does not know this VM" by leaving its row out.
  const known = (one: VmFile): VmFile =>
    file.v === 1 ? { ...one, cloudstack: one.cloudstack ?? null } : one;
  for (const [i, one] of (file.vms ?? []).entries())
    vms.push(buildVm(pool, known(one), hostFiles[i % hostFiles.length]!.name, srUuid, options));
  for (const [i, one] of hostFiles.entries())
    hosts.push(buildHost(pool, { ...one, patches: file.patches }, i, srUuid, options));
  applyLate(pool, file.patches, options.startAt);
  wantedByTraits(pool);
  pool.rollingUpgradeFlag = file.rollingUpgradeFlag ?? isMixed(pool);
  return pool;
}

function masterRelease(file: PoolFile, hosts: readonly HostFile[]) {
  const master = hosts.find((host) => host.name === file.master) ?? hosts[0]!;
  return profileOf(master.version ?? '6.5.0', master.brand);
}

function buildSrs(file: PoolFile, hosts: readonly HostFile[]): SimSr[] {
  const listed: readonly SrFile[] = file.srs ?? [
    { name: 'nfs-primary', type: 'nfs', shared: true },
    ...hosts.map((host) => ({ name: `local-${host.name}`, type: 'ext', shared: false })),
  ];
  return listed.map((sr) => ({
    uuid: sr.uuid ?? uuidOf('sr', file.name, sr.name),
    name: sr.name,
    type: sr.type,
    shared: sr.shared,
  }));
}

function networksOf(file: PoolFile): { uuid: string; name: string }[] {
  const names = new Set(['management']);
  for (const host of file.hosts ?? []) for (const pif of host.pifs ?? []) names.add(pif.network);
  for (const vm of file.vms ?? []) for (const network of vm.networks ?? []) names.add(network);
  return [...names].map((name) => ({ name, uuid: isUuid(name) ? name : uuidOf('network', file.name, name) }));
}

function buildHost(
  pool: SimPool,
  file: HostFile & Pick<PoolFile, 'patches'>,
  index: number,
  srUuid: (word: string) => string,
  options: BuildOptions,
): SimHost {
  const profile = profileOf(file.version ?? '6.5.0', file.brand);
  const uuid = file.uuid ?? uuidOf('host', pool.name, file.name);
  const bootTime = Math.floor(
    (file.bootedAt ? Date.parse(file.bootedAt) : options.startAt - UPTIME_MS) / 1000,
  );
  const live = file.live ?? true;
  const total = file.memoryMib?.total ?? MIB_DEFAULT_HOST;
  const used = pool.vms
    .filter((vm) => vm.on === file.name)
    .reduce((sum, vm) => sum + vm.memoryMib + vm.overheadMib, 0);
  const free = file.memoryMib?.free;
  const attachedSrs =
    file.pbds ??
    pool.srs
      .filter((sr) => sr.shared || sr.name.endsWith(file.name))
      .map((sr) => ({ sr: sr.uuid, attached: true }));
  const pbds = attachedSrs.map((pbd) => {
    const sr = srUuid(pbd.sr);
    return {
      uuid: uuidOf('pbd', uuid, sr),
      sr,
      attached: pbd.attached,
      ...('paths' in pbd && pbd.paths && { paths: pbd.paths }),
    };
  });
  const pifs = file.pifs ?? [{ device: 'eth0', network: 'management', attached: true, management: true }];
  const byRelease = MIB_XEN + dom0DefaultMib(file.platform ?? profile.platform, total);
  const resourceClass =
    resourceClassOf(options.cloudStackVersion, file.brand ?? profile.brand, profile) ?? NO_CLASS;
  return {
    pool,
    name: file.name,
    uuid,
    address: file.address ?? `10.${options.index + 1}.0.${11 + index}`,
    version: profile.version,
    build: file.build ?? profile.build,
    platform: file.platform ?? profile.platform,
    brand: file.brand ?? profile.brand,
    hotfixes: (file.hotfixes ?? []).toSorted(),
    phase: live ? 'up' : 'off',
    enabled: file.enabled ?? live,
    live,
    disabledByUser: live && file.enabled === false,
    bootTime,
    // xapi starts a minute after the machine.
    agentStartTime: bootTime + 60,
    tags: [...(file.tags ?? [`vmops-version-${resourceClass}-${options.cloudStackVersion}`])],
    memory: { total, base: free === undefined ? byRelease : total - used - free },
    pbds,
    pifs: pifs.map((pif) => ({
      // a VLAN has the name of the card that it is on
      uuid: uuidOf(
        'pif',
        uuid,
        pif.device,
        ...('vlan' in pif && pif.vlan !== undefined ? [String(pif.vlan)] : []),
      ),
      device: pif.device,
      network: pif.network,
      attached: pif.attached ?? true,
      management: pif.management ?? pif.network === 'management',
      ...('vlan' in pif && pif.vlan !== undefined && { vlan: pif.vlan }),
      ...('bond' in pif && pif.bond && { bond: pif.bond }),
    })),
    certificate: 1,
    sshKey: 1,
    reboots: 0,
    prepared: false,
    boot: {},
    firmware: options.efi?.includes(file.name) ? 'efi' : 'bios',
    // CloudStack set its agent up when it first saw the host, after the boot.
    scriptsAt: bootTime + 600,
    heartbeat: {
      running: live,
      srs: pbds
        .map((pbd) => pbd.sr)
        .filter((sr) => pool.srs.some((s) => s.uuid === sr && s.shared && s.type !== 'iso')),
      writtenAt: Math.floor(options.startAt / 1000),
    },
    dom0: dom0Of(file.dom0, {
      version: profile.version,
      localSrs: pbds
        .map((pbd) => pbd.sr)
        .filter((sr) => pool.srs.some((s) => s.uuid === sr && !s.shared && ['ext', 'lvm'].includes(s.type))),
      managementDevice: pifs.find((pif) => pif.management ?? pif.network === 'management')?.device,
      messages: options.messages?.[file.name] ?? (file.name === pool.master ? pool.traits.messages : 0),
      srUuid,
    }),
    traits: hostTraitsOf(file.traits, uuid),
    patching: hostPatchingOf(file.patches, { uuid, name: file.name }, pool.patching),
    lost: new Map(),
    cs: {
      ...identity(options, file.cloudstack?.id, 'cs-host', pool.name, file.name),
      state: file.cloudstack?.state ?? (live ? 'Up' : 'Down'),
      resourceState: file.cloudstack?.resourceState ?? 'Enabled',
      allocation: 'Enabled',
      hypervisorVersion: file.cloudstack?.hypervisorVersion ?? profile.version,
      hostTags: file.cloudstack?.hostTags ?? [],
      lastPing: options.startAt,
      owner: options.owner,
      resourceClass,
      maintenanceRounds: 0,
      prepares: 0,
    },
  };
}

/** CloudStack's id of a thing: a uuid, or before 3.0 the number of its row (cs §2.3). */
function identity(
  options: Pick<BuildOptions, 'nextDbId' | 'cloudStackVersion'>,
  given: string | undefined,
  ...words: readonly string[]
): { readonly id: string; readonly dbId: number } {
  const dbId = options.nextDbId();
  const own = compareVersions(options.cloudStackVersion, '3.0') < 0 ? String(dbId) : uuidOf(...words);
  return { id: given ?? own, dbId };
}

/** HVM overhead: 1 + 1 + shadow (xapi §10.4), with static_max equal to dynamic_min. */
export const overheadOf = (memoryMib: number, vcpus: number): number =>
  2 + Math.max(1, Math.ceil((256 * vcpus + 2 * memoryMib) / 256));

export function buildVm(
  pool: SimPool,
  file: VmFile,
  home: string,
  srUuid: (word: string) => string,
  options: Pick<BuildOptions, 'nextDbId' | 'absentMeansUnknown'> & { readonly cloudStackVersion?: string },
): SimVm {
  const power = file.power ?? 'Running';
  const on = power === 'Running' || power === 'Paused' ? (file.on ?? home) : undefined;
  const vcpus = file.vcpus ?? 1;
  const needs = file.memoryMib ?? 1024;
  const overheadMib = Math.min(overheadOf(needs, vcpus), Math.max(0, needs - 1));
  const uuid = file.uuid ?? uuidOf('vm', pool.name, file.name);
  const kind = file.kind ?? 'guest';
  const cs = file.cloudstack === undefined && options.absentMeansUnknown ? null : file.cloudstack;
  const disks = (
    file.disks ??
    pool.srs
      .filter((sr) => sr.shared && sr.type !== 'iso')
      .slice(0, 1)
      .map((sr) => sr.uuid)
  ).map((sr, i) => ({ vdi: uuidOf('vdi', uuid, String(i)), sr: srUuid(sr) }));
  return {
    pool,
    name: file.name,
    uuid,
    kind,
    power,
    ...(on !== undefined && { on }),
    memoryMib: needs - overheadMib,
    overheadMib,
    vcpus,
    tools: file.tools ?? true,
    ...(file.cd && {
      cd: {
        vbd: uuidOf('vbd-cd', uuid),
        sr: srUuid(file.cd.sr),
        name: file.cd.name,
        byCloudStack: file.cd.byCloudStack ?? false,
      },
    }),
    disks,
    networks: [...(file.networks ?? ['management'])],
    devices: [...(file.devices ?? [])],
    traits: vmTraitsOf(file.traits),
    ...(cs !== null && {
      cs: {
        ...identity(
          {
            cloudStackVersion: options.cloudStackVersion ?? '4',
            nextDbId: () => Number(/^(?:i-\d+|[rsv])-(\d+)-/.exec(file.name)?.[1] ?? options.nextDbId()),
          },
          cs?.id,
          'cs-vm',
          pool.name,
          file.name,
        ),
        displayName: cs?.displayName ?? file.name,
        domain: cs?.domain ?? DOMAIN.name,
        account: cs?.account ?? (kind === 'guest' ? 'admin' : 'system'),
        state: cs?.state ?? (power === 'Running' ? 'Running' : 'Stopped'),
        ...((cs?.on ?? on) !== undefined && { on: (cs?.on ?? on)! }),
        lastOn: cs?.on ?? on ?? home,
        haEnabled: cs?.haEnabled ?? kind !== 'guest',
        ...(file.cd?.byCloudStack && { isoId: uuidOf('cs-iso', file.cd.name) }),
        ...(cs?.redundantGroup !== undefined && { redundantGroup: cs.redundantGroup }),
        hostTags: cs?.hostTags ?? [],
        apart: cs?.apart ?? [],
        ...(cs?.backedUpAt !== undefined && { backedUpAt: cs.backedUpAt }),
        ...(kind !== 'guest' && { agentState: 'Up' }),
      },
    }),
    migrations: 0,
    stops: 0,
    starts: 0,
  };
}
