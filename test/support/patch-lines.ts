/** The lines of a hotfix run around every host of a pool, as CTX133466's second solution has them. */
import type { Hotfix } from '../../src/domain/hotfixes';
import type { Guidance, StagedArtefact } from '../../src/domain/patching';
import { hostNamed, isMaster, type HostSnapshot } from '../../src/domain/pool';
import { openForVms } from '../../src/procedures/open-for-vms';
import {
  block,
  defineProcedure,
  hostSection,
  poolSection,
  when,
  type Procedure,
  type ProcedureInput,
} from '../../src/procedures/procedure';
import { argsOf, clusterOf, haBefore, skipsMaintenance, storageOf } from '../../src/procedures/what-is';
import { applyHotfixes } from '../../src/steps/apply-hotfixes';
import { approveHost } from '../../src/steps/approve-host';
import { approveHotfixes } from '../../src/steps/approve-hotfixes';
import { awaitMembers } from '../../src/steps/await-members';
import { cleanHotfixes } from '../../src/steps/clean-hotfixes';
import { confirmApproval } from '../../src/steps/confirm-approval';
import { disableHa } from '../../src/steps/disable-ha';
import { disableHost } from '../../src/steps/disable-host';
import { disableHostAllocation } from '../../src/steps/disable-host-allocation';
import { drainHost } from '../../src/steps/drain-host';
import { ejectCds } from '../../src/steps/eject-cds';
import { enableHost } from '../../src/steps/enable-host';
import { enableHostAllocation } from '../../src/steps/enable-host-allocation';
import { enterMaintenance } from '../../src/steps/enter-maintenance';
import { manageCluster } from '../../src/steps/manage-cluster';
import { moveBack } from '../../src/steps/move-back';
import { plugStorage } from '../../src/steps/plug-storage';
import { precheckHotfixes } from '../../src/steps/precheck-hotfixes';
import { proveHotfixes } from '../../src/steps/prove-hotfixes';
import { rebootAfterHotfixes } from '../../src/steps/reboot-after-hotfixes';
import { restartToolstack } from '../../src/steps/restart-toolstack';
import { restoreHa } from '../../src/steps/restore-ha';
import { settleAccount } from '../../src/steps/settle-account';
import { stageHotfixes } from '../../src/steps/stage-hotfixes';
import { startVms } from '../../src/steps/start-vms';
import { stopVms } from '../../src/steps/stop-vms';
import { unmanageCluster } from '../../src/steps/unmanage-cluster';
import { smallPool } from './small-pool';
import { story, type Story, type StoryOptions } from './story';

type Artefact = StagedArtefact & { readonly requires?: readonly string[] };

export interface Patches {
  readonly artefacts: readonly Artefact[];
  /** What XAPI will not show as pending. */
  readonly expect?: readonly Guidance[];
}

/** A story whose catalogue has just these, and whose plan applies all of them. */
export const patchStory = (wish: Patches, more: StoryOptions = {}): Story =>
  story({
    pools: [smallPool],
    procedure: patchLines(wish),
    target: '6.5.0',
    patches: { asked: 'all' },
    facts: { hotfixes: wish.artefacts.map(listedInCatalogue) },
    ...more,
  });

const listedInCatalogue = ({ requires = [], ...artefact }: Artefact): Hotfix => ({
  ...artefact,
  versions: ['6.5.0'],
  requires,
  supersedes: [],
  conflicts: [],
  guidance: 'reboot',
});

const patchLines = (wish: Patches): Procedure =>
  defineProcedure({
    name: 'patch-lines',
    summary: 'Patch every host of a pool, the master first.',
    aim: 'patch',
    sections: (input) => {
      const { snapshot: pool, placement } = input;
      const hosts = placement.order.map((name) => hostNamed(pool, name));
      const artefacts = wish.artefacts.map(({ requires: _requires, ...artefact }) => artefact);
      const names = wish.artefacts.map(({ name }) => name);
      const asked = wish.artefacts.map(({ uuid, name, requires = [] }) => ({ uuid, name, requires }));

      return [
        poolSection(
          'Before the first host',
          approveHotfixes({ pool: pool.name, facts: [`${names.length} hotfixes`] }),
          stageHotfixes({ pool: pool.name, artefacts }),
          precheckHotfixes({
            pool: pool.name,
            artefacts: asked,
            hosts: hosts.map(({ name, uuid }) => ({ host: name, uuid, artefacts: names })),
          }),
          when(pool.ha.on, disableHa({ pool: pool.name })),
          ejectCds({ pool: pool.name }),
        ),
        ...hosts.map((host) => hostSection(host.name, host.name, ...oneHost(input, host, wish))),
        poolSection(
          'After the last host',
          startVms({ vms: [], last: true, label: 'that are still held' }),
          cleanHotfixes({ pool: pool.name, artefacts: asked.map(({ uuid, name }) => ({ uuid, name })) }),
          when(pool.ha.on, restoreHa({ pool: pool.name, before: haBefore(input) })),
          settleAccount({ pool: pool.name }),
        ),
      ];
    },
  });

function oneHost(input: ProcedureInput, host: HostSnapshot, { artefacts, expect = [] }: Patches) {
  const { snapshot: pool, placement } = input;
  const args = argsOf(pool, host);
  const { cluster } = clusterOf(input);
  const { stops = [], moves = [] } = placement.hosts.find((one) => one.host === host.name) ?? {};
  const stopped = stops.map((stop) => stop.vm);
  const master = isMaster(pool, host);
  const withoutMaintenance = skipsMaintenance(input, host);
  const provider = 'pool_patch' as const;
  const named = artefacts.map(({ uuid, name }) => ({ uuid, name }));

  return [
    approveHost({ ...args, work: 'Patch' }),
    confirmApproval({ ...args, from: host.version, work: 'Patch' }),
    disableHostAllocation(args),
    drainHost({ ...args, stops: stopped, atOnce: input.migrationsPerHost }),
    when(
      stops.length > 0,
      stopVms({ ...args, vms: stops.map(({ vm, why, startOn }) => ({ vm, why, startOn })) }),
      startVms({ vms: stopped, notOn: host.name, last: false, label: 'elsewhere' }),
    ),
    block(
      `maintenance of ${host.name}`,
      when(!withoutMaintenance, enableHostAllocation(args), enterMaintenance(args)),
      when(master, unmanageCluster({ ...args, cluster, ...(withoutMaintenance && { withoutMaintenance }) })),
      disableHost(args),
      applyHotfixes({ ...args, provider, artefacts: named }),
      restartToolstack({ ...args, expect }),
      rebootAfterHotfixes({ ...args, expect }),
      proveHotfixes({ ...args, artefacts: named, version: host.version }),
      when(master, awaitMembers(args)),
      plugStorage({ ...args, ...storageOf(pool, host) }),
      enableHost(args),
      when(master, manageCluster({ cluster, master: host.name, masterUuid: host.uuid })),
      openForVms(input, host),
    ),
    moveBack({ ...args, vms: moves.map(({ vm }) => vm) }),
  ];
}
