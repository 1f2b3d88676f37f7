/**
 * docs/runbooks/hotfixes.md: same order, same words. Sources: seed 002, both of its solutions; cs §9.5, with what differs
 * by era from domain/version-eras; xc §3.4: one reboot per host, however many hotfixes.
 */
import { withTurns, type HostPatchWork, type PatchArtefact, type PatchWork } from '../domain/patch-work';
import { hidesGuidance, type Guidance } from '../domain/patching';
import { hostNamed, isMaster, residents, type HostSnapshot } from '../domain/pool';
import { allocationStaysDisabled } from '../domain/version-eras';
import { applyHotfixes } from '../steps/apply-hotfixes';
import { approveHost } from '../steps/approve-host';
import { approveHotfixes } from '../steps/approve-hotfixes';
import { awaitMembers } from '../steps/await-members';
import { clearVmopsTag } from '../steps/clear-vmops-tag';
import { compareInventory } from '../steps/compare-inventory';
import { confirmApproval } from '../steps/confirm-approval';
import { disableHa } from '../steps/disable-ha';
import { disableHost } from '../steps/disable-host';
import { disableHostAllocation } from '../steps/disable-host-allocation';
import { drainHost } from '../steps/drain-host';
import { ejectCds } from '../steps/eject-cds';
import { enableHost } from '../steps/enable-host';
import { enableHostAllocation } from '../steps/enable-host-allocation';
import { enterMaintenance } from '../steps/enter-maintenance';
import { manageCluster } from '../steps/manage-cluster';
import { moveBack } from '../steps/move-back';
import { pauseWlb } from '../steps/pause-wlb';
import { plugStorage } from '../steps/plug-storage';
import { precheckHotfixes } from '../steps/precheck-hotfixes';
import { proveHotfixes } from '../steps/prove-hotfixes';
import { rebootAfterHotfixes } from '../steps/reboot-after-hotfixes';
import { recheckHost } from '../steps/recheck-host';
import { recordInventory } from '../steps/record-inventory';
import { restartToolstack } from '../steps/restart-toolstack';
import { restoreHa } from '../steps/restore-ha';
import { resumeWlb } from '../steps/resume-wlb';
import { settleAccount } from '../steps/settle-account';
import { smokeTestHost } from '../steps/smoke-test-host';
import { stageHotfixes } from '../steps/stage-hotfixes';
import { startVms } from '../steps/start-vms';
import { stopVms } from '../steps/stop-vms';
import { synchroniseUpdates } from '../steps/synchronise-updates';
import { syncDatabase } from '../steps/sync-database';
import { takeBackInstaller } from '../steps/take-back-installer';
import { unmanageCluster } from '../steps/unmanage-cluster';
import { carriesInstaller, unseen } from './into-installer';
import { filesRemoved } from './files-removed';
import { openForVms } from './open-for-vms';
import { patchFacts } from './patch-facts';
import {
  block,
  defineProcedure,
  hostSection,
  poolSection,
  when,
  type Lines,
  type ProcedureInput,
} from './procedure';
import { remediesGivenBack, remedyLines } from './remedies';
import {
  argsOf,
  binFor,
  clusterOf,
  haBefore,
  nextOnto,
  skipsMaintenance,
  storageOf,
  wasHaOn,
  wasWlbOn,
} from './what-is';

export const hotfixes = defineProcedure({
  name: 'hotfixes',
  summary: 'Apply hotfixes or updates to a pool that CloudStack manages, host by host, the master first.',
  aim: 'patch',
  sections: (input) => {
    const { snapshot: pool, patching: work } = input;
    // without it a finding blocks, and there is nothing to walk
    if (!work) return [];
    const hosts = inTurn(input, work);
    const someLeave = hosts.some(({ name }) => !work.hosts[name]?.live);

    return [
      poolSection(
        'Before the first host',
        approveHotfixes({ pool: pool.name, facts: patchFacts(input, work, hosts) }),
        remedyLines(input),
        brought(input, work, hosts),
        when(pool.ha.on && someLeave, disableHa({ pool: pool.name })),
        when(pool.wlb.on, pauseWlb({ pool: pool.name })),
        when(someLeave, ejectCds({ pool: pool.name }), syncDatabase({ pool: pool.name })),
        recordInventory({ pool: pool.name }),
      ),

      ...hosts.map((host) => hostSection(host.name, host.name, ...oneHost(input, work, host))),

      poolSection(
        'After the last host',
        startVms({ vms: [], last: true, label: 'that are still held' }),
        filesRemoved(input),
        remediesGivenBack(input),
        when(wasWlbOn(input), resumeWlb({ pool: pool.name })),
        when(wasHaOn(input), restoreHa({ pool: pool.name, before: haBefore(input) })),
        settleAccount({ pool: pool.name }),
      ),
    ];
  },
});

/** Those that leave service in the order of the placement; those that stay in it after them, or first with the master. */
function inTurn({ snapshot: pool, placement }: ProcedureInput, work: PatchWork): readonly HostSnapshot[] {
  const turns = withTurns(pool, work);
  const order = [
    ...placement.order.filter((name) => turns.includes(name)),
    ...turns.filter((name) => !placement.order.includes(name)),
  ];
  const live = pool.hosts.filter(({ name }) => work.hosts[name]?.live).map(({ name }) => name);
  const first = live.filter((name) => name === pool.master);
  return [...first, ...order, ...live.filter((name) => !first.includes(name))].map((name) =>
    hostNamed(pool, name),
  );
}

/** What is to be applied is on the pool, and every host has said that it can take it, before the first one is touched. */
function brought({ snapshot: pool }: ProcedureInput, work: PatchWork, hosts: readonly HostSnapshot[]): Lines {
  if (work.asked === 'latest')
    return when(
      work.provider === 'repository',
      synchroniseUpdates({ pool: pool.name, ...(work.hash !== undefined && { hash: work.hash }) }),
    );
  const wanted = work.artefacts.filter(({ name }) =>
    hosts.some((host) => work.hosts[host.name]?.missing.includes(name)),
  );
  const files = wanted.flatMap(({ uuid, name, kind, file, sha256, bytes }) =>
    file === undefined || sha256 === undefined || bytes === undefined
      ? []
      : [{ uuid, name, kind, file, sha256, bytes }],
  );
  return [
    when(files.length > 0, stageHotfixes({ pool: pool.name, artefacts: files })),
    when(
      wanted.length > 0,
      precheckHotfixes({
        pool: pool.name,
        artefacts: wanted.map(({ uuid, name, requires }) => ({ uuid, name, requires })),
        hosts: hosts.map(({ name, uuid }) => ({
          host: name,
          uuid,
          artefacts: work.hosts[name]?.missing ?? [],
        })),
      }),
    ),
  ];
}

function oneHost(input: ProcedureInput, work: PatchWork, host: HostSnapshot): readonly Lines[] {
  const mine = work.hosts[host.name] ?? { missing: [], expect: [] };
  return mine.live ? inService(input, work, host, mine) : outOfService(input, work, host, mine);
}

/** Named in the plan and approved with it: nothing but live patches that ask for nothing (xc §3.5). */
function inService(
  { snapshot: pool }: ProcedureInput,
  work: PatchWork,
  host: HostSnapshot,
  mine: HostPatchWork,
): readonly Lines[] {
  const args = argsOf(pool, host);
  const artefacts = namedIn(missingOf(work, mine));
  return [
    recheckHost({ ...args, from: host.version }),
    approveHost({ ...args, work: 'Patch' }),
    confirmApproval({ ...args, from: host.version, work: 'Patch' }),
    applyHotfixes({ ...args, provider: work.provider, artefacts, live: true }),
    proveHotfixes({ ...args, artefacts, version: host.version }),
  ];
}

/** One host. The master the same way, with its cluster Unmanaged while it is patched. */
function outOfService(
  input: ProcedureInput,
  work: PatchWork,
  host: HostSnapshot,
  mine: HostPatchWork,
): readonly Lines[] {
  const { snapshot: pool, placement } = input;
  const args = argsOf(pool, host);
  const { cluster } = clusterOf(input);
  const stops = placement.hosts.find((one) => one.host === host.name)?.stops ?? [];
  const stopped = stops.map((stop) => stop.vm);
  const master = isMaster(pool, host);
  const withoutMaintenance = skipsMaintenance(input, host);
  // where the master may not enter maintenance nobody else empties it
  const chooses = work.solution === 2 || withoutMaintenance;
  const disabled = chooses && !withoutMaintenance && allocationStaysDisabled(pool.cloudstack.version);
  const home = work.moveBack ? homeOf(input, host, stopped) : [];
  const latest = work.asked === 'latest';
  const expect = hiddenOf(work, mine);

  return [
    recheckHost({ ...args, from: host.version }),
    approveHost({ ...args, work: 'Patch' }),
    confirmApproval({ ...args, from: host.version, work: 'Patch' }),
    when(
      chooses,
      disableHostAllocation(args),
      drainHost({
        ...args,
        stops: stopped,
        atOnce: input.migrationsPerHost,
        ...(!withoutMaintenance && { only: 'user-vms' as const }),
      }),
    ),
    when(
      stops.length > 0,
      stopVms({ ...args, vms: stops.map(({ vm, why, startOn }) => ({ vm, why, startOn })) }),
    ),
    block(
      `maintenance of ${host.name}`,
      when(
        !withoutMaintenance,
        when(chooses && !disabled, enableHostAllocation(args)),
        enterMaintenance({
          ...args,
          moves: work.solution === 2 ? 'system' : 'all',
          ...(disabled && { disabled }),
        }),
      ),
      when(stops.length > 0, startVms({ vms: stopped, notOn: host.name, last: false, label: 'elsewhere' })),
      when(master, unmanageCluster({ ...args, cluster, ...(withoutMaintenance && { withoutMaintenance }) })),
      disableHost(args),
      when(carriesInstaller(input, host), takeBackInstaller({ ...args, ...unseen(input, host) })),
      ...applied(input, work, host, mine),
      restartToolstack({ ...args, expect }),
      rebootAfterHotfixes({ ...args, expect }),
      proveHotfixes({
        ...args,
        artefacts: namedIn(missingOf(work, mine)),
        version: host.version,
        ...(latest && { latest }),
      }),
      when(master, awaitMembers(args)),
      plugStorage({ ...args, ...storageOf(pool, host) }),
      enableHost(args),
      clearVmopsTag({ ...args, ...binFor(input) }),
      when(master, manageCluster({ cluster, master: host.name, masterUuid: host.uuid })),
      compareInventory(args),
      openForVms(
        input,
        host,
        chooses && !withoutMaintenance ? [enableHostAllocation({ ...args, leaving: true })] : [],
      ),
    ),
    when(
      stops.length > 0,
      startVms({ vms: stopped, prefer: host.name, last: false, label: `now that ${host.name} is back` }),
    ),
    smokeTestHost({ ...args, vms: firstOf(input, home, nextOnto(input, host)) }),
    when(home.length > 0, moveBack({ ...args, vms: home })),
  ];
}

/** Hotfixes, then drivers and packs; in one line where a hotfix comes after a pack that it requires. */
function applied(
  { snapshot: pool }: ProcedureInput,
  work: PatchWork,
  host: HostSnapshot,
  mine: HostPatchWork,
): readonly Lines[] {
  const args = { ...argsOf(pool, host), provider: work.provider };
  if (work.asked === 'latest') return [applyHotfixes({ ...args, artefacts: [], latest: true })];
  const missing = missingOf(work, mine);
  const packs = missing.filter(({ kind }) => kind !== 'hotfix');
  const mixed = missing.some(
    ({ kind, requires }) => kind === 'hotfix' && packs.some(({ name }) => requires.includes(name)),
  );
  const first = mixed ? missing : missing.filter(({ kind }) => kind === 'hotfix');
  return [
    when(first.length > 0, applyHotfixes({ ...args, artefacts: namedIn(first) })),
    when(!mixed && packs.length > 0, applyHotfixes({ ...args, artefacts: namedIn(packs), what: 'drivers' })),
  ];
}

const missingOf = ({ artefacts }: PatchWork, { missing }: HostPatchWork): readonly PatchArtefact[] =>
  artefacts.filter(({ name }) => missing.includes(name));

const namedIn = (artefacts: readonly PatchArtefact[]) => artefacts.map(({ uuid, name }) => ({ uuid, name }));

/** What nobody shows afterwards, so that the plan's word counts; of what came on offer since, the line itself knows (xapi §8). */
function hiddenOf(work: PatchWork, mine: HostPatchWork): readonly Guidance[] {
  const silent = missingOf(work, mine)
    .filter(({ kind }) => work.provider === 'pool_patch' && kind !== 'hotfix')
    .map(({ guidance }) => guidance);
  return mine.expect.filter(
    (guidance) => hidesGuidance(work.provider, guidance) || silent.includes(guidance),
  );
}

/** Users' VMs and routers that run there now and are not stopped: what is to come home. */
const homeOf = (
  { snapshot: pool }: ProcedureInput,
  host: HostSnapshot,
  stopped: readonly string[],
): readonly string[] =>
  (['guest', 'router'] as const).flatMap((kind) =>
    residents(pool, host.name)
      .filter(
        (vm) => vm.kind === kind && vm.power === 'Running' && vm.cloudstack && !stopped.includes(vm.name),
      )
      .map(({ name }) => name),
  );

/** A user's VM and a router that come home are the test of the host; where none does, what comes next to it. */
function firstOf(
  { snapshot: pool }: ProcedureInput,
  home: readonly string[],
  instead: readonly string[],
): readonly string[] {
  const kindOf = (name: string) => pool.vms.find((vm) => vm.name === name)?.kind;
  const some = (['guest', 'router'] as const).flatMap(
    (kind) => home.find((name) => kindOf(name) === kind) ?? [],
  );
  return some.length > 0 ? some : instead;
}
