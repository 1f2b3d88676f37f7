/** The product's own adapters on the simulator's in-process faces: no socket, pool time moves only when a test says so. */
import { cloudStackDb } from '../../src/adapters/cloudstack-db';
import { backupPlace } from '../../src/adapters/backup/place';
import { cloudStack } from '../../src/adapters/cloudstack/cloudstack';
import { dom0 } from '../../src/adapters/dom0';
import { managementServers } from '../../src/adapters/management-servers';
import { hostKeyPins } from '../../src/adapters/ssh/transport';
import { xapiPool } from '../../src/adapters/xapi/xapi-pool';
import type { XapiTransport } from '../../src/adapters/xapi/transport';
import { NotSent, Unreachable, WrongKey } from '../../src/domain/errors';
import type { PoolFacts, World } from '../../src/ports';
import type { Cloud } from '../../src/sim/cloud';
import { inMemoryTransport } from '../../src/sim/cloudstack/in-memory';
import type { CloudStackSide } from '../../src/sim/cloudstack/side';
import { ADMIN } from '../../src/sim/cloudstack/catalogue';
import { asRecords, runSql } from '../../src/sim/db/face';
import type { SimHost, SimPool } from '../../src/sim/model';
import { SimSocketError } from '../../src/sim/socket-error';
import { hostKeyOf } from '../../src/sim/ssh/keys';
import { inMemorySsh } from '../../src/sim/ssh/in-memory';
import type { SshSide } from '../../src/sim/ssh/machines';
import { callXapi, getXapi, hostAtAddress, plain, XAPI_PASSWORD, XAPI_USER, type XapiValue } from '../../src/sim/xapi';

/** In memory a certificate is its serial number: another serial is another certificate. */
const shown = (host: SimHost): string => `TLS:${host.uuid}:${host.certificate}`;

export function xapiInMemory(cloud: Cloud): XapiTransport {
  const at = (address: string): SimHost => {
    const host = hostAtAddress(cloud, address);
    if (!host) throw new NotSent(`${address}: name not found`);
    return host;
  };
  const checked = (address: string, pin: string | undefined): SimHost => {
    const host = at(address);
    if (pin !== undefined && answersTls(host) && shown(host) !== pin) throw new WrongKey(`XAPI on ${host.name}`, 'tls', pin, shown(host));
    return host;
  };
  return {
    async call(address, method, params, { signal, pin }) {
      const host = checked(address, pin);
      const reply = await symptoms(cloud, host, signal, () => callXapi(cloud, host, method, params as readonly XapiValue[]));
      return reply.Status === 'Success' ? { Status: 'Success', Value: plain(reply.Value) } : reply;
    },
    async get(address, path, { signal, pin }) {
      const host = checked(address, pin);
      const reply = await symptoms(cloud, host, signal, () => getXapi(cloud, host, path, {}));
      return { status: reply.status, body: Buffer.from(reply.body) };
    },
    fingerprint: async (address) => {
      const host = at(address);
      return answersTls(host) ? shown(host) : undefined;
    },
  };
}

const answersTls = (host: SimHost): boolean => host.phase === 'up' || host.phase === 'starting';

/** The wall stands still in memory, so a call that hangs is given up after so much pool time. */
const GIVE_UP_SECONDS = 60;

async function symptoms<T>(cloud: Cloud, host: SimHost, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  let timer: { cancel(): void } | undefined;
  const gaveUp = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Unreachable(`XAPI on ${host.name}`, 'no answer within the deadline'));
    signal.addEventListener('abort', late, { once: true });
    timer = cloud.time.in(GIVE_UP_SECONDS, late);
  });
  gaveUp.catch(() => undefined);
  try {
    return await Promise.race([call(), gaveUp]);
  } catch (error) {
    if (!(error instanceof SimSocketError)) throw error;
    if (error.kind === 'refused') throw new NotSent(`XAPI on ${host.name} refused the connection`);
    if (error.kind === 'hang') return await gaveUp;
    throw new Unreachable(`XAPI on ${host.name}`, `the connection broke (${error.kind})`);
  } finally {
    timer?.cancel();
  }
}

export interface Sides {
  readonly cloud: Cloud;
  readonly cloudStack: CloudStackSide;
  readonly ssh: SshSide;
}

export function worldInMemory({ cloud, cloudStack: side, ssh }: Sides, pool: SimPool, facts: Partial<PoolFacts> = {}): Omit<World, 'others' | 'lookAgain'> {
  const target = (host: SimHost) => ({ host: host.address, port: 22 });
  const machines = ssh.machines.filter((machine) => machine.kind === 'management' || machine.host.pool === pool);
  const pins = hostKeyPins(
    machines.map((machine) => ({
      target: { host: machine.kind === 'dom0' ? machine.host.address : machine.server.address, port: 22 },
      fingerprint: hostKeyOf(machine).fingerprint,
    })),
  );
  const transport = inMemorySsh(ssh, (at) => pins.pinned(at));
  const hostOf = (uuid: string): SimHost => pool.hosts.find((host) => host.uuid === uuid)!;
  const servers = cloud.managementServers.map((server) => ({ name: server.name, target: { host: server.address, port: 22 } }));
  const first = servers[0]!;
  return {
    pool: {
      name: pool.name,
      clusterId: pool.cluster.id,
      dumpDirectory: '/tmp',
      selfApproval: false,
      migrationsPerHost: 3,
      ...facts,
    },
    xen: xapiPool({
      pool: pool.name,
      hosts: pool.hosts.map((host) => ({ uuid: host.uuid, name: host.name, address: host.address, fingerprint: shown(host) })),
      user: XAPI_USER,
      password: XAPI_PASSWORD,
      transport: xapiInMemory(cloud),
      ssh: {
        shown: (uuid) => transport.hostKey(target(hostOf(uuid))),
        pinned: (uuid) => pins.pinned(target(hostOf(uuid))),
        trust: (uuid, fingerprint) => pins.trust(target(hostOf(uuid)), fingerprint),
      },
    }),
    cloudStack: cloudStack({ url: 'http://cloudstack.sim/client/api', apiKey: ADMIN.apiKey, secretKey: ADMIN.secretKey, transport: inMemoryTransport(side) }),
    cloudStackDb: cloudStackDb(async (sql) => asRecords(await runSql(side, { user: 'xsupgrade_read', database: undefined }, sql))),
    dom0: dom0({ hosts: pool.hosts.map((host) => ({ uuid: host.uuid, name: host.name, target: target(host) })), transport }),
    managementServers: managementServers({ servers, transport, backup: { ...backupPlace, server: first.name, target: first.target } }),
  };
}
