/** Hotfixes and updates of the pretend pools: which rows there are, what they say, what a restart makes of what is wanted. */
import { guidanceOf, providerFor, type Guidance } from '../domain/patching';
import { artefactOf } from './artefact';
import { uuidOf } from './identity';
import type { SimHost, SimPool } from './model';
import { NOTHING_PENDING, type PatchesFile, type SimPatch } from './patching';

/** Where a pool takes single hotfixes, a pending guidance is that of a hotfix which came after the boot. */
export function applyLate(pool: SimPool, file: PatchesFile | undefined, startAt: number): void {
  for (const host of pool.hosts) {
    const pending = (file?.hosts?.[host.uuid] ?? file?.hosts?.[host.name])?.pending ?? [];
    const name = host.hotfixes.at(-1);
    if (providerFor(host.brand, host.version) !== 'pool_patch' || pending.length === 0 || name === undefined)
      continue;
    host.patching.appliedAt.set(name, startAt - 3_600_000);
    const uuid = uuidOf('pool_patch', pool.uuid, name);
    if (patchNamed(pool, name)) continue;
    pool.patching.known.push({
      ...artefactOf({ uuid, name, versions: [host.version], guidance: pending }),
      bytes: 4096,
      staged: false,
    });
  }
}

const HOUR_MS = 3_600_000;

/** What FILE says of the traits of a host: hotfixes that came after its start, and what XAPI asks for. */
export function wantedByTraits(pool: SimPool): void {
  for (const host of pool.hosts) {
    const { rebootsFor, restartsFor = [], guidance = [] } = host.traits;
    const { mandatory } = host.patching.pending;
    host.patching.pending = {
      ...host.patching.pending,
      mandatory: [...new Set([...mandatory, ...guidance])],
    };
    if (providerFor(host.brand, host.version) !== 'pool_patch') continue;
    for (const name of rebootsFor) cameLate(pool, host, name, 'reboot', host.bootTime);
    for (const name of restartsFor) cameLate(pool, host, name, 'restart-toolstack', host.agentStartTime);
  }
}

function cameLate(pool: SimPool, host: SimHost, name: string, asks: Guidance, started: number): void {
  host.patching.appliedAt.set(name, started * 1000 + HOUR_MS);
  if (patchNamed(pool, name)) return;
  const uuid = uuidOf('pool_patch', pool.uuid, name);
  pool.patching.known.push({
    ...artefactOf({ uuid, name, versions: [host.version], guidance: [asks] }),
    bytes: 4096,
    staged: false,
  });
}

export const patchNamed = (pool: SimPool, name: string): SimPatch | undefined =>
  pool.patching.known.find((patch) => patch.name === name);

/** XAPI's words of a row now: some are seen only after somebody has it. */
export const guidanceNow = (pool: SimPool, patch: SimPatch): readonly string[] =>
  pool.hosts.some((host) => host.hotfixes.includes(patch.name))
    ? [...new Set([...patch.guidance, ...patch.lateGuidance])]
    : patch.guidance;

/** A boot does whatever was wanted of the host; a restart of the toolstack does that alone. */
export function restarted(host: SimHost, why: 'boot' | 'toolstack'): void {
  if (why === 'boot') {
    host.patching.wants.clear();
    host.patching.pending = NOTHING_PENDING;
    if (host.traits.rebootsFor.length > 0) host.traits = { ...host.traits, rebootsFor: [] };
    return;
  }
  host.patching.wants.delete('restart-toolstack');
  const { mandatory, recommended, full } = host.patching.pending;
  const others = (list: readonly Guidance[]) => list.filter((one) => one !== 'restart-toolstack');
  host.patching.pending = {
    mandatory: others(mandatory),
    recommended: others(recommended),
    full: others(full),
  };
}

/** A new root file system has none of them. */
export function forgetPatches(host: SimHost): void {
  host.patching = { appliedAt: new Map(), updates: new Set(), pending: NOTHING_PENDING, wants: new Set() };
}

/** Whether a live patch makes a reboot needless. */
export const wantsReboot = (words: readonly string[]): boolean =>
  words.some((word) => guidanceOf(word) === 'reboot');
