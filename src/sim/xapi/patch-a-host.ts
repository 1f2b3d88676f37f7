/** One hotfix onto one host: what a pre-check finds, what applying leaves (xapi §8.1, §8.2). */
import { guidanceOf, guidancesOf } from '../../domain/patching';
import type { SimHost, SimPool } from '../model';
import { patchNamed, wantsReboot } from '../patches-held';
import type { SimPatch } from '../patching';
import { seePatch } from './breaches';
import type { Call } from './method';
import { assertReachable } from './methods-pool';
import { patchUuid } from './record-patch';
import { SECONDS } from './timing';
import { refOf, XapiFailure } from './values';
import type { XapiWorld } from './world';

/** pool_patch and pool_update say the same in words of their own. */
export type Family = 'PATCH' | 'UPDATE';
type Status = 'ok' | 'ok_livepatch_complete' | 'ok_livepatch_incomplete';

/** Throws what stands in the way. */
export async function precheck(call: Call, family: Family, patch: SimPatch, host: SimHost): Promise<Status> {
  assertReachable(call, host);
  await call.world.cloud.time.sleep(SECONDS.patchPrecheck);
  const self = refOf(patch.uuid);
  const refused = (what: string, ...params: readonly string[]): XapiFailure =>
    new XapiFailure(`${family}_PRECHECK_FAILED_${what}`, self, ...params);
  const { pool } = host;
  if (host.hotfixes.includes(patch.name)) throw new XapiFailure(`${family}_ALREADY_APPLIED`, self);
  if (!patch.staged)
    throw family === 'PATCH'
      ? new XapiFailure('CANNOT_FETCH_PATCH', patch.uuid)
      : new XapiFailure('CANNOT_FIND_UPDATE');
  if (!patch.versions.includes(host.version))
    throw refused('WRONG_SERVER_VERSION', host.version, patch.versions.join(', '));
  const missing = patch.requires.filter((name) => !host.hotfixes.includes(name));
  if (missing.length > 0)
    throw refused('PREREQUISITE_MISSING', missing.map((name) => patchUuid(pool, name)).join(';'));
  const conflict = patch.conflicts.find((name) => host.hotfixes.includes(name));
  // pool_patch has no word of its own for it: the hotfix's script fails
  if (conflict !== undefined)
    throw family === 'UPDATE'
      ? refused('CONFLICT_PRESENT', conflict)
      : refused('UNKNOWN_ERROR', `conflicts with ${conflict}`);
  const free = host.dom0.freeMib.root * 1024 * 1024;
  if (patch.bytes > free) throw refused('OUT_OF_SPACE', String(free), String(patch.bytes));
  if (family === 'PATCH' || patch.live === undefined) return 'ok';
  return patch.live === 'complete' ? 'ok_livepatch_complete' : 'ok_livepatch_incomplete';
}

/** A live patch that is whole, and nothing else is wanted: the one thing that may be done to a host in service. */
const isLive = (patch: SimPatch): boolean =>
  patch.live === 'complete' &&
  [...patch.guidance, ...patch.lateGuidance].every((word) => guidanceOf(word) === 'reboot');

export async function applyTo(call: Call, family: Family, patch: SimPatch, host: SimHost): Promise<string> {
  const { world, by } = call;
  const what = family === 'PATCH' ? 'pool_patch.apply' : 'pool_update.apply';
  if (family === 'PATCH' || !isLive(patch)) seePatch(world, host, by, `${what} of ${patch.name}`);
  const status = await precheck(call, family, patch, host);
  await world.cloud.time.sleep(SECONDS.patchApply);
  assertReachable(call, host);
  const strike = world.cloud.faults.strike('world:patch', host.name);
  if (strike?.how === 'fail')
    throw new XapiFailure(
      `${family}_APPLY_FAILED`,
      `${patch.name}: installation of package xen-hypervisor failed, exit code 1`,
    );
  const live = status === 'ok_livepatch_complete' && strike === undefined;
  hasIt(world, host, patch, live);
  return `${patch.name}: applied`;
}

function hasIt(world: XapiWorld, host: SimHost, patch: SimPatch, live: boolean): void {
  const { installed } = world.machine(host);
  host.hotfixes = [...host.hotfixes, patch.name].toSorted();
  installed.hotfixes = [...host.hotfixes];
  host.patching.appliedAt.set(patch.name, world.cloud.time.now());
  const words = [...patch.guidance, ...patch.lateGuidance];
  const saved = live && wantsReboot(words);
  for (const wanted of guidancesOf(words))
    if (!(saved && wanted === 'reboot')) host.patching.wants.add(wanted);
  const isUpdate = patch.vdi !== undefined;
  if (isUpdate && !live && wantsReboot(words))
    host.traits = { ...host.traits, rebootsFor: [...host.traits.rebootsFor, patch.name].toSorted() };
  world.cloud.changed(host.pool, 'host', host.uuid);
  world.cloud.changed(host.pool, isUpdate ? 'pool_update' : 'pool_patch', patch.uuid);
}

/** Host after host; the ones behind a failure have nothing (F43). */
export async function applyToAll(call: Call, family: Family, patch: SimPatch): Promise<string> {
  const failed: string[] = [];
  for (const host of call.pool.hosts) {
    if (host.hotfixes.includes(patch.name)) continue;
    try {
      await applyTo(call, family, patch, host);
    } catch (error) {
      if (!(error instanceof XapiFailure) || family === 'PATCH') throw error;
      failed.push(refOf(host.uuid));
    }
  }
  if (failed.length > 0) throw new XapiFailure('UPDATE_POOL_APPLY_FAILED', ...failed);
  return '';
}

/** The row of this uuid, made from what hosts have where nobody uploaded it here. */
export const rowOf = (pool: SimPool, uuid: string): SimPatch | undefined =>
  pool.patching.known.find((patch) => patch.uuid === uuid) ??
  pool.hosts
    .flatMap((host) => host.hotfixes)
    .filter((name) => patchNamed(pool, name) === undefined && patchUuid(pool, name) === uuid)
    .map((name): SimPatch => ({
      uuid,
      name,
      kind: 'hotfix',
      versions: [],
      requires: [],
      conflicts: [],
      guidance: [],
      lateGuidance: [],
      bytes: 0,
      staged: false,
    }))[0];
