/** The documents of `--json`, key by key; docs/schema is made from this and the documents are read with it. */
import { z } from 'zod';
import type { PlanAnswer, StatusAnswer } from '../../src/domain/answers';
import type { CommandHelp, PoolAnswer } from '../../src/domain/command-answers';
import { QUESTION_KINDS } from '../../src/domain/decision';
import type { Dom0Snapshot } from '../../src/domain/dom0';
import type { Finding } from '../../src/domain/finding';
import { OWED } from '../../src/domain/obligation';
import { ROLES } from '../../src/domain/person';
import { PHASES } from '../../src/domain/phases';
import type { Snapshot } from '../../src/domain/pool';
import type { Problem } from '../../src/domain/problem';
import type { CloudStackTraits, HostTraits, PoolTraits, VmTraits } from '../../src/domain/traits';

const text = z.string();
const texts = z.array(text);
const mib = z.number().int().nonnegative().describe('MiB');
const time = z.iso.datetime().describe('ISO 8601, pool time');
const optionalText = text.exactOptional();

const problem = z.strictObject({
  code: text,
  what: text,
  why: text,
  doThis: texts,
}) satisfies z.ZodType<Problem>;

const finding = z.strictObject({
  check: text.describe('file name of the check'),
  severity: z.enum(['block', 'question', 'warn', 'note']),
  on: text.describe('pool, host or VM name'),
  what: text,
  evidence: texts,
  advice: texts,
  remedy: z.strictObject({ kind: text, args: z.json() }).exactOptional(),
  takenCareOf: z
    .strictObject({
      severity: z.enum(['block', 'question', 'warn', 'note']).describe('how grave it was'),
      line: text.describe('id of the line that puts it right'),
    })
    .describe('only where its remedy was chosen')
    .exactOptional(),
}) satisfies z.ZodType<Finding>;

const count = z.number().int();
const hostTraits = z.strictObject({
  maintenanceMode: z.boolean(),
  operations: texts,
  powerOnMode: text,
  iqn: text,
  multipathing: z.boolean(),
  licence: z.strictObject({ edition: text, expiry: time.exactOptional(), motion: z.boolean() }),
  cpu: z.strictObject({ vendor: text, features: text }),
  legacySsl: z.boolean(),
  packs: texts,
  rebootsFor: texts,
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
}) satisfies z.ZodType<VmTraits>;
const poolTraits = z.strictObject({
  operations: texts,
  tasks: texts,
  messages: count,
  vswitchController: text,
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
      state: text,
      on: optionalText,
      haEnabled: z.boolean(),
      redundantGroup: optionalText,
    })
    .exactOptional(),
});

const snapshot = z.strictObject({
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

const plan = z.strictObject({
  v: z.literal(1),
  plan: text.describe('id, for start'),
  digest: text,
  pool: text,
  procedure: text,
  target: text,
  verdict: z.enum(['go', 'blocked']),
  findings: z.array(finding),
  remedies: texts.describe('checks whose remedies were chosen').exactOptional(),
  sections: z.array(
    z.strictObject({
      host: optionalText,
      lines: z.array(z.strictObject({ id: text, kind: text, title: text })),
    }),
  ),
  snapshot,
}) satisfies z.ZodType<PlanAnswer>;

const planBrief = {
  plan: text,
  digest: text,
  pool: text,
  procedure: text,
  target: text,
  verdict: z.enum(['go', 'blocked']),
  madeAt: time,
};
const lineBrief = z.strictObject({ id: text, title: text });

const phase = z.enum(PHASES);
const owed = z.strictObject({
  id: text,
  what: z.enum(OWED),
  on: text,
  since: time,
  canBeGivenBack: z.boolean(),
  why: optionalText,
});

const status = z.strictObject({
  run: text,
  plan: text,
  pool: text,
  phase,
  lanes: z.array(
    z.strictObject({
      host: optionalText,
      line: optionalText,
      state: text,
      since: time,
      waitingFor: optionalText,
    }),
  ),
  questions: z.array(
    z.strictObject({
      id: text,
      kind: z.enum(QUESTION_KINDS),
      host: optionalText,
      text,
      saw: texts,
      mayAnswer: texts,
    }),
  ),
  owed: z.array(owed),
  problems: z.array(problem),
}) satisfies z.ZodType<StatusAnswer>;

const pool = z.strictObject({
  pool: text,
  target: optionalText,
  openRun: optionalText,
  phase: phase.exactOptional(),
  roles: z.array(z.enum(ROLES)),
}) satisfies z.ZodType<PoolAnswer>;

const command = z.strictObject({
  name: text,
  usage: texts,
  summary: text,
  roles: z.array(z.enum(ROLES)),
}) satisfies z.ZodType<CommandHelp>;

/** File name under docs/schema → the shape of the document, with the commands that print it. */
export const shapes = {
  plan: plan.describe('xsupgrade plan POOL --json'),
  why: z
    .strictObject({ v: z.literal(1), ...planBrief, blockers: z.array(finding) })
    .describe('xsupgrade why POOL --json'),
  diff: z
    .strictObject({
      v: z.literal(1),
      before: z.strictObject(planBrief),
      after: z.strictObject(planBrief),
      findings: z.strictObject({ came: z.array(finding), went: z.array(finding) }),
      lines: z.strictObject({ came: z.array(lineBrief), went: z.array(lineBrief) }),
      vms: texts,
      hosts: texts,
    })
    .describe('xsupgrade diff PLAN PLAN --json'),
  run: z
    .strictObject({ run: text, phase, question: text.describe('only after advance').exactOptional() })
    .describe('xsupgrade start, pause, resume, advance, abort, obligations --give-back, with --json'),
  status: status.describe('xsupgrade status RUN --json'),
  pools: z.strictObject({ v: z.literal(1), pools: z.array(pool) }).describe('xsupgrade pools --json'),
  obligations: z
    .strictObject({ pool: text, owed: z.array(owed) })
    .describe('xsupgrade obligations POOL --json'),
  help: z.strictObject({ v: z.literal(1), commands: z.array(command) }).describe('xsupgrade help --json'),
  migrate: z.strictObject({ migrated: texts }).describe('xsupgrade migrate --json'),
  version: z.strictObject({ version: text }).describe('xsupgrade version --json'),
  error: z
    .strictObject({ error: problem })
    .describe(
      'any command with --json that exits with 1 (refused), 2 (usage) or 3 (unreachable, configuration invalid)',
    ),
} as const satisfies Record<string, z.ZodType>;
