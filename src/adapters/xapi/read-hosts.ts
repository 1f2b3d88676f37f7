/** Pool and hosts as XAPI shows them, in our words (xapi §3.1, §5.1, §5.2). */
import type { XenHostSeen, XenPoolSeen, XenSrSeen } from '../../ports';
import { Malformed } from '../../domain/errors';
import { hotfixesOf, startsOf } from './patches';
import { textFrom, type XapiObject } from './record';
import type { Session } from './session';
import { assertListed, mibDown, NULL_REF, type Directory, type Table } from './tables';
import { hostTraits, isBonded, operationsOf, pathsOf, poolTraits, wiringOf } from './traits';

export interface Look {
  readonly session: Session;
  readonly directory: Directory;
  /** For messages: "XAPI of pool-a". */
  readonly source: string;
}

export async function readPool(look: Look): Promise<XenPoolSeen> {
  const { session, directory, source } = look;
  const [[, pool] = []] = await directory.table(session, 'pool');
  if (!pool) throw new Malformed(source, 'there is no pool object');
  const other = pool.map('other_config');
  const statefiles = pool.set('ha_statefiles').filter((ref) => ref !== NULL_REF);
  return {
    name: pool.text('name_label'),
    uuid: pool.text('uuid'),
    masterUuid: await uuidOf(look, 'host', pool.text('master')),
    ha: {
      on: pool.flag('ha_enabled'),
      srs: await Promise.all(statefiles.map((ref) => srOfVdi(look, ref))),
      tolerates: pool.integer('ha_host_failures_to_tolerate'),
      configuration: pool.map('ha_configuration'),
      allowOvercommit: pool.flag('ha_allow_overcommit'),
    },
    wlb: { on: pool.flag('wlb_enabled'), url: pool.text('wlb_url') },
    rollingUpgradeFlag: other['rolling_upgrade_in_progress'] === 'true',
    autoPowerOn: other['auto_poweron'] === 'true',
    operations: operationsOf(pool),
    vswitchController: pool.has('vswitch_controller') ? pool.text('vswitch_controller') : '',
    ...poolTraits(pool),
  };
}

/** References persist, so what was asked once need not be asked again (xapi §1.3). */
async function uuidOf({ session, directory, source }: Look, cls: string, ref: string): Promise<string> {
  const known = directory.uuidOf(ref);
  if (known !== undefined) return known;
  return textFrom(await session.read(`${cls}.get_uuid`, [ref], `look up a ${cls}`), source);
}

async function srOfVdi(look: Look, vdi: string): Promise<string> {
  const sr = textFrom(
    await look.session.read('VDI.get_SR', [vdi], 'find the storage of the HA state file'),
    look.source,
  );
  return uuidOf(look, 'SR', sr);
}

export async function readSrs({ session, directory }: Look): Promise<readonly XenSrSeen[]> {
  const srs = await directory.table(session, 'SR');
  return [...srs.values()].map((sr) => ({
    uuid: sr.text('uuid'),
    name: sr.text('name_label'),
    type: sr.text('type'),
    shared: sr.flag('shared'),
  }));
}

interface HostTables {
  readonly metrics: Table;
  readonly pbds: Table;
  readonly srs: Table;
  readonly pifs: Table;
  readonly bonds: Table;
  readonly networks: Table;
  readonly hostPatches: Table;
  readonly updates: Table;
}

export async function readHosts(look: Look): Promise<readonly XenHostSeen[]> {
  const { session, directory } = look;
  const table = (cls: string): Promise<Table> => directory.table(session, cls);
  const [hosts, metrics, pbds, srs, pifs, networks, hostPatches, updates] = await Promise.all([
    table('host'),
    table('host_metrics'),
    table('PBD'),
    table('SR'),
    table('PIF'),
    table('network'),
    table('host_patch'),
    table('pool_update'),
  ]);
  const listed = (cls: string, rows: Table, refs: readonly string[]): void =>
    assertListed(look.source, cls, rows, refs);
  listed(
    'PIF',
    pifs,
    [...hosts.values()].flatMap((host) => host.set('PIFs')),
  );
  listed(
    'PBD',
    pbds,
    [...hosts.values()].flatMap((host) => host.set('PBDs')),
  );
  listed(
    'SR',
    srs,
    [...pbds.values()].map((pbd) => pbd.text('SR')),
  );
  listed(
    'network',
    networks,
    [...pifs.values()].map((pif) => pif.text('network')),
  );
  const isBond = (pif: XapiObject): boolean =>
    pif.has('bond_master_of') && pif.set('bond_master_of').length > 0;
  const bonds: Table = [...pifs.values()].some(isBond) ? await table('Bond') : new Map();
  const tables = { metrics, pbds, srs, pifs, bonds, networks, hostPatches, updates };
  const guests = await guestsAmong(
    look,
    [...hosts.values()].flatMap((host) => host.set('resident_VMs')),
  );
  return Promise.all([...hosts.values()].map((host) => hostSeen(look, host, tables, guests)));
}

async function hostSeen(
  { session, source }: Look,
  host: XapiObject,
  tables: HostTables,
  guests: ReadonlyMap<string, string>,
): Promise<XenHostSeen> {
  const metrics = tables.metrics.get(host.text('metrics'));
  const software = host.map('software_version');
  const free = await session.read('host.compute_free_memory', [host.ref], 'compute free memory');
  const networkNames = namesOfNetworks(tables.networks);
  return {
    uuid: host.text('uuid'),
    name: host.text('name_label'),
    address: host.text('address'),
    enabled: host.flag('enabled'),
    live: metrics?.flag('live') ?? false,
    version: software['product_version'] ?? '',
    build: software['build_number'] ?? '',
    platform: software['platform_version'] ?? '',
    brand: software['product_brand'] ?? '',
    hotfixes: hotfixesOf(host, tables),
    ...startsOf(host),
    tags: host.set('tags'),
    memoryMib: {
      total: mibDown(metrics?.integer('memory_total') ?? 0),
      free: mibDown(Number(textFrom(free, source))),
    },
    pbds: host.set('PBDs').flatMap((ref) => {
      const pbd = tables.pbds.get(ref);
      const sr = pbd && tables.srs.get(pbd.text('SR'));
      if (!pbd || !sr) return [];
      const attached = pbd.flag('currently_attached');
      const paths = pathsOf(pbd);
      const { device } = pbd.map('device_config');
      return [
        {
          uuid: pbd.text('uuid'),
          sr: sr.text('uuid'),
          srName: sr.text('name_label'),
          attached,
          ...(paths && { paths }),
          ...(device !== undefined && { device }),
        },
      ];
    }),
    pifs: host.set('PIFs').flatMap((ref) => {
      const pif = tables.pifs.get(ref);
      if (!pif || isBonded(pif)) return [];
      return [
        {
          device: pif.text('device'),
          network: networkNames.get(pif.text('network')) ?? '',
          attached: pif.flag('currently_attached'),
          management: pif.flag('management'),
          ...wiringOf(pif, tables.pifs, tables.bonds),
        },
      ];
    }),
    traits: hostTraits(host, tables.updates),
    residents: host.set('resident_VMs').flatMap((ref) => guests.get(ref) ?? []),
  };
}

/** By name where the name says which, else by uuid: names of networks may repeat (xapi §15). */
export function namesOfNetworks(networks: Table): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const network of networks.values()) {
    const name = network.text('name_label');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map(
    [...networks].map(([ref, network]) => {
      const name = network.text('name_label');
      return [ref, name !== '' && counts.get(name) === 1 ? name : network.text('uuid')];
    }),
  );
}

/** Above this many unknown references one look at all VMs is cheaper than many small ones. */
const ONE_BY_ONE = 8;

/** Resident VMs that are no control domain, reference to uuid. */
async function guestsAmong(look: Look, refs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { session, directory, source } = look;
  const unknown = (): readonly string[] => refs.filter((ref) => directory.isGuest(ref) === undefined);
  // the VMs of a large pool are tens of megabytes, and a look at the pool has asked for them already
  if (unknown().length > ONE_BY_ONE) await directory.vmsUnderWay();
  if (unknown().length > ONE_BY_ONE) await directory.learnVms(session);
  else
    await Promise.all(
      unknown().map(async (ref) => {
        const [uuid, name, isDom0] = await Promise.all([
          session.read('VM.get_uuid', [ref]),
          session.read('VM.get_name_label', [ref]),
          session.read('VM.get_is_control_domain', [ref]),
        ]);
        directory.learnVm(ref, textFrom(uuid, source), textFrom(name, source), isDom0 !== true);
      }),
    );
  return new Map(
    refs.flatMap((ref) => {
      const uuid = directory.uuidOf(ref);
      return uuid !== undefined && directory.isGuest(ref) ? [[ref, uuid] as const] : [];
    }),
  );
}
