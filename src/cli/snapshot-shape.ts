/** A snapshot key by key: what `plan --json` prints and `plan --snapshot` reads. Strict: a key more is a mistake somebody made. */
import { z } from 'zod';
import { TIME_SYNC, type Dom0Snapshot } from '../domain/dom0';
import { GUIDANCE } from '../domain/patching';
import type { Snapshot } from '../domain/pool';
import type { CloudStackTraits, HostTraits, PoolTraits, VmTraits } from '../domain/traits';

const text = z.string();
const texts = z.array(text);
const mib = z.number().int().nonnegative().describe('MiB');
const time = z.iso.datetime().describe('ISO 8601, pool time');
const optionalText = text.exactOptional();

const count = z.number().int();
const hostTraits = z.strictObject({
  maintenanceMode: z.boolean(),
  operations: texts,
  powerOnMode: text,
  iqn: text,
  multipathing: z.boolean(),
  licence: z.strictObject({
    edition: text,
    expiry: time.exactOptional(),
    expiryUnread: text.describe('what is no date').exactOptional(),
    motion: z.boolean(),
  }),
  cpu: z.strictObject({ vendor: text, features: text }),
  legacySsl: z.boolean(),
  packs: texts,
  rebootsFor: texts,
  restartsFor: texts.exactOptional(),
  guidance: z.array(z.enum(GUIDANCE)).exactOptional(),
  clustered: z.literal(true).exactOptional(),
  certificateBits: count.exactOptional(),
  latestUpdates: optionalText,
  clockSkewSeconds: count.describe('ahead of the master').exactOptional(),
}) satisfies z.ZodType<HostTraits>;
const dom0 = z.strictObject({
  disk: z
    .strictObject({
      device: text,
      gib: count.describe('rounded down').exactOptional(),
      layout: z.enum(['old', 'new']),
      utilityPartition: z.boolean(),
      srs: texts.describe('uuids of SRs on it'),
    })
    .exactOptional(),
  freeMib: z.strictObject({ root: mib, log: mib }).exactOptional(),
  safe2upgrade: z.boolean().exactOptional(),
  blobs: count.describe('files').exactOptional(),
  customisations: z
    .strictObject({
      rcLocal: z.strictObject({ lines: count, sha256: text }),
      crontabs: z.array(z.strictObject({ path: text, sha256: text })),
      mounts: texts.describe('mount point and type'),
    })
    .exactOptional(),
  pythons: texts.exactOptional(),
  managementInterface: optionalText,
  timeSync: z.enum(TIME_SYNC).exactOptional(),
  unread: z.array(z.strictObject({ what: text, why: text })).exactOptional(),
}) satisfies z.ZodType<Dom0Snapshot>;
const vmTraits = z.strictObject({
  operations: texts,
  blocked: z.record(text, text),
  autoPowerOn: z.boolean(),
  haPriority: text,
  inAppliance: z.boolean(),
  affinity: optionalText,
  paravirtual: z.boolean(),
  coresPerSocket: count,
  toolsOutdated: z.literal(true).exactOptional(),
  snapshotAt: time.exactOptional(),
  cpuBeyond: text.describe('features that the pool lacks').exactOptional(),
}) satisfies z.ZodType<VmTraits>;
const poolTraits = z.strictObject({
  operations: texts,
  tasks: texts,
  messages: count,
  vswitchController: text,
  healthCheck: z.literal(true).exactOptional(),
  repositories: z.strictObject({ count, syncedAt: time.exactOptional() }).exactOptional(),
}) satisfies z.ZodType<PoolTraits>;
const cloudStackTraits = z.strictObject({
  capabilities: z
    .array(z.strictObject({ version: text, maxGuests: count, storageMotion: z.boolean() }))
    .exactOptional(),
  guestOsMappings: z.record(text, count).exactOptional(),
  settings: z.record(text, text).exactOptional(),
  key: z.strictObject({ account: text, rootAdmin: z.boolean() }).exactOptional(),
  missingCalls: texts.exactOptional(),
  clockSkewSeconds: count.describe('ahead of us').exactOptional(),
}) satisfies z.ZodType<CloudStackTraits>;

const sr = z.strictObject({ uuid: text, name: text, type: text, shared: z.boolean() });

const host = z.strictObject({
  name: text,
  uuid: text,
  address: text,
  version: text,
  build: text,
  platform: text,
  brand: text,
  hotfixes: texts,
  enabled: z.boolean(),
  live: z.boolean(),
  bootedAt: time,
  memoryMib: z.strictObject({ total: mib, free: mib }),
  tags: texts,
  pbds: z.array(
    z.strictObject({
      sr: text.describe('uuid'),
      attached: z.boolean(),
      paths: z.strictObject({ up: count, of: count }).exactOptional(),
    }),
  ),
  pifs: z.array(
    z.strictObject({
      device: text,
      network: text,
      attached: z.boolean(),
      management: z.boolean(),
      vlan: count.exactOptional(),
      bond: z.strictObject({ cards: texts, linksUp: count }).exactOptional(),
    }),
  ),
  traits: hostTraits.exactOptional(),
  dom0: dom0.exactOptional(),
  cloudstack: z
    .strictObject({
      id: text,
      name: text,
      state: text,
      resourceState: text,
      hypervisorVersion: text,
      hostTags: texts.exactOptional(),
    })
    .exactOptional(),
});

const vm = z.strictObject({
  name: text.describe('XAPI name_label; CloudStack’s instance name'),
  uuid: text,
  kind: z.enum(['guest', 'router', 'ssvm', 'cpvm']),
  power: z.enum(['Running', 'Halted', 'Suspended', 'Paused']),
  on: optionalText,
  memoryMib: mib,
  vcpus: z.number().int(),
  tools: z.boolean(),
  cd: z.strictObject({ sr: text, name: text, byCloudStack: z.boolean() }).exactOptional(),
  disks: texts,
  networks: texts,
  devices: texts,
  traits: vmTraits.exactOptional(),
  cloudstack: z
    .strictObject({
      id: text,
      displayName: text,
      account: text,
      domain: optionalText,
      state: text,
      on: optionalText,
      haEnabled: z.boolean(),
      redundantGroup: optionalText,
      hostTags: texts.exactOptional(),
      apart: texts.exactOptional(),
      backedUpAt: time.exactOptional(),
    })
    .exactOptional(),
});

export const snapshotShape = z.strictObject({
  v: z.literal(1),
  takenAt: time,
  name: text,
  uuid: text,
  master: text,
  ha: z.strictObject({
    on: z.boolean(),
    srs: texts,
    tolerates: z.number().int(),
    configuration: z.record(text, text),
    allowOvercommit: z.boolean(),
  }),
  wlb: z.strictObject({ on: z.boolean(), url: text }),
  rollingUpgradeFlag: z.boolean(),
  autoPowerOn: z.boolean(),
  traits: poolTraits.exactOptional(),
  cloudstack: z.strictObject({
    version: text,
    clusterId: text,
    clusterName: text,
    managedState: text,
    allocationState: text,
    managementServers: z.array(
      z.strictObject({
        name: text,
        state: text,
        version: text,
        clockSkewSeconds: count.describe('ahead of the first').exactOptional(),
      }),
    ),
    backupRoom: z
      .strictObject({ server: text, directory: text, freeMib: mib, neededMib: mib })
      .exactOptional(),
    openWork: z.strictObject({
      jobs: texts,
      transitions: texts,
      haWork: texts.exactOptional(),
      transfers: texts.exactOptional(),
      volumes: texts.exactOptional(),
      snapshots: texts.exactOptional(),
      schedules: texts.exactOptional(),
    }),
    traits: cloudStackTraits.exactOptional(),
  }),
  hosts: z.array(host),
  vms: z.array(vm),
  srs: z.array(sr),
  unread: z.array(z.strictObject({ source: text, why: text })),
}) satisfies z.ZodType<Snapshot>;
