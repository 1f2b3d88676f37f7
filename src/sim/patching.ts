/** What a pool and its hosts hold of hotfixes and updates, and what FILE may say of that. */
import { z } from 'zod';
import { GUIDANCE, providerFor, type Guidance } from '../domain/patching';
import { artefactOf, type SimArtefact } from './artefact';
import { uuidOf } from './identity';

const guidances = z.array(z.enum(GUIDANCE));
const named = z.strictObject({ name: z.string(), guidance: guidances });

/** As a snapshot shows it. */
export const patchesShape = z.strictObject({
  staged: z.array(z.strictObject({ uuid: z.string(), name: z.string(), guidance: guidances })).optional(),
  /** By uuid or name of the host. */
  hosts: z
    .record(
      z.string(),
      z.strictObject({
        applied: z.array(z.string()).optional(),
        pending: guidances.optional(),
        full: guidances.optional(),
        available: z.array(named).optional(),
      }),
    )
    .optional(),
  updateHash: z.string().optional(),
  /** What is under way is in the operations of pool and hosts. */
  busy: z.string().optional(),
});
export type PatchesFile = z.infer<typeof patchesShape>;

/** What the servers of a repository have: in `hidden`, because no host knows before it is synchronised. */
export const offersShape = z.array(
  named.extend({
    /** What it turns out to want once somebody has it. */
    late: guidances.optional(),
  }),
);
export type OffersFile = z.infer<typeof offersShape>;

/** A row of pool_patch or pool_update. */
export interface SimPatch extends SimArtefact {
  readonly bytes: number;
  /** Its file is on the master, or in `vdi`. */
  staged: boolean;
  vdi?: string;
}

/** A disk that a client made: what carries an update or a pack. */
export interface SimDisk {
  readonly uuid: string;
  readonly sr: string;
  readonly name: string;
  readonly description: string;
  readonly bytes: number;
  otherConfig: Readonly<Record<string, string>>;
  artefact?: SimArtefact;
}

export type SimUpdate = Readonly<OffersFile[number]>;

export interface SimPoolPatching {
  readonly known: SimPatch[];
  readonly disks: SimDisk[];
  /** On the servers. */
  offered: readonly SimUpdate[];
  synced?: { readonly hash: string; readonly at: number; readonly updates: readonly SimUpdate[] };
  syncing: boolean;
}

export interface SimHostPatching {
  /** Hotfix → epoch ms; absent: long ago. */
  readonly appliedAt: Map<string, number>;
  /** Updates of a repository, or packages, that it has. */
  readonly updates: Set<string>;
  pending: {
    readonly mandatory: readonly Guidance[];
    readonly recommended: readonly Guidance[];
    readonly full: readonly Guidance[];
  };
  /** What it needs and has not had, whether or not XAPI shows it. */
  readonly wants: Set<Guidance>;
  /** apply_updates, or yum behind the plugin, is at work. */
  busy?: string;
}

export const NOTHING_PENDING: SimHostPatching['pending'] = { mandatory: [], recommended: [], full: [] };

/** What a repository has where nobody says. */
const OFFERS: readonly SimUpdate[] = [
  { name: 'XS-2026-0001', guidance: ['restart-toolstack'] },
  { name: 'XS-2026-0002', guidance: ['reboot'] },
];
/** …and yum of XCP-ng 8.2 and older. */
const PACKAGES: readonly SimUpdate[] = ['kernel', 'xapi-core', 'openssh-server'].map((name) => ({
  name,
  guidance: [],
}));

export function poolPatchingOf(
  file: PatchesFile | undefined,
  offers: OffersFile | undefined,
  pool: { readonly brand: string; readonly version: string; readonly startAt: number },
): SimPoolPatching {
  const provider = providerFor(pool.brand, pool.version);
  const available = Object.values(file?.hosts ?? {}).flatMap((host) => host.available ?? []);
  const listed = [...new Map(available.map((one) => [one.name, one])).values()];
  const updates = provider === 'updater' && listed.length > 0 ? listed : undefined;
  const offered = offers ?? updates ?? (provider === 'updater' ? PACKAGES : OFFERS);
  return {
    known: (file?.staged ?? []).map(({ uuid, name, guidance }) => ({
      ...artefactOf({ uuid, name, versions: [pool.version], guidance }),
      bytes: 4096,
      staged: true,
      // before 7.1 it lies on the master's own disk
      ...(provider !== 'pool_patch' && { vdi: uuidOf('update-vdi', uuid) }),
    })),
    disks: [],
    offered: file?.updateHash === undefined || offers ? offered : listed,
    ...(file?.updateHash !== undefined && {
      synced: { hash: file.updateHash, at: pool.startAt - 3_600_000, updates: listed },
    }),
    syncing: false,
  };
}

export function hostPatchingOf(
  file: PatchesFile | undefined,
  host: { readonly uuid: string; readonly name: string },
  pool: Pick<SimPoolPatching, 'offered' | 'synced'>,
): SimHostPatching {
  const own = file?.hosts?.[host.uuid] ?? file?.hosts?.[host.name];
  const missing = own?.available?.map(({ name }) => name);
  const all = pool.synced?.updates ?? pool.offered;
  return {
    appliedAt: new Map(),
    updates: new Set(missing ? all.map(({ name }) => name).filter((name) => !missing.includes(name)) : []),
    pending: { mandatory: own?.pending ?? [], recommended: [], full: own?.full ?? [] },
    wants: new Set(own?.pending ?? []),
  };
}
