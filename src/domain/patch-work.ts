/**
 * Which patches a run brings to which host, in which order and with what afterwards: fixed when the plan is made. Hosts
 * that lack nothing are left out, and a host is rebooted once, however many patches ask for it (seed 002; xc §3.4). Pure.
 */
import { hotfixesFor, isOrContains, type Hotfix, type HotfixPlan } from './hotfixes';
import {
  GUIDANCE,
  type ArtefactKind,
  type Guidance,
  type HostPatchesSeen,
  type PatchesSeen,
  type PatchProvider,
  type Precheck,
} from './patching';
import { masterFirst, type Snapshot } from './pool';
import { choosesHosts } from './version-eras';

/** What a person asks for: hotfixes by name, all that are missing, or all that the repositories have. */
export type PatchesAsked = readonly string[] | 'all' | 'latest';

export interface PatchWish {
  readonly asked: PatchesAsked;
  /** 1: CloudStack distributes the VMs; 2: they go where the plan says. Absent: 2 where CloudStack can. */
  readonly solution?: 1 | 2;
  /** VMs go home after their host's reboot, unless this is false. */
  readonly moveBack?: boolean;
}

export interface PatchArtefact {
  readonly uuid: string;
  readonly name: string;
  readonly kind: ArtefactKind;
  readonly guidance: Guidance;
  readonly requires: readonly string[];
  readonly file?: string;
  readonly sha256?: string;
  readonly bytes?: number;
}

export interface HostPatchWork {
  /** Names of the artefacts that it lacks, in order; of packages where it is everything that is available. */
  readonly missing: readonly string[];
  /** What it will need afterwards, what earlier patches still ask for included. */
  readonly expect: readonly Guidance[];
  /** All of it takes effect while VMs run: the host stays in service. */
  readonly live?: true;
}

export interface PatchWork {
  readonly provider: PatchProvider;
  readonly asked: PatchesAsked;
  /** In the order in which they are applied; empty where everything available is taken. */
  readonly artefacts: readonly PatchArtefact[];
  /** Of the repositories' metadata, as the plan has seen it. */
  readonly hash?: string;
  readonly solution: 1 | 2;
  readonly moveBack: boolean;
  /** By name, those that have something to do. */
  readonly hosts: Readonly<Record<string, HostPatchWork>>;
  readonly superseded: HotfixPlan['superseded'];
}

/** What was asked of the pool before planning; reading changes nothing. */
export interface PatchLook {
  /** Absent: no mechanism that we know, or it could not be asked. */
  readonly provider?: PatchProvider;
  readonly seen?: PatchesSeen;
  /** Why something of it could not be read. */
  readonly unread?: string;
  /** Host name → artefact name → answer, of what is staged and missing there. */
  readonly prechecks: Readonly<Record<string, Readonly<Record<string, Precheck>>>>;
  /** pool.check_update_readiness, one sentence each. */
  readonly readiness: readonly string[];
  /** Artefact name → what is wrong with its file. */
  readonly files: Readonly<Record<string, string>>;
}

/** The patches of a host by name, whoever knows of them. */
export const appliedOn = (pool: Snapshot, host: string, seen: PatchesSeen | undefined): readonly string[] => {
  const it = pool.hosts.find(({ name }) => name === host);
  return [...new Set([...(it?.hotfixes ?? []), ...(seen?.hosts[it?.uuid ?? '']?.applied ?? [])])];
};

/** Over all hosts: what is missing on any of them. A conflict counts with what any of them has. */
export function hotfixesOfPool(
  catalogue: readonly Hotfix[],
  pool: Snapshot,
  version: string,
  asked: PatchesAsked,
  seen?: PatchesSeen,
): HotfixPlan {
  const only = typeof asked === 'string' ? undefined : asked;
  const each = masterFirst(pool).map(({ name }) => appliedOn(pool, name, seen));
  const common = each[0]?.filter((name) => each.every((names) => names.includes(name))) ?? [];
  const plan = hotfixesFor(catalogue, version, common, only);
  const conflicts = each.flatMap((applied) => hotfixesFor(catalogue, version, applied, only).conflicts);
  const once = conflicts.filter(
    (one, at) =>
      conflicts.findIndex((other) => other.hotfix === one.hotfix && other.with === one.with) === at,
  );
  return { ...plan, conflicts: once };
}

export function patchWorkOf(
  pool: Snapshot,
  wish: PatchWish,
  look: PatchLook & { readonly provider: PatchProvider },
  plan: HotfixPlan,
): PatchWork {
  const { provider, seen } = look;
  const artefacts =
    wish.asked === 'latest' ? [] : plan.missing.map((one) => artefactOf(one, plan.missing, seen));
  const hosts = masterFirst(pool).flatMap(({ name, uuid }): [string, HostPatchWork][] => {
    const work =
      wish.asked === 'latest'
        ? everything(seen?.hosts[uuid])
        : named(artefacts, appliedOn(pool, name, seen), seen?.hosts[uuid], look.prechecks[name] ?? {}, look);
    return work ? [[name, work]] : [];
  });
  return {
    provider,
    asked: wish.asked,
    artefacts,
    ...(wish.asked === 'latest' && seen?.updateHash !== undefined && { hash: seen.updateHash }),
    solution: wish.solution ?? (choosesHosts(pool.cloudstack.version) ? 2 : 1),
    moveBack: wish.moveBack ?? true,
    hosts: Object.fromEntries(hosts),
    superseded: wish.asked === 'latest' ? [] : plan.superseded,
  };
}

/** What XAPI says of a staged one beats the catalogue. What contains a required one stands in its place. */
function artefactOf(hotfix: Hotfix, among: readonly Hotfix[], seen: PatchesSeen | undefined): PatchArtefact {
  const { uuid, name, kind, file, sha256, bytes } = hotfix;
  const requires = hotfix.requires.map((one) => among.find((other) => isOrContains(other, one))?.name ?? one);
  const staged = seen?.staged.find((one) => one.uuid === uuid);
  return {
    uuid,
    name,
    kind,
    guidance: staged ? heaviest(staged.guidance) : hotfix.guidance,
    requires,
    ...(file !== undefined && { file }),
    ...(sha256 !== undefined && { sha256 }),
    ...(bytes !== undefined && { bytes }),
  };
}

/** What is wanted most, in the order of what it does to a host. */
const WEIGHT: readonly Guidance[] = ['reboot', 'evacuate', 'restart-vms', 'restart-toolstack', 'none'];
const heaviest = (all: readonly Guidance[]): Guidance => WEIGHT.find((one) => all.includes(one)) ?? 'none';

const inOrder = (all: readonly Guidance[]): readonly Guidance[] =>
  GUIDANCE.filter((one) => one !== 'none' && all.includes(one));

function named(
  artefacts: readonly PatchArtefact[],
  applied: readonly string[],
  seen: HostPatchesSeen | undefined,
  prechecks: Readonly<Record<string, Precheck>>,
  { provider }: PatchLook,
): HostPatchWork | undefined {
  const missing = artefacts.filter(({ name }) => !applied.includes(name));
  const pending = inOrder(seen?.pending ?? []);
  if (missing.length === 0 && pending.length === 0) return undefined;
  const expect = inOrder([...pending, ...missing.map(({ guidance }) => guidance)]);
  // a live patch saves the reboot, and nothing else that a hotfix may ask for
  const live =
    provider === 'pool_update' &&
    pending.length === 0 &&
    expect.every((guidance) => guidance === 'reboot') &&
    missing.every(({ name }) => {
      const answer = prechecks[name];
      return answer?.ok === true && answer.live === 'complete';
    });
  return { missing: missing.map(({ name }) => name), expect: live ? [] : expect, ...(live && { live }) };
}

/** Before the first synchronisation nobody knows what there is, so every host has its turn. */
function everything(seen: HostPatchesSeen | undefined): HostPatchWork | undefined {
  if (!seen?.available) return { missing: [], expect: ['reboot'] };
  const pending = inOrder(seen.pending);
  if (seen.available.length === 0 && pending.length === 0) return undefined;
  return {
    missing: seen.available.map(({ name }) => name),
    expect: inOrder([...pending, ...seen.available.flatMap(({ guidance }) => guidance)]),
  };
}

/** Hosts that leave service, the master first. */
export const withTurns = (pool: Snapshot, { hosts }: Pick<PatchWork, 'hosts'>): readonly string[] =>
  masterFirst(pool).flatMap(({ name }) => (hosts[name] && !hosts[name].live ? [name] : []));

const rebootsIn = (work: Pick<PatchWork, 'hosts'>): readonly string[] =>
  Object.entries(work.hosts).flatMap(([name, { expect }]) => (expect.includes('reboot') ? [name] : []));

export const countOf = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** "12 hotfixes in this order: A, B", as a sentence begins. */
export function patchesInWords({ asked, artefacts }: Pick<PatchWork, 'asked' | 'artefacts'>): string {
  if (asked === 'latest') return 'Everything that the repositories have';
  if (artefacts.length === 0) return 'No further hotfix';
  const kinds = artefacts.every(({ kind }) => kind === 'hotfix')
    ? countOf(artefacts.length, 'hotfix', 'hotfixes')
    : countOf(artefacts.length, 'hotfix, driver or pack', 'hotfixes, drivers and packs');
  return `${kinds} in this order: ${artefacts.map(({ name }) => name).join(', ')}`;
}

/** "one reboot per host: 3 reboots": however many patches ask for it, a host is rebooted once. */
export function rebootsInWords(work: Pick<PatchWork, 'hosts'>): string {
  const some = rebootsIn(work);
  if (some.length === 0) return 'no reboot';
  const all = Object.keys(work.hosts).length === some.length;
  const which = all ? 'one reboot per host' : `one reboot of ${some.join(', ')}`;
  return `${which}: ${countOf(some.length, 'reboot', 'reboots')}`;
}

export const struckOut = ({ superseded }: Pick<PatchWork, 'superseded'>): readonly string[] =>
  superseded.map(({ hotfix, by }) => `Not installed: ~${hotfix}~, ${by} contains it`);
