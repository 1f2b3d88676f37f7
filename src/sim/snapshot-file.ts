/** FILE of `sim --pools`: snapshots as JSON. An unknown key is refused with its path; absent fields may be filled. */
import { z } from 'zod';
import { dom0Shape } from './dom0';
import { offersShape, patchesShape } from './patching';
import { cloudStackTraitsShape, hostTraitsShape, poolTraitsShape, vmTraitsShape } from './traits';

const text = z.string().min(1);
const mib = z.number().int().nonnegative();

const pbd = z.strictObject({
  sr: text,
  attached: z.boolean(),
  paths: z.strictObject({ up: mib, of: mib }).optional(),
});
const pif = z.strictObject({
  device: text,
  network: text,
  attached: z.boolean().optional(),
  management: z.boolean().optional(),
  vlan: z.number().int().nonnegative().optional(),
  bond: z.strictObject({ cards: z.array(text), linksUp: mib }).optional(),
});
const csHost = z.strictObject({
  id: text.optional(),
  name: text.optional(),
  state: text.optional(),
  resourceState: text.optional(),
  hypervisorVersion: text.optional(),
  hostTags: z.array(text).optional(),
});
const host = z.strictObject({
  name: text,
  uuid: text.optional(),
  address: text.optional(),
  version: text.optional(),
  build: text.optional(),
  /** Empty before 6.1. */
  platform: z.string().optional(),
  brand: text.optional(),
  hotfixes: z.array(text).optional(),
  enabled: z.boolean().optional(),
  live: z.boolean().optional(),
  bootedAt: z.iso.datetime().optional(),
  memoryMib: z.strictObject({ total: mib, free: mib.optional() }).optional(),
  tags: z.array(z.string()).optional(),
  pbds: z.array(pbd).optional(),
  pifs: z.array(pif).optional(),
  traits: hostTraitsShape.optional(),
  dom0: dom0Shape.optional(),
  cloudstack: csHost.optional(),
});
const csVm = z.strictObject({
  id: text.optional(),
  displayName: text.optional(),
  account: text.optional(),
  domain: text.optional(),
  state: text.optional(),
  on: text.optional(),
  haEnabled: z.boolean().optional(),
  redundantGroup: text.optional(),
  hostTags: z.array(text).optional(),
  apart: z.array(text).optional(),
  backedUpAt: z.iso.datetime().optional(),
});
const vm = z.strictObject({
  name: text,
  uuid: text.optional(),
  kind: z.enum(['guest', 'router', 'ssvm', 'cpvm']).optional(),
  power: z.enum(['Running', 'Halted', 'Suspended', 'Paused']).optional(),
  on: text.optional(),
  memoryMib: mib.optional(),
  vcpus: z.number().int().positive().optional(),
  tools: z.boolean().optional(),
  cd: z.strictObject({ sr: text, name: text, byCloudStack: z.boolean().optional() }).optional(),
  disks: z.array(text).optional(),
  networks: z.array(text).optional(),
  devices: z.array(text).optional(),
  traits: vmTraitsShape.optional(),
  /** `null`: CloudStack does not know this VM. A snapshot with `takenAt` says the same by leaving the key out. */
  cloudstack: csVm.nullable().optional(),
});
const sr = z.strictObject({ uuid: text.optional(), name: text, type: text, shared: z.boolean() });
const openWork = z.strictObject({
  jobs: z.array(z.string()).optional(),
  transitions: z.array(z.string()).optional(),
  haWork: z.array(z.string()).optional(),
  transfers: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  snapshots: z.array(z.string()).optional(),
  schedules: z.array(z.string()).optional(),
});
const pool = z.strictObject({
  v: z.literal(1).optional(),
  takenAt: z.iso.datetime().optional(),
  name: text,
  uuid: text.optional(),
  master: text.optional(),
  ha: z
    .strictObject({
      on: z.boolean(),
      srs: z.array(text).optional(),
      tolerates: z.number().int().nonnegative().optional(),
      configuration: z.record(z.string(), z.string()).optional(),
      allowOvercommit: z.boolean().optional(),
    })
    .optional(),
  wlb: z.strictObject({ on: z.boolean(), url: z.string().optional() }).optional(),
  rollingUpgradeFlag: z.boolean().optional(),
  autoPowerOn: z.boolean().optional(),
  traits: poolTraitsShape.optional(),
  cloudstack: z
    .strictObject({
      version: text.optional(),
      clusterId: text.optional(),
      clusterName: text.optional(),
      managedState: text.optional(),
      allocationState: text.optional(),
      managementServers: z
        .array(
          z.strictObject({
            name: text,
            state: text.optional(),
            version: text.optional(),
            clockSkewSeconds: z.number().int().optional(),
          }),
        )
        .optional(),
      openWork: openWork.optional(),
      backupRoom: z
        .strictObject({ server: text.optional(), directory: text.optional(), freeMib: mib, neededMib: mib })
        .optional(),
      traits: cloudStackTraitsShape.optional(),
    })
    .optional(),
  hosts: z.array(host).min(1).optional(),
  vms: z.array(vm).optional(),
  srs: z.array(sr).optional(),
  patches: patchesShape.optional(),
  /** Reported by a snapshot; says nothing about the world, so it changes nothing here. */
  unread: z.array(z.strictObject({ source: z.string(), why: z.string() })).optional(),
});
const hidden = z.strictObject({
  rotatesKeys: z.array(text).optional(),
  loses: z.record(z.string(), z.array(text)).optional(),
  messages: z.record(z.string(), z.number().int().nonnegative()).optional(),
  efi: z.array(text).optional(),
  mayRepartition: z.array(text).optional(),
  offers: offersShape.optional(),
});
const file = z.strictObject({
  v: z.literal(1),
  pools: z.array(pool).min(1),
  hidden: z.record(z.string(), hidden).optional(),
});

export type PoolFile = z.infer<typeof pool>;
export type HostFile = z.infer<typeof host>;
export type SrFile = z.infer<typeof sr>;
export type VmFile = z.infer<typeof vm>;
export type HiddenFile = z.infer<typeof hidden>;
export interface SnapshotFile {
  readonly v: 1;
  readonly pools: readonly PoolFile[];
  readonly hidden?: Readonly<Record<string, HiddenFile>> | undefined;
}

/** One sentence per mistake, each naming the path: `pools[0].hosts[1].colour: unknown key`. */
export class BadSnapshotFile extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'BadSnapshotFile';
  }
}

/** Parses FILE's text; throws BadSnapshotFile with every mistake found. */
export function parseSnapshotFile(content: string): SnapshotFile {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new BadSnapshotFile([`not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const parsed = file.safeParse(json);
  if (!parsed.success) throw new BadSnapshotFile(parsed.error.issues.flatMap(mistakesOf));
  const mistakes = [...crossReferences(parsed.data)];
  if (mistakes.length > 0) throw new BadSnapshotFile(mistakes);
  return parsed.data;
}

function mistakesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${pathOf([...issue.path, key])}: unknown key`);
  return [`${pathOf(issue.path)}: ${issue.message}`];
}

function pathOf(path: readonly PropertyKey[]): string {
  const joined = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return joined === '' ? 'FILE' : joined;
}

/** Names that point nowhere. SRs may be named by uuid or name. */
function* crossReferences(parsed: SnapshotFile): Generator<string> {
  const names = new Set<string>();
  for (const [i, one] of parsed.pools.entries()) {
    const at = `pools[${i}]`;
    if (names.has(one.name)) yield `${at}.name: ${one.name} is named twice`;
    names.add(one.name);
    const hosts = one.hosts?.map((h) => h.name);
    if (!hosts) continue;
    if (one.master !== undefined && !hosts.includes(one.master)) yield `${at}.master: no host ${one.master}`;
    for (const [j, v] of (one.vms ?? []).entries())
      if (v.on !== undefined && !hosts.includes(v.on)) yield `${at}.vms[${j}].on: no host ${v.on}`;
  }
  for (const name of Object.keys(parsed.hidden ?? {}))
    if (!names.has(name)) yield `hidden.${name}: no pool of that name`;
}
