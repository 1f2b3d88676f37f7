/** Patches in our words, whatever a release calls them: who takes them how, what is there, what is still wanted (xapi §8). Pure. */
import { compareVersions } from './version';
import { familyOf } from './version-eras';

/** pool_patch: up to 7.0; pool_update: from 7.1; repository: XenServer 8 and XCP-ng 8.3; updater: XCP-ng 7.x/8.0–8.2, plugin updater.py. */
export const PATCH_PROVIDERS = ['pool_patch', 'pool_update', 'repository', 'updater'] as const;
export type PatchProvider = (typeof PATCH_PROVIDERS)[number];

/** What is wanted of a host, or of its VMs, so that a patch takes effect. */
export const GUIDANCE = ['none', 'restart-toolstack', 'reboot', 'evacuate', 'restart-vms'] as const;
export type Guidance = (typeof GUIDANCE)[number];

/** Before 7.1 only a hotfix is a patch; the others are packs that a plugin installs (xc §3.6). */
export const ARTEFACT_KINDS = ['hotfix', 'driver-disk', 'supplemental-pack'] as const;
export type ArtefactKind = (typeof ARTEFACT_KINDS)[number];

/** What is put on a pool before the window. */
export interface StagedArtefact {
  readonly uuid: string;
  /** As XAPI shows it once it is applied. */
  readonly name: string;
  readonly kind: ArtefactKind;
  /** Path on the worker, or a URL. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A file as people may read it: of a URL the last part of its path alone, for login and query may be secret. */
export function shownFile(file: string): string {
  if (!/^https?:/i.test(file)) return file;
  const path = file.replace(/^https?:\/*[^/?#]*/i, '').replace(/[?#].*$/, '');
  return path.split('/').findLast((part) => part !== '') ?? 'a web server';
}

/** What a pool holds and what its hosts have, whatever the provider. Everything by name as XAPI shows it; uuid where there is one. */
export interface PatchesSeen {
  /** On the master or in an SR, ready to be applied. */
  readonly staged: readonly {
    readonly uuid: string;
    readonly name: string;
    readonly guidance: readonly Guidance[];
  }[];
  /** Host uuid → … */
  readonly hosts: Readonly<Record<string, HostPatchesSeen>>;
  /** repository/updater: hash of the synchronised metadata, absent before the first synchronisation; syncing/applying now. */
  readonly updateHash?: string;
  readonly busy?: string;
  /** Names of what we have begun to bring and is not ready to be applied: half a disk, or a whole one nobody has introduced. */
  readonly begun?: readonly string[];
  /** On its way to the pool from this very process: bytes sent, by name. */
  readonly sending?: Readonly<Record<string, number>>;
}

export interface HostPatchesSeen {
  readonly applied: readonly string[];
  /**
   * Still wanted after what was applied: from pending guidances, updates_requiring_reboot, or (pool_patch) guidance of what
   * was applied since the host's boot / agent start. What a provider cannot show is in `hidesGuidance`.
   */
  readonly pending: readonly Guidance[];
  /** repository: wanted for the full effect only; nothing is unsafe without. */
  readonly full?: readonly Guidance[];
  /** repository/updater: packages or updates that a host could still take; absent elsewhere, and where it would not say. */
  readonly available?: readonly { readonly name: string; readonly guidance: readonly Guidance[] }[];
}

export type Precheck =
  | { readonly ok: true; readonly live?: 'complete' | 'incomplete' }
  | { readonly ok: false; readonly code: string; readonly says: string };

/** How a host of this release takes patches; undefined where we know no way. */
export function providerFor(brand: string, version: string): PatchProvider | undefined {
  if (!/^\d+(\.\d+)*$/.test(version)) return undefined;
  const since = (release: string): boolean => compareVersions(version, release) >= 0;
  if (familyOf(brand) === 'XCP-ng') {
    if (since('8.3')) return 'repository';
    return since('7.4') ? 'updater' : undefined;
  }
  // 8.4 is what XenServer 8 calls itself (xapi §5.2)
  if (since('8.4')) return 'repository';
  if (since('7.1')) return 'pool_update';
  return since('5.6') ? 'pool_patch' : undefined;
}

/**
 * What `pending` never names, though it may be wanted: pool_update keeps no time of an application, so a toolstack restart
 * after it is nowhere to be seen; updater.py says nothing at all of reboots (xapi §8.2, §8.4). Then the plan's word counts.
 */
export const hidesGuidance = (provider: PatchProvider, guidance: Guidance): boolean =>
  provider === 'updater' || (provider === 'pool_update' && guidance !== 'reboot' && guidance !== 'none');

/** XAPI's words in all their ages: pool_patch's, those of the records, those of /updates (xapi §8; xc §3.7.4). */
const WORDS: Readonly<Record<string, Guidance>> = {
  none: 'none',
  restarthost: 'reboot',
  reboothost: 'reboot',
  // stands in a list of what is pending only once the live patch has failed
  reboothostonlivepatchfailure: 'reboot',
  reboothostonkernellivepatchfailure: 'reboot',
  reboothostonxenlivepatchfailure: 'reboot',
  restartxapi: 'restart-toolstack',
  restarttoolstack: 'restart-toolstack',
  evacuatehost: 'evacuate',
  restarthvm: 'restart-vms',
  restartpv: 'restart-vms',
  restartdevicemodel: 'restart-vms',
  restartvm: 'restart-vms',
};

/** A word that is not known reads as a reboot, as XAPI itself reads it (xc §3.7.4). */
export const guidanceOf = (word: string): Guidance =>
  WORDS[word.replaceAll('_', '').toLowerCase()] ?? 'reboot';

/** Each once, in the order of GUIDANCE, nothing that says "nothing". */
export const guidancesOf = (words: readonly string[]): readonly Guidance[] => {
  const wanted = new Set(words.map((word) => guidanceOf(word)));
  return GUIDANCE.filter((one) => one !== 'none' && wanted.has(one));
};

/**
 * XCP-ng's plugin says nothing of reboots (xapi §8.4), so the names of packages do. Only what surely needs less is named
 * here: what serves the toolstack and is started anew with it…
 */
const TOOLSTACK_PACKAGES =
  /^(xapi(-core|-xe|-tests|-rrd2csv|-storage-script)?|xcp-rrdd(-plugins)?|xcp-networkd|xcp-ng-xapi-plugins|message-switch|squeezed|forkexecd|guest-templates-json(-.+)?)$/;
/** …and what no VM and no toolstack runs: shells' tools, texts, and servers that their own packages start anew. */
const QUIET_PACKAGES =
  /^(openssh(-server|-clients)?|vim(-.+)?|nano|less|htop|tzdata|man-db|man-pages|curl|wget|rsync|bash-completion|xsconsole)$/;

/** Whatever is not known wants a reboot: a driver, a microcode, a library that everything has open. */
export function guidanceOfPackage(name: string): Guidance {
  if (QUIET_PACKAGES.test(name)) return 'none';
  return TOOLSTACK_PACKAGES.test(name) ? 'restart-toolstack' : 'reboot';
}
