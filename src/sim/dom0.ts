/** dom0 of a simulated host: what FILE says of it, what it is where FILE says nothing, and what an installer leaves of it. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TIME_SYNC, type Customisations, type Layout, type TimeSync } from '../domain/dom0';
import { compareVersions } from '../domain/version';

const text = z.string();
const count = z.number().int().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const dom0Shape = z.strictObject({
  disk: z
    .strictObject({
      device: text.optional(),
      gib: count.optional(),
      layout: z.enum(['old', 'new']).optional(),
      utilityPartition: z.boolean().optional(),
      /** uuids or names. */
      srs: z.array(text).optional(),
    })
    .optional(),
  freeMib: z.strictObject({ root: count, log: count }).optional(),
  safe2upgrade: z.boolean().optional(),
  blobs: count.optional(),
  customisations: z
    .strictObject({
      rcLocal: z.strictObject({ lines: count, sha256: digest.optional() }).optional(),
      crontabs: z.array(z.strictObject({ path: text, sha256: digest.optional() })).optional(),
      mounts: z.array(text).optional(),
    })
    .optional(),
  pythons: z.array(text).optional(),
  managementInterface: text.optional(),
  timeSync: z.enum(TIME_SYNC).optional(),
  /** Reported by a snapshot; says nothing about the machine. */
  unread: z.array(z.strictObject({ what: text, why: text })).optional(),
});
export type Dom0File = z.infer<typeof dom0Shape>;

export interface SimDom0 {
  readonly disk: {
    /** `/dev/mapper/…`: boots from a SAN, and the kernel lists no disk of that name. */
    readonly device: string;
    readonly gib: number;
    readonly layout: Layout;
    readonly utilityPartition: boolean;
    /** uuids. */
    readonly srs: readonly string[];
  };
  readonly freeMib: { readonly root: number; readonly log: number };
  readonly safe2upgrade: boolean;
  readonly blobs: number;
  readonly customisations: Customisations;
  readonly pythons: readonly string[];
  readonly managementInterface: string;
  readonly timeSync: TimeSync;
}

export const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

/** The disk of the host in seed 004: 146 GB. */
const DISK_GIB = 136;
/** What a year leaves of a 4 GB root, and of one of 18 GB with 4 GB for logs. */
const FREE_OLD_MIB = 1800;
const FREE_NEW_MIB = { root: 14_000, log: 3000 } as const;

/** rc.local as it is delivered. */
const STOCK_RC_LOCAL = [
  '#!/bin/sh',
  '# runs after all the other init scripts',
  'touch /var/lock/subsys/local',
];

/** So many lines that somebody added. */
export const rcLocalText = (lines: number): string =>
  [
    ...STOCK_RC_LOCAL,
    ...Array.from({ length: lines }, (_, n) => `/usr/local/sbin/our-setup ${n + 1}`),
    '',
  ].join('\n');

/** 8.4 and XCP-ng 8.3 brought Python 3 for dom0's own scripts; CentOS 5 of 6.5 and older has 2.4 (cs §8.2). */
function pythonsOf(version: string): readonly string[] {
  if (compareVersions(version, '7.0') < 0) return ['2.4.3'];
  return compareVersions(version, '8.3') < 0 ? ['2.7.5'] : ['2.7.5', '3.6.8'];
}

const layoutOf = (version: string): Layout => (compareVersions(version, '7.0') < 0 ? 'old' : 'new');

const freeOn = (layout: Layout): SimDom0['freeMib'] =>
  layout === 'old' ? { root: FREE_OLD_MIB, log: FREE_OLD_MIB } : FREE_NEW_MIB;

export function dom0Of(
  file: Dom0File | undefined,
  host: {
    readonly version: string;
    /** uuids of local SRs that the installer, or somebody, made. */
    readonly localSrs: readonly string[];
    readonly managementDevice: string | undefined;
    readonly messages: number;
    readonly srUuid: (word: string) => string;
  },
): SimDom0 {
  const layout = file?.disk?.layout ?? layoutOf(host.version);
  const lines = file?.customisations?.rcLocal?.lines ?? 0;
  return {
    disk: {
      device: file?.disk?.device ?? '/dev/sda',
      gib: file?.disk?.gib ?? DISK_GIB,
      layout,
      utilityPartition: file?.disk?.utilityPartition ?? false,
      srs: file?.disk?.srs?.map(host.srUuid) ?? host.localSrs,
    },
    freeMib: file?.freeMib ?? freeOn(layout),
    safe2upgrade: file?.safe2upgrade ?? false,
    blobs: file?.blobs ?? host.messages,
    customisations: {
      rcLocal: { lines, sha256: file?.customisations?.rcLocal?.sha256 ?? sha256(rcLocalText(lines)) },
      crontabs: (file?.customisations?.crontabs ?? []).map((one) => ({
        path: one.path,
        sha256: one.sha256 ?? sha256(one.path),
      })),
      mounts: file?.customisations?.mounts ?? [],
    },
    pythons: file?.pythons ?? pythonsOf(host.version),
    managementInterface: file?.managementInterface ?? bridgeOf(host.managementDevice),
    timeSync: file?.timeSync ?? 'synchronised',
  };
}

/** `eth0` has the bridge xenbr0; a bond or VLAN has one that xapi numbers. */
function bridgeOf(device: string | undefined): string {
  const card = /^eth(\d+)$/.exec(device ?? '')?.[1];
  return card === undefined ? 'xapi0' : `xenbr${card}`;
}

/** The smallest disk that takes the new layout (seed 004). */
const NEW_LAYOUT_GIB = 46;

/** A new root: nothing that people put into the old one is in it. The layout changes only where the mark asks for it. */
export function afterInstaller(dom0: SimDom0, version: string): SimDom0 {
  const repartitions = dom0.safe2upgrade && layoutOf(version) === 'new' && dom0.disk.gib >= NEW_LAYOUT_GIB;
  const layout = repartitions ? 'new' : dom0.disk.layout;
  return {
    ...dom0,
    disk: { ...dom0.disk, layout },
    freeMib: freeOn(layout),
    safe2upgrade: false,
    customisations: { rcLocal: { lines: 0, sha256: sha256(rcLocalText(0)) }, crontabs: [], mounts: [] },
    pythons: pythonsOf(version),
  };
}
