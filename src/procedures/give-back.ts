/** A small run that gives one thing back: what an aborted run still owes its pool. */
import type { Json } from '../domain/json';
import type { Obligation } from '../domain/obligation';
import { hostNamed, type HostSnapshot, type Snapshot } from '../domain/pool';
import { awaitUp } from '../steps/await-up';
import { blockOperations } from '../steps/block-operations';
import { byHand } from '../steps/by-hand';
import { cleanHotfixes } from '../steps/clean-hotfixes';
import { enableClusterAllocation } from '../steps/enable-cluster-allocation';
import { enableHost } from '../steps/enable-host';
import { enableHostAllocation } from '../steps/enable-host-allocation';
import { leaveMaintenance } from '../steps/leave-maintenance';
import { manageCluster } from '../steps/manage-cluster';
import { removeTestNetwork } from '../steps/remove-test-network';
import { removeTestVm } from '../steps/remove-test-vm';
import { restoreAutoStart } from '../steps/restore-auto-start';
import { restoreHa } from '../steps/restore-ha';
import { restoreSettings } from '../steps/restore-settings';
import { resumeWlb } from '../steps/resume-wlb';
import { startServices } from '../steps/start-services';
import { startVms } from '../steps/start-vms';
import type { LineDraft } from '../steps/step';
import { takeBackInstaller } from '../steps/take-back-installer';
import { verifyAgent } from '../steps/verify-agent';
import { unseen } from './into-installer';
import { stagedBefore } from './files-removed';
import { defineProcedure, poolSection, type ProcedureInput } from './procedure';
import { argsOf, binFor, clusterOf, haBefore, heartbeatSrs } from './what-is';

/** `input.owed` holds what is to be given back, and nothing else. */
export const giveBack = defineProcedure({
  name: 'give-back',
  summary: 'Give back what an earlier run changed and did not restore.',
  sections: (input) => [poolSection('Give back', ...input.owed.map((owed) => linesFor(input, owed)))],
});

function linesFor(input: ProcedureInput, owed: Obligation): readonly LineDraft[] {
  const { what, on, before } = owed;
  const { snapshot: pool } = input;
  switch (what) {
    case 'ha-off':
      return [restoreHa({ pool: pool.name, before: haBefore(input) })];
    case 'wlb-paused':
      return [resumeWlb({ pool: pool.name })];
    case 'auto-start-off':
      return [restoreAutoStart({ pool: pool.name })];
    case 'operations-allowed':
      return [blockOperations({ vms: [on] })];
    case 'setting-changed':
      return [restoreSettings({ names: [on] })];
    case 'services-stopped':
      return [startServices({ servers: input.managementServers, zone: input.zoneId ?? '' })];
    case 'cluster-allocation-disabled':
      return [enableClusterAllocation(clusterOf(input))];
    case 'host-allocation-disabled':
      return [enableHostAllocation(argsOf(pool, hostNamed(pool, on)))];
    case 'cluster-unmanaged':
      return [manageCluster({ cluster: on, ...masterBefore(pool, before) })];
    case 'host-disabled': {
      const host = hostNamed(pool, on);
      return [...readFirst(host), enableHost(argsOf(pool, host))];
    }
    case 'installer-prepared': {
      const host = hostNamed(pool, on);
      return [
        takeBackInstaller({
          ...argsOf(pool, host),
          ...unseen(input, host),
          ...entryBefore(before, host.version),
        }),
      ];
    }
    case 'host-in-maintenance':
      return outOfMaintenance(input, on);
    case 'vm-stopped':
      return [startVms({ vms: [on], last: true, label: `(${on})` })];
    case 'hotfixes-staged':
      return [cleanHotfixes({ pool: pool.name, artefacts: stagedBefore([owed]) })];
    case 'test-vm':
      return [removeTestVm({ name: on })];
    case 'test-network':
      return [removeTestNetwork({ name: on })];
    default:
      return [
        byHand({
          title: `Give back ${String(what)} on ${on}`,
          doThis: ['This version does not know how to give it back; restore it and confirm.'],
        }),
      ];
  }
}

/** The master of the moment when it was unmanaged: with another one today the cluster is not managed again (cs §8.6). */
function masterBefore(
  pool: Snapshot,
  before: Json,
): { readonly master: string; readonly masterUuid: string } {
  const { master, masterUuid } = (before ?? {}) as { readonly master?: string; readonly masterUuid?: string };
  return master !== undefined && masterUuid !== undefined
    ? { master, masterUuid }
    : { master: pool.master, masterUuid: hostNamed(pool, pool.master).uuid };
}

/** Entries of a boot loader are of the version that wrote them: an upgraded host has others. */
function entryBefore(before: Json, version: string): { readonly ownEntry?: string } {
  const was = (before ?? {}) as { readonly ownEntry?: string; readonly version?: string };
  return was.ownEntry !== undefined && was.version === version ? { ownEntry: was.ownEntry } : {};
}

/** What was applied to it does not run yet: nobody lets VMs onto a host like that without having read it (xapi §8). */
function readFirst({ name, traits }: HostSnapshot): readonly LineDraft[] {
  const { rebootsFor = [], restartsFor = [], guidance = [] } = traits ?? {};
  const reboot = rebootsFor.length > 0 || guidance.includes('reboot');
  if (!reboot && restartsFor.length === 0 && !guidance.includes('restart-toolstack')) return [];
  const updates = [...new Set([...rebootsFor, ...restartsFor])];
  const wanted = reboot ? 'a reboot' : 'a restart of its toolstack';
  const way = reboot ? 'reboot it' : 'run xe-toolstack-restart on it';
  return [
    byHand({
      title: `Decide whether ${name} serves although it still wants ${wanted}`,
      doThis: [
        `${name} has updates that do not run yet${updates.length > 0 ? `: ${updates.join(', ')}` : ''}. They want ${wanted}.`,
        `Best: ${way} now, while it is out of service and empty; confirm when XAPI shows it live again.`,
        `Or confirm as it is: it takes VMs again, and the next plan of hotfixes finishes it.`,
      ],
    }),
  ];
}

function outOfMaintenance(input: ProcedureInput, name: string): readonly LineDraft[] {
  const { snapshot: pool } = input;
  const host = hostNamed(pool, name);
  const args = argsOf(pool, host);
  return [
    ...readFirst(host),
    enableHost(args),
    awaitUp(args),
    verifyAgent({ ...args, srs: heartbeatSrs(pool, host), ...binFor(input) }),
    leaveMaintenance({ ...args, to: host.version }),
  ];
}

/** Why it cannot be given back yet, by what XAPI shows of the hosts; undefined when it can. */
export function notYet(
  hosts: readonly { readonly version: string; readonly live: boolean }[],
  { what, on }: Pick<Obligation, 'what' | 'on'>,
  all: readonly Pick<Obligation, 'what' | 'on'>[] = [],
): string | undefined {
  const inService = what === 'host-in-maintenance' || what === 'host-disabled';
  if (inService && all.some((other) => other.what === 'installer-prepared' && other.on === on))
    return `${on} carries a prepared installer: its next boot would install. Take that back first.`;
  if (what === 'ha-off' && new Set(hosts.map((host) => host.version)).size > 1)
    return 'XAPI allows HA only while all hosts run one version.';
  if (what === 'cluster-unmanaged' && hosts.some((host) => !host.live))
    return 'Every member must be live first.';
  return undefined;
}
