/** The product's own adapters on the simulator's in-process faces: no socket, pool time moves only when a test says so. */
import { readFileSync } from 'node:fs';
import { cloudStackDb } from '../../src/adapters/cloudstack-db';
import { backupPlace } from '../../src/adapters/backup/place';
import { cloudStack } from '../../src/adapters/cloudstack/cloudstack';
import { dom0 } from '../../src/adapters/dom0/dom0';
import { managementServers } from '../../src/adapters/management-servers';
import type { CloudStackTransport } from '../../src/adapters/cloudstack/http-transport';
import { hostKeyPins, type SshAnswer, type SshTransport } from '../../src/adapters/ssh/transport';
import type { XapiTransport } from '../../src/adapters/xapi/transport';
import type { DumpFiles } from '../../src/adapters/xapi/dump';
import type { ArtefactFiles } from '../../src/adapters/xapi/patching/artefact-files';
import { xapiPool } from '../../src/adapters/xapi/xapi-pool';
import { Refused } from '../../src/domain/errors';
import type { PoolFacts, World } from '../../src/ports';
import type { Cloud } from '../../src/sim/cloud';
import type { CloudStackSide } from '../../src/sim/cloudstack/side';
import { ADMIN } from '../../src/sim/cloudstack/catalogue';
import { asRecords, runSql } from '../../src/sim/db/face';
import { SqlRefused } from '../../src/sim/db/query';
import type { SimHost, SimPool } from '../../src/sim/model';
import { hostKeyOf } from '../../src/sim/ssh/keys';
import { inMemorySsh } from '../../src/sim/ssh/in-memory';
import type { SshSide } from '../../src/sim/ssh/machines';
import { XAPI_PASSWORD, XAPI_USER } from '../../src/sim/xapi';
import { certificateOf, cloudStackInMemory, sshInMemory, xapiInMemory } from './in-memory-transports';

export interface Sides {
  readonly cloud: Cloud;
  readonly cloudStack: CloudStackSide;
  readonly ssh: SshSide;
  /** What becomes of an answer on its way: the call, and what came. XAPI's reply, CloudStack's JSON, rows, an SSH answer. */
  readonly spoil?: (
    source: 'xapi' | 'cloudstack' | 'database' | 'ssh',
    call: string,
    answer: unknown,
  ) => unknown;
}

/** What pools.yaml pins: taken once, however often keys change and workers are started later. */
export interface Pinned {
  readonly tls: Readonly<Record<string, string>>;
  readonly ssh: readonly {
    readonly target: { readonly host: string; readonly port: number };
    readonly fingerprint: string;
  }[];
}

export interface Kept {
  readonly pinned: Pinned;
  /** Dumps of the pool's database: one place for all workers. */
  readonly files: DumpFiles;
}

export function keptInMemory({ cloud, ssh }: Sides): Kept {
  const written = new Map<string, Buffer>();
  return {
    pinned: {
      tls: Object.fromEntries(
        cloud.pools.flatMap((pool) => pool.hosts.map((host) => [host.uuid, certificateOf(host)])),
      ),
      ssh: ssh.machines.map((machine) => ({
        target: sshOf(machine.kind === 'dom0' ? machine.host : machine.server),
        fingerprint: hostKeyOf(machine).fingerprint,
      })),
    },
    files: {
      write: async (file, body) => void written.set(file, body),
      read: async (file) => written.get(file),
    },
  };
}

/** As the real transport says it: MySQL's number is the code. */
async function selected(side: CloudStackSide, sql: string): Promise<readonly unknown[]> {
  try {
    return asRecords(await runSql(side, { user: 'xsupgrade_read', database: undefined }, sql));
  } catch (error) {
    if (!(error instanceof SqlRefused)) throw error;
    const problem = { code: 'DATABASE_REFUSED', what: 'The database refused a query.', why: error.message };
    throw new Refused({ ...problem, doThis: [] }, String(error.code), [error.message]);
  }
}

const sshOf = ({ address }: { readonly address: string }) => ({ host: address, port: 22 });

/** A file is there at once: while a disk is read for real, pool time would run away. */
const atOnce: ArtefactFiles = {
  open: async (file) => {
    const content = readFileSync(file);
    const pieces = async function* () {
      yield content;
    };
    return { bytes: content.length, pieces: pieces(), close: () => Promise.resolve() };
  },
};

export function worldInMemory(
  sides: Sides,
  pool: SimPool,
  facts: Partial<PoolFacts> = {},
  kept: Kept = keptInMemory(sides),
): Omit<World, 'others' | 'lookAgain'> {
  const { cloud, cloudStack: side, ssh, spoil = (_source, _call, answer) => answer } = sides;
  const pins = hostKeyPins(kept.pinned.ssh);
  const secure = sshInMemory(
    cloud,
    inMemorySsh(ssh, (at) => pins.pinned(at)),
  );
  const transport: SshTransport = {
    ...secure,
    exec: async (target, command, options) =>
      spoil('ssh', command, await secure.exec(target, command, options)) as SshAnswer,
  };
  const plainXapi = xapiInMemory(cloud);
  const xapi: XapiTransport = {
    ...plainXapi,
    call: async (address, method, params, options) =>
      spoil('xapi', method, await plainXapi.call(address, method, params, options)),
  };
  const http = cloudStackInMemory(side);
  const api: CloudStackTransport = async (request) => {
    const answer = await http(request);
    const [, command = ''] = /[?&]command=(\w+)/.exec(`${request.url}?${request.body ?? ''}`) ?? [];
    const spoilt = spoil('cloudstack', command, answer.body);
    return { ...answer, body: String(spoilt) };
  };
  const hostOf = (uuid: string): SimHost => pool.hosts.find((host) => host.uuid === uuid)!;
  const servers = cloud.managementServers.map((server) => ({ name: server.name, target: sshOf(server) }));
  const first = servers[0]!;
  const xen = xapiPool({
    pool: pool.name,
    hosts: pool.hosts.map((host) => ({
      uuid: host.uuid,
      name: host.name,
      address: host.address,
      fingerprint: kept.pinned.tls[host.uuid],
    })),
    user: XAPI_USER,
    password: XAPI_PASSWORD,
    transport: xapi,
    files: kept.files,
    artefacts: atOnce,
    ssh: {
      shown: (uuid) => transport.hostKey(sshOf(hostOf(uuid))),
      pinned: (uuid) => pins.pinned(sshOf(hostOf(uuid))),
      trust: (uuid, fingerprint) => pins.trust(sshOf(hostOf(uuid)), fingerprint),
    },
  });
  return {
    pool: {
      name: pool.name,
      clusterId: pool.cluster.id,
      dumpDirectory: '/tmp',
      selfApproval: false,
      migrationsPerHost: 3,
      maxDown: 1,
      ...facts,
    },
    xen,
    patching: xen.patching,
    cloudStack: cloudStack({
      url: 'http://cloudstack.sim/client/api',
      apiKey: ADMIN.apiKey,
      secretKey: ADMIN.secretKey,
      transport: api,
    }),
    cloudStackDb: cloudStackDb(
      async (sql) => spoil('database', sql, await selected(side, sql)) as readonly unknown[],
    ),
    dom0: dom0({
      hosts: pool.hosts.map((host) => ({ uuid: host.uuid, name: host.name, target: sshOf(host) })),
      transport,
    }),
    managementServers: managementServers({
      servers,
      transport,
      backup: { ...backupPlace, server: first.name, target: first.target },
    }),
  };
}
