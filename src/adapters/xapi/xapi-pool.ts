/** XenPool over a transport: reads, acts, trust and watch of ports.ts, by uuid (xapi §2, §3, §5, §6). */
import { NotSent, Refused } from '../../domain/errors';
import type { HaSnapshot } from '../../domain/pool';
import { xapiProblem } from '../../domain/xapi-advice';
import type { HostIdentity, XenPool } from '../../ports';
import type { Patching } from '../../ports-patching';
import { countMessages, readCondition } from './condition';
import { dumpTo, onDisk, readDumpAt, type DumpFiles } from './dump';
import { artefactFiles, type ArtefactFiles } from './patching/artefact-files';
import { patching } from './patching/patching';
import { putRight } from './put-right';
import { readDisks } from './read-disks';
import { readHosts, readPool, readSrs, type Look } from './read-hosts';
import { readInventory } from './read-inventory';
import { askInstaller, askLicence, prepareInstaller, type MediaLogin } from './installer';
import { readBlockers, readVms } from './read-vms';
import { textFrom } from './record';
import { inTime, openSession, type Dialled, type SessionOptions } from './session';
import { Directory } from './tables';
import { runTask } from './tasks';
import type { Wire, XapiTransport } from './transport';
import { watchPool } from './watch';

export interface XapiHost {
  readonly uuid?: string | undefined;
  readonly name: string;
  /** As the worker reaches it: address, address:port or URL. */
  readonly address: string;
  /** Pinned SHA-256 of the certificate. Without one the first certificate seen is kept for the life of the process. */
  readonly fingerprint?: string | undefined;
}

/** SSH host keys live with the SSH adapters; identity() and trust() go through these. */
export interface SshKeys {
  shown(hostUuid: string): Promise<string | undefined>;
  pinned(hostUuid: string): string | undefined;
  trust(hostUuid: string, fingerprint: string): void;
}

export interface XapiPoolOptions {
  /** Name in pools.yaml, for messages. */
  readonly pool: string;
  readonly hosts: readonly XapiHost[];
  readonly user: string;
  readonly password: string;
  readonly transport: XapiTransport;
  readonly ssh?: SshKeys | undefined;
  /** Of the server that holds installation media; the hosts are given it with the URL. */
  readonly media?: MediaLogin | undefined;
  /** Wall seconds; 30 and 60 unless a test is in a hurry. */
  readonly readSeconds?: number;
  readonly actSeconds?: number;
  /** Where hotfixes are read from; disk and web unless said otherwise. */
  readonly artefacts?: ArtefactFiles;
  /** Where dumps are kept; on disk unless said otherwise. */
  readonly files?: DumpFiles;
}

/** Switching high availability takes 10 s to minutes (xapi §3.2); XAPI goes on when nobody waits. */
const HA_SECONDS = 50;
/** Long enough for XAPI's own tests to refuse; the move itself is seen in the VM's record. */
const REFUSAL_SECONDS = 2;
/** Waits for the slowest member (xapi §3.4). */
const SYNC_SECONDS = 110;

export interface XapiPool extends XenPool {
  readonly patching: Patching;
  close(): Promise<void>;
}

export function xapiPool(o: XapiPoolOptions): XapiPool {
  const source = `XAPI of ${o.pool}`;
  const files = o.files ?? onDisk;
  const directory = new Directory(source);
  const nameOf = (ref: string): string | undefined => directory.nameOf(ref);
  const pins = new Map(o.hosts.map((host) => [host.name, host.fingerprint]));
  const dialled = (): readonly Dialled[] =>
    o.hosts.map((host) => ({ name: host.name, address: host.address, pin: pins.get(host.name) }));
  const options: SessionOptions = {
    pool: o.pool,
    user: o.user,
    password: o.password,
    transport: firstSeen(o.transport, o.hosts, pins),
    readSeconds: o.readSeconds ?? 30,
    actSeconds: o.actSeconds ?? 60,
    hosts: dialled,
    nameOf,
    loggedIn: () => directory.forgetMissing(),
  };
  const session = openSession(options);
  // Releases up to 6.2 allow one event.from a session (xapi §9.2): the stream has its own.
  const events = openSession(options);
  const look: Look = { session, directory, source };
  const context = { session, source, nameOf };

  /** Looked up once: references outlive restarts and upgrades (xapi §1.3). */
  async function refOf(cls: string, uuid: string): Promise<string> {
    const known = directory.refOf(cls, uuid);
    if (known !== undefined) return known;
    const ref = textFrom(
      await before(() => session.read(`${cls}.get_by_uuid`, [uuid], `find a ${cls}`)),
      source,
    );
    if (cls === 'host' || cls === 'VM')
      directory.learn(
        cls,
        ref,
        uuid,
        textFrom(await before(() => session.read(`${cls}.get_name_label`, [ref])), source),
      );
    return ref;
  }
  const named = (ref: string): string => nameOf(ref) ?? 'it';
  const poolRef = async (): Promise<string> => {
    const [ref] = (await before(() => directory.table(session, 'pool'))).keys();
    if (ref === undefined) throw new NotSent(`${source}: there is no pool object`);
    return ref;
  };
  const call = async (
    method: string,
    params: readonly Wire[],
    doing: string,
    seconds?: number,
  ): Promise<void> => void (await session.act(method, params, doing, seconds));
  const onHost = async (uuid: string, method: string, verb: string): Promise<void> => {
    const ref = await refOf('host', uuid);
    await call(method, [ref], `${verb} ${named(ref)}`);
  };
  const ofMedia = async (uuid: string, url: string) => {
    const hostRef = await refOf('host', uuid);
    return { session, hostRef, host: named(hostRef), pool: o.pool, url, login: o.media };
  };

  return {
    pool: () => readPool(look),
    hosts: () => readHosts(look),
    vms: () => readVms(look),
    srs: () => readSrs(look),
    disksOn: async (uuid) => readDisks(look, await refOf('SR', uuid)),
    condition: () => readCondition(look),
    inventory: () => readInventory(look),
    messageCount: () => countMessages(look),
    evacuationBlockers: async (uuid) => readBlockers(look, await refOf('host', uuid)),
    identity: (uuid) => identityOf(o, pins, hostOf(o, directory, uuid), uuid),
    readDump: (path) => readDumpAt(path, files),
    licence: async (uuid, url) => askLicence(await ofMedia(uuid, url)),
    installer: async (uuid, url) => askInstaller(await ofMedia(uuid, url)),

    disableHa: async () =>
      void (await runTask(context, {
        method: 'pool.disable_ha',
        params: [],
        doing: 'switch high availability off',
        waitSeconds: HA_SECONDS,
      })),
    enableHa: async (ha: HaSnapshot) => {
      const srs = await Promise.all(ha.srs.map((uuid) => refOf('SR', uuid)));
      const params = [srs, { ...ha.configuration }];
      await runTask(context, {
        method: 'pool.enable_ha',
        params,
        doing: 'switch high availability on',
        waitSeconds: HA_SECONDS,
      });
    },
    setHaTolerates: async (failures) =>
      call(
        'pool.set_ha_host_failures_to_tolerate',
        [await poolRef(), String(failures)],
        `tolerate ${failures} host failures`,
      ),
    setWlbEnabled: async (on) =>
      call('pool.set_wlb_enabled', [await poolRef(), on], `${on ? 'resume' : 'pause'} workload balancing`),
    ...putRight({
      session,
      source,
      poolRef,
      refOf,
      named,
      table: (cls) => directory.table(session, cls),
    }),
    ejectCd: async (vbd) => call('VBD.eject', [await refOf('VBD', vbd)], 'take a CD out'),
    syncDatabase: () => call('pool.sync_database', [], `synchronise the database of ${o.pool}`, SYNC_SECONDS),
    dumpDatabase: (path) => dumpTo(session, o.pool, path, files),
    disableHost: (uuid) => onHost(uuid, 'host.disable', 'disable'),
    enableHost: (uuid) => onHost(uuid, 'host.enable', 'enable'),
    prepareInstaller: async (uuid, url) => prepareInstaller(await ofMedia(uuid, url)),
    rebootHost: (uuid) => onHost(uuid, 'host.reboot', 'reboot'),
    plugPbd: async (pbd) => call('PBD.plug', [await refOf('PBD', pbd)], 'plug storage'),
    removeTag: async (uuid, tag) => {
      const ref = await refOf('host', uuid);
      await call('host.remove_tags', [ref, tag], `remove a tag of ${named(ref)}`);
    },
    migrateVm: async (vmUuid, hostUuid) => {
      const [vm, host] = await Promise.all([refOf('VM', vmUuid), refOf('host', hostUuid)]);
      const doing = `migrate ${named(vm)} to ${named(host)}`;
      const params = [vm, host, { live: 'true' }];
      return {
        task: await runTask(context, {
          method: 'VM.pool_migrate',
          params,
          doing,
          waitSeconds: REFUSAL_SECONDS,
        }),
      };
    },
    shutdownVm: async (uuid) => {
      const vm = await refOf('VM', uuid);
      const doing = `shut down ${named(vm)}`;
      await runTask(context, {
        method: 'VM.clean_shutdown',
        params: [vm],
        doing,
        waitSeconds: REFUSAL_SECONDS,
      });
    },
    startVm: async (uuid, hostUuid) => {
      const vm = await refOf('VM', uuid);
      const doing = `start ${named(vm)}`;
      const act =
        hostUuid === undefined
          ? { method: 'VM.start', params: [vm, false, false] }
          : { method: 'VM.start_on', params: [vm, await refOf('host', hostUuid), false, false] };
      await runTask(context, { ...act, doing, waitSeconds: REFUSAL_SECONDS });
    },

    trust: (uuid, keys) => {
      const { name } = hostOf(o, directory, uuid);
      // asked in every tick: sessions are dropped when the pin is another one, not whenever it is named
      if (keys.tls !== undefined && pins.get(name) !== keys.tls) {
        pins.set(name, keys.tls);
        for (const one of [session, events]) one.drop();
      }
      if (keys.ssh !== undefined) o.ssh?.trust(uuid, keys.ssh);
    },
    patching: patching({
      session,
      directory,
      files: o.artefacts ?? artefactFiles,
      pool: o.pool,
      source,
      refOf,
      named,
    }),
    watch: (changed, signal) => watchPool(events, changed, signal),
    close: async () => {
      await Promise.all([session.close(), events.close()]);
    },
  };
}

/** A look before a change: whatever fails here, the change was not sent. A refusal stays one. */
async function before<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await inTime(look(), 'XAPI');
  } catch (error) {
    if (error instanceof Error && error.name === 'Unreachable') throw new NotSent(error.message);
    throw error;
  }
}

function hostOf(o: XapiPoolOptions, directory: Directory, uuid: string): XapiHost {
  const ref = directory.refOf('host', uuid);
  const name = ref === undefined ? undefined : directory.nameOf(ref);
  const host = o.hosts.find((one) => one.uuid === uuid) ?? o.hosts.find((one) => one.name === name);
  if (host) return host;
  const problem = xapiProblem({
    doing: `find a host of ${o.pool}`,
    code: 'UUID_INVALID',
    params: ['host', uuid],
    nameOf: () => undefined,
  });
  throw new Refused(problem);
}

/** Knocks without a password, so it works before any login and where the pins do not fit. */
async function identityOf(
  o: XapiPoolOptions,
  pins: ReadonlyMap<string, string | undefined>,
  host: XapiHost,
  uuid: string,
): Promise<HostIdentity> {
  const [tls, ssh] = await Promise.all([
    o.transport.fingerprint(host.address),
    o.ssh?.shown(uuid).catch(() => undefined),
  ]);
  const pinnedTls = pins.get(host.name);
  const pinnedSsh = o.ssh?.pinned(uuid);
  return {
    ...(tls !== undefined && { tls }),
    ...(ssh !== undefined && { ssh }),
    ...(pinnedTls !== undefined && { pinnedTls }),
    ...(pinnedSsh !== undefined && { pinnedSsh }),
  };
}

/** Where no pin is configured, the first certificate seen becomes the pin: a later one is refused all the same. */
function firstSeen(
  transport: XapiTransport,
  hosts: readonly XapiHost[],
  pins: Map<string, string | undefined>,
): XapiTransport {
  return {
    get: (address, path, o) => transport.get(address, path, o),
    put: (address, path, upload, o) => transport.put(address, path, upload, o),
    fingerprint: (address) => transport.fingerprint(address),
    call: async (address, method, params, o) => {
      const host = hosts.find((one) => one.address === address);
      if (o.pin !== undefined || !host) return transport.call(address, method, params, o);
      const seen = pins.get(host.name) ?? (await transport.fingerprint(address));
      if (seen === undefined) throw new NotSent(`XAPI on ${host.name}: shows no certificate`);
      pins.set(host.name, seen);
      return transport.call(address, method, params, { ...o, pin: seen });
    },
  };
}
