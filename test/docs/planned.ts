/** A pool whose plan has every line, and runbooks read by their headings: what the runbook tests share. */
import type { HaSnapshot, HostSnapshot, Snapshot } from '../../src/domain/pool';
import type { Plan, Section } from '../../src/domain/plan';
import { makePlan, type PlanWish } from '../../src/engine/planner';
import { rollingUpgrade } from '../../src/procedures/rolling-upgrade';
import { HEALTHY_DOM0, healthyPool, hostTraits, NFS, vmOf, vmTraits } from '../support/snapshots';
import { worldOf, type WorldWish } from '../support/world-of';
import { page, partsOf } from './markdown';

export const FROM = '6.5.0';
export const TO = '7.1.2';
const HOSTS = ['host-1', 'host-2', 'host-3'];
const SERVERS = ['ms-1', 'ms-2'];
export const HA: HaSnapshot = {
  on: true,
  srs: [NFS.uuid],
  tolerates: 1,
  configuration: {},
  allowOvercommit: false,
};

/** Everything that makes a line is there: HA, workload balancing, a VM on every host that cannot move, every remedy. */
export const everything = (change: Partial<Snapshot> = {}): Snapshot => {
  const pool = healthyPool({
    ha: HA,
    wlb: { on: true, url: 'wlb.example:8012' },
    vms: [...healthyPool().vms, ...HOSTS.map((host, n) => vmOf(`i-2-${20 + n}-VM`, host, { tools: false }))],
    autoPowerOn: true,
    traits: { operations: [], tasks: [], messages: 9000, vswitchController: '' },
    ...change,
  });
  const [first, ...others] = pool.hosts;
  const [vm, ...vms] = pool.vms;
  const traits = { ...vmTraits, autoPowerOn: true, blocked: { pool_migrate: 'BACKUP' } };
  const managementServers = SERVERS.map((name) => ({ name, state: 'Up', version: pool.cloudstack.version }));
  // what CloudStack 4.11.3 has by itself
  const rows = {
    capabilities: [
      { version: 'default', maxGuests: 50, storageMotion: false },
      { version: FROM, maxGuests: 500, storageMotion: true },
    ],
    guestOsMappings: { [FROM]: 180 },
  };
  return {
    ...pool,
    hosts: [
      {
        ...first!,
        pbds: [...first!.pbds, { sr: 'sr-second', attached: false }],
        traits: { ...hostTraits, maintenanceMode: true },
      },
      ...others,
    ].map(customised),
    srs: [...pool.srs, { uuid: 'sr-second', name: 'nfs-second', type: 'nfs', shared: true }],
    vms: [{ ...vm!, traits }, ...vms],
    cloudstack: {
      ...pool.cloudstack,
      managementServers,
      // old enough for every line of the master, new enough to heed a setting at once
      version: '4.16.1.0',
      traits: { ...pool.cloudstack.traits, ...rows, settings: { 'migrate.vm.across.clusters': 'true' } },
    },
  };
};

/** Somebody added a line to rc.local. */
const customised = (host: HostSnapshot): HostSnapshot => ({
  ...host,
  dom0: {
    ...HEALTHY_DOM0,
    customisations: { rcLocal: { lines: 1, sha256: 'b'.repeat(64) }, crontabs: [], mounts: [] },
  },
});

export interface Wish {
  readonly pool?: Snapshot;
  readonly world?: WorldWish;
  readonly plan?: Partial<PlanWish>;
}

export const planFor = async ({ pool = everything(), world = {}, plan = {} }: Wish): Promise<Plan> =>
  makePlan({
    world: worldOf(pool, world),
    procedure: rollingUpgrade,
    target: TO,
    by: { id: 'UANN', name: 'Ann' },
    at: Date.parse('2026-01-02T10:15:00.000Z'),
    owed: [],
    remedies: ['all'],
    ...plan,
  });

/** A title as the runbook writes it: names in capitals. */
export function anyPool(title: string): string {
  return title
    .replace(/[irsv]-[\d-]+VM(, [irsv]-[\d-]+VM)*( and \d+ more)?/g, 'VMS')
    .replace(/^Set [\w.]+ of CloudStack to \w+/, 'Set SETTING of CloudStack to VALUE')
    .replace(/^Set [\w.]+ of CloudStack as/, 'Set SETTING of CloudStack as')
    .replace(/ms-1(, ms-2)?/g, 'SERVERS')
    .replace(/nfs-second/g, 'STORAGE')
    .replace(/XS\d+E\d+(, XS\d+E\d+)*/g, 'HOTFIXES')
    .replace(/(?<=cluster )[\w-]+/g, 'CLUSTER')
    .replaceAll('pool-a', 'POOL')
    .replaceAll(FROM, 'FROM')
    .replaceAll(TO, 'TO')
    .replace(/host-\d/g, 'HOST');
}

export const titles = (section: Section | undefined): readonly string[] =>
  (section?.lines ?? []).map((line) => anyPool(line.title));

export const MASTER_ONLY = 'Only the master.';

interface Heading {
  readonly title: string;
  /** When a plan leaves it out, in italics below the heading. */
  readonly only?: string;
}

export const headingsOf = (path: string): ReadonlyMap<string, readonly Heading[]> =>
  new Map(
    partsOf(page(path), 2).map(({ title, text }) => [
      title,
      partsOf(text, 3).map((line): Heading => {
        const only = /^\*([^*]+)\*$/m.exec(line.text.replace(/\n(?!\n)/g, ' '))?.[1];
        return { title: line.title, ...(only !== undefined && { only }) };
      }),
    ]),
  );

/** What a runbook says a plan has in one section, when all but these conditions hold. */
export const promisedBy =
  (path: string) =>
  (section: string, ...without: readonly string[]): readonly string[] =>
    (headingsOf(path).get(section) ?? [])
      .filter(({ only }) => only === undefined || !without.includes(only))
      .map(({ title }) => title);
