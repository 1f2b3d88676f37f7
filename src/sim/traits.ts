/** The facts beside machines and places: what FILE may say of them, and what they are where it says nothing. */
import { z } from 'zod';
import { GUIDANCE } from '../domain/patching';
import type { HostTraits, PoolTraits, VmTraits } from '../domain/traits';

const text = z.string();
const texts = z.array(text);
const count = z.number().int().nonnegative();

export const hostTraitsShape = z.strictObject({
  maintenanceMode: z.boolean().optional(),
  operations: texts.optional(),
  powerOnMode: text.optional(),
  iqn: text.optional(),
  multipathing: z.boolean().optional(),
  licence: z
    .strictObject({
      edition: text.optional(),
      expiry: z.iso.datetime().optional(),
      expiryUnread: text.optional(),
      motion: z.boolean().optional(),
    })
    .optional(),
  cpu: z.strictObject({ vendor: text.optional(), features: text.optional() }).optional(),
  legacySsl: z.boolean().optional(),
  packs: texts.optional(),
  rebootsFor: texts.optional(),
  restartsFor: texts.optional(),
  guidance: z.array(z.enum(GUIDANCE)).optional(),
  clustered: z.literal(true).optional(),
  certificateBits: z.number().int().min(512).max(16_384).multipleOf(8).optional(),
  latestUpdates: z.enum(['yes', 'no', 'unknown']).optional(),
  clockSkewSeconds: z.number().int().optional(),
});
export const vmTraitsShape = z.strictObject({
  operations: texts.optional(),
  blocked: z.record(text, text).optional(),
  autoPowerOn: z.boolean().optional(),
  haPriority: text.optional(),
  inAppliance: z.boolean().optional(),
  affinity: text.optional(),
  paravirtual: z.boolean().optional(),
  coresPerSocket: z.number().int().positive().optional(),
  toolsOutdated: z.literal(true).optional(),
  snapshotAt: z.iso.datetime().optional(),
  cpuBeyond: text.optional(),
});
export const poolTraitsShape = z.strictObject({
  operations: texts.optional(),
  tasks: texts.optional(),
  messages: count.optional(),
  vswitchController: text.optional(),
  healthCheck: z.literal(true).optional(),
  repositories: z.strictObject({ count, syncedAt: z.iso.datetime().optional() }).optional(),
});
export const cloudStackTraitsShape = z.strictObject({
  capabilities: z
    .array(z.strictObject({ version: text, maxGuests: count, storageMotion: z.boolean() }))
    .optional(),
  guestOsMappings: z.record(text, count).optional(),
  settings: z.record(text, text).optional(),
  key: z.strictObject({ account: text.optional(), rootAdmin: z.boolean() }).optional(),
  missingCalls: texts.optional(),
  clockSkewSeconds: z.number().int().optional(),
});

type HostTraitsFile = z.infer<typeof hostTraitsShape>;
type VmTraitsFile = z.infer<typeof vmTraitsShape>;

/** Whatever a hand or a call may change in the course of a story. */
type Changing<T> = { -readonly [key in keyof T]: T[key] };
export type SimHostTraits = Changing<Omit<HostTraits, 'clockSkewSeconds' | 'certificateBits'>> & {
  readonly clockSkewSeconds: number;
  readonly certificateBits: number;
};
export type SimVmTraits = Changing<VmTraits>;
export type SimPoolTraits = PoolTraits;
/** Only what FILE says: the rest comes from the profile of the CloudStack. */
export type SimCloudStackTraits = z.infer<typeof cloudStackTraitsShape>;

/** A licence that outlives every story. */
const NO_END = '2030-01-01T00:00:00.000Z';
/** Of the key that the installer makes. */
const INSTALLED_BITS = 2048;

export function hostTraitsOf(file: HostTraitsFile | undefined, uuid: string): SimHostTraits {
  return {
    maintenanceMode: file?.maintenanceMode ?? false,
    operations: file?.operations ?? [],
    powerOnMode: file?.powerOnMode ?? '',
    iqn: file?.iqn ?? `iqn.2015-01.com.example:${uuid.slice(0, 8)}`,
    multipathing: file?.multipathing ?? false,
    licence: {
      edition: file?.licence?.edition ?? 'free',
      expiry: file?.licence?.expiry ?? NO_END,
      ...(file?.licence?.expiryUnread !== undefined && { expiryUnread: file.licence.expiryUnread }),
      motion: file?.licence?.motion ?? true,
    },
    cpu: { vendor: file?.cpu?.vendor ?? 'GenuineIntel', features: file?.cpu?.features ?? '' },
    legacySsl: file?.legacySsl ?? true,
    packs: file?.packs ?? [],
    rebootsFor: file?.rebootsFor ?? [],
    restartsFor: file?.restartsFor ?? [],
    guidance: file?.guidance ?? [],
    ...(file?.clustered && { clustered: true }),
    certificateBits: file?.certificateBits ?? INSTALLED_BITS,
    ...(file?.latestUpdates !== undefined && { latestUpdates: file.latestUpdates }),
    clockSkewSeconds: file?.clockSkewSeconds ?? 0,
  };
}

export const vmTraitsOf = (file: VmTraitsFile | undefined): SimVmTraits => ({
  operations: file?.operations ?? [],
  blocked: file?.blocked ?? {},
  autoPowerOn: file?.autoPowerOn ?? false,
  haPriority: file?.haPriority ?? '',
  inAppliance: file?.inAppliance ?? false,
  ...(file?.affinity !== undefined && { affinity: file.affinity }),
  paravirtual: file?.paravirtual ?? false,
  coresPerSocket: file?.coresPerSocket ?? 1,
  ...(file?.toolsOutdated && { toolsOutdated: true }),
  ...(file?.snapshotAt !== undefined && { snapshotAt: file.snapshotAt }),
  ...(file?.cpuBeyond !== undefined && { cpuBeyond: file.cpuBeyond }),
});

export const poolTraitsOf = (file: z.infer<typeof poolTraitsShape> | undefined): SimPoolTraits => ({
  operations: file?.operations ?? [],
  tasks: file?.tasks ?? [],
  messages: file?.messages ?? 0,
  vswitchController: file?.vswitchController ?? '',
  ...(file?.healthCheck && { healthCheck: true }),
  ...(file?.repositories && {
    repositories: {
      count: file.repositories.count,
      ...(file.repositories.syncedAt !== undefined && { syncedAt: file.repositories.syncedAt }),
    },
  }),
});
