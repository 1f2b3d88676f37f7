/** Composition root: the only file that knows every adapter. Everything else meets through ports. */
import { backupPlace } from './adapters/backup/place';
import { makeBell, type OpenBell } from './adapters/bell/bell';
import { simClock, systemClock } from './adapters/clock';
import { cloudStackDb, mysqlTransport, type SqlTransport } from './adapters/cloudstack-db';
import { cloudStack } from './adapters/cloudstack/cloudstack';
import { httpTransport, type CloudStackTransport } from './adapters/cloudstack/http-transport';
import { dom0 } from './adapters/dom0/dom0';
import { makeJournal, type OpenJournal } from './adapters/journal/journal';
import { managementServers } from './adapters/management-servers';
import { roles } from './adapters/roles';
import { catalogueNow } from './adapters/hotfix-files';
import { slackGroups } from './adapters/slack-web/index';
import { sshConnections } from './adapters/ssh/connect';
import { hostKeyPins, type HostKeyPins, type SshTransport } from './adapters/ssh/transport';
import { wireTransport } from './adapters/xapi/wire';
import type { XapiTransport } from './adapters/xapi/transport';
import { xapiPool } from './adapters/xapi/xapi-pool';
import { poolFacts, type Config, type PoolConfig } from './config';
import type { OwedAnswer } from './domain/answers';
import { Rejected } from './domain/errors';
import { keysBy, owedBy } from './domain/owed';
import type { Obligation } from './domain/obligation';
import type { Person, Role } from './domain/person';
import type { Plan, PlanRequest } from './domain/plan';
import type { Run } from './domain/run';
import { problems } from './domain/problems';
import { authorise } from './engine/authorise';
import { backupThatCounts } from './engine/backup-that-counts';
import { folds, type Folds } from './engine/fold';
import type { Inspectable } from './engine/inspect';
import { awayMinutesLearned } from './engine/learned';
import { lookAgain } from './engine/look-again';
import { idsFrom } from './engine/new-id';
import { operate } from './engine/operate';
import type { Operator } from './engine/operator';
import { otherRuns } from './engine/others';
import { owedAnswers } from './engine/owed-answers';
import { makePlan } from './engine/planner';
import type { Clock, OtherRuns, Roles, World } from './ports';
import { askedFor } from './procedures/asked';
import { giveBack, notYet } from './procedures/give-back';
import { procedureNamed } from './procedures/index';

/** How the outside is reached: sockets in production, the simulator's own faces in memory. */
export interface Outside {
  /** `nameOf`: how people call the host at an address. */
  xapi(nameOf: (address: string) => string): XapiTransport & { close?(): void };
  cloudStack(): CloudStackTransport & { close?(): void };
  ssh(
    login: { readonly user: string; readonly password: string },
    pins: HostKeyPins,
  ): SshTransport & { close?(): void };
  database?(login: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  }): {
    readonly select: SqlTransport;
    close(): Promise<void>;
  };
}

export const overTheWire: Outside = {
  xapi: (nameOf) => wireTransport({ nameOf }),
  cloudStack: () => httpTransport(),
  ssh: (login, pins) => sshConnections({ login: () => login, pins }),
  database: (login) => mysqlTransport(login),
};

export interface Composition {
  readonly clock: Clock;
  readonly journal: OpenJournal;
  readonly bell: OpenBell;
  readonly folds: Folds;
  readonly roles: Roles;
  readonly operator: Operator;
  /** What the steps of this run see. */
  worldOf(run: { readonly id: string; readonly pool: string }): World;
  /** Looks at the pool and keeps the plan; changes nothing else. Rejected when it may not or cannot be made. */
  makePlan(pool: string, wish: PlanRequest, by: Person): Promise<Plan>;
  /** What the pool of this run is owed, as people read it. */
  owedOf(pool: string): Promise<readonly OwedAnswer[]>;
  close(): Promise<void>;
}

export interface ComposeOptions {
  readonly outside?: Outside;
  readonly clock?: Clock & { close?(): void };
  readonly trouble: (what: string, error: unknown) => void;
}

/** Opens journal and bell; connections to pools are made when they are first needed. Unreachable when the journal is not. */
export async function compose(config: () => Config, options: ComposeOptions): Promise<Composition> {
  const first = config();
  const outside = options.outside ?? overTheWire;
  const clock = options.clock ?? (await clockOf(first));
  const journal = await makeJournal(first.journal, clock);
  const bell = await makeBell(first.bell, clock, (error) => options.trouble('The bell', error)).catch(
    async (error: unknown) => {
      await journal.close();
      throw error;
    },
  );
  const folded = folds(journal);
  const pools = connections(config, outside);
  const who = rolesOf(config, clock);
  const whoMay = (pool: string, wanted: readonly Role[]): readonly string[] =>
    peopleWith(config().pools[pool], wanted);

  const poolConfig = (name: string): PoolConfig => {
    const pool = config().pools[name];
    if (!pool) throw new Rejected(problems.poolUnknown(name, Object.keys(config().pools)));
    return pool;
  };
  const sameCloudStack = (a: string) => (b: string) =>
    config().pools[a]?.cloudStack === config().pools[b]?.cloudStack;

  const again = (world: Inspectable, run: Run, host: string) =>
    lookAgain(world, procedureNamed(run.plan.procedure), run, host, clock.now());

  function worldOf(run: { readonly id: string; readonly pool: string }): World {
    const others = otherRuns(journal, folded, run.id, sameCloudStack(run.pool));
    const world = pools.world(run.pool, others);
    return {
      ...world,
      lookAgain: async (host) => again(world, await folded.newest(run.id), host),
    };
  }

  /** What earlier runs of the pool say: what is owed, which keys were accepted, which backup counts. */
  async function history(poolUuid: string) {
    const rows = await journal.runsOf(poolUuid);
    const journals = await Promise.all(
      rows.map(async (row) => ({ row, entries: await journal.read(row.id) })),
    );
    const entries = journals.map((one) => one.entries);
    return { owed: owedBy(entries), keys: keysBy(entries), journals };
  }

  async function historyOf(pool: string) {
    const newest = (await journal.plansOf(pool, 1))[0];
    const uuid = newest && (await journal.plan(newest.id))?.poolUuid;
    return history(uuid ?? '');
  }

  /** The pool as approvers know it: its hosts may have come back from their installers with other keys. */
  async function known(pool: string) {
    const { owed, keys, journals } = await historyOf(pool);
    const world = worldOf({ id: '', pool });
    for (const [hostUuid, pins] of Object.entries(keys)) world.xen.trust(hostUuid, pins);
    return { world, owed, journals };
  }

  async function plan(pool: string, wish: PlanRequest, by: Person): Promise<Plan> {
    await authorise(who, Object.keys(config().pools), by, pool, 'plan', whoMay);
    const asked = askedFor(pool, wish, poolConfig(pool).target);
    const { world, owed, journals } = await known(pool);
    const runs = await Promise.all(
      journals.map(async ({ row, entries }) => ({ plan: await journal.plan(row.plan), entries })),
    );
    const backup = backupThatCounts(runs, asked.target);
    const awayMinutes = awayMinutesLearned(runs, asked.procedure.name);
    const made = await makePlan({
      world: {
        ...world,
        pool: { ...world.pool, ...(await catalogueNow(config(), asked.patches !== undefined)) },
      },
      ...asked,
      by,
      at: clock.now(),
      owed,
      ...(backup !== undefined && { verifiedBackup: backup }),
      ...(awayMinutes && { awayMinutes }),
    });
    await journal.savePlan(made);
    return made;
  }

  const operator = operate({
    journal,
    folds: folded,
    bell,
    clock,
    roles: who,
    pools: () => Object.values(config().pools),
    whoMay,
    newId: idsFrom(clock),
    async planGiveBack(pool, owed, by) {
      const { world } = await known(pool);
      return makePlan({
        world,
        procedure: giveBack,
        by,
        at: clock.now(),
        owed,
        judge: () => [],
      });
    },
    notYet: whyNotYet,
  });

  async function whyNotYet(
    pool: string,
    owed: Obligation,
    all: readonly Obligation[],
  ): Promise<string | undefined> {
    const hosts = await known(pool)
      .then(({ world }) => world.xen.hosts())
      .catch(() => undefined);
    return hosts ? notYet(hosts, owed, all) : 'XAPI does not answer now.';
  }

  const owedOf = async (pool: string): Promise<readonly OwedAnswer[]> =>
    owedAnswers((await historyOf(pool)).owed, (one, all) => whyNotYet(pool, one, all));

  return {
    clock,
    journal,
    bell,
    folds: folded,
    roles: who,
    operator,
    worldOf,
    makePlan: plan,
    owedOf,
    async close() {
      await bell.close();
      await pools.close();
      await journal.close();
      if ('close' in clock) (clock as { close?(): void }).close?.();
    },
  };
}

/** The simulator's clock with the simulator's configuration, else the system's. */
const clockOf = async (config: Config): Promise<Clock> =>
  config.simulator ? simClock(config.simulator.controlUrl) : systemClock();

function rolesOf(config: () => Config, clock: Clock): Roles {
  const { slack } = config();
  const granted = roles({
    grantedIn: (pool) => config().pools[pool]?.roles,
    ...(slack && { members: slackGroups({ token: slack.botToken, apiUrl: slack.apiUrl }) }),
    monotonic: () => clock.monotonic(),
  });
  return {
    // a login that pools.yaml maps to nobody may read and nothing else (design: People)
    rolesOf: async (person, pool) =>
      person.id.startsWith('shell:') ? { roles: ['viewer'] } : granted.rolesOf(person, pool),
  };
}

/** Slack ids and groups as people read them in Slack; names come from Slack itself. */
function peopleWith(pool: PoolConfig | undefined, wanted: readonly Role[]): readonly string[] {
  if (!pool) return [];
  return [...new Set(wanted.flatMap((role) => pool.roles[role]))];
}

/** One set of connections per pool, made at the first need and kept while its configuration stays the same. */
function connections(config: () => Config, outside: Outside) {
  const open = new Map<
    string,
    { readonly from: string; readonly world: Omit<World, 'others' | 'lookAgain'>; close(): Promise<void> }
  >();

  function connect(name: string): Omit<World, 'others' | 'lookAgain'> {
    const now = config();
    const pool = now.pools[name];
    const cloud = pool && now.cloudStacks[pool.cloudStack];
    if (!pool || !cloud) throw new Rejected(problems.poolUnknown(name, Object.keys(now.pools)));
    const from = JSON.stringify([pool, cloud]);
    const known = open.get(name);
    if (known?.from === from) return known.world;
    void known?.close();
    const made = connectionsOf(now, name, pool, cloud, outside);
    open.set(name, { from, ...made });
    return made.world;
  }

  return {
    world: (pool: string, others: OtherRuns): World => {
      const world = connect(pool);
      return {
        ...world,
        others,
        lookAgain: () => Promise.reject(new Error(`nothing is judged outside a run or plan of ${pool}`)),
      };
    },
    close: async () => {
      await Promise.allSettled([...open.values()].map((one) => one.close()));
      open.clear();
    },
  };
}

function connectionsOf(
  config: Config,
  name: string,
  pool: PoolConfig,
  cloud: Config['cloudStacks'][string],
  outside: Outside,
) {
  const sshHosts = pool.hosts.flatMap((host) =>
    host.ssh
      ? [
          {
            uuid: host.uuid,
            name: host.name,
            target: { host: host.ssh.host, port: host.ssh.port },
            hostKey: host.ssh.hostKey,
          },
        ]
      : [],
  );
  const hostPins = hostKeyPins(sshHosts.map(({ target, hostKey }) => ({ target, fingerprint: hostKey })));
  const hostSsh = outside.ssh(pool.ssh, hostPins);
  const servers = cloud.managementServers.map(({ name: server, ssh }) => ({
    name: server,
    target: { host: ssh.host, port: ssh.port },
    hostKey: ssh.hostKey,
  }));
  const serverPins = hostKeyPins(servers.map(({ target, hostKey }) => ({ target, fingerprint: hostKey })));
  const serverSsh = cloud.ssh && outside.ssh(cloud.ssh, serverPins);
  const xapi = outside.xapi(
    (address) => pool.hosts.find((host) => host.address === address)?.name ?? address,
  );
  const api = outside.cloudStack();
  const database = cloud.db && outside.database?.(cloud.db);
  const sshOf = (uuid: string) => sshHosts.find((host) => host.uuid === uuid)?.target;
  const first = servers[0];
  const { installer: media } = pool;

  const xen = xapiPool({
    pool: name,
    hosts: pool.hosts.map(({ uuid, name: host, address, fingerprint }) => ({
      uuid,
      name: host,
      address,
      fingerprint,
    })),
    user: pool.xapi.user,
    password: pool.xapi.password,
    media,
    transport: xapi,
    ssh: {
      shown: async (uuid) => {
        const target = sshOf(uuid);
        return target && hostSsh.hostKey(target);
      },
      pinned: (uuid) => {
        const target = sshOf(uuid);
        return target && hostPins.pinned(target);
      },
      trust: (uuid, fingerprint) => {
        const target = sshOf(uuid);
        if (target) hostPins.trust(target, fingerprint);
      },
    },
  });
  const world: Omit<World, 'others' | 'lookAgain'> = {
    pool: poolFacts(config, name),
    xen,
    patching: xen.patching,
    cloudStack: cloudStack({
      url: cloud.url,
      apiKey: cloud.apiKey,
      secretKey: cloud.secretKey,
      transport: api,
    }),
    ...(database && { cloudStackDb: cloudStackDb(database.select) }),
    ...(sshHosts.length > 0 && { dom0: dom0({ hosts: sshHosts, transport: hostSsh, media }) }),
    ...(first &&
      serverSsh && {
        managementServers: managementServers({
          servers,
          transport: serverSsh,
          backup: { ...backupPlace, server: first.name, target: first.target },
        }),
      }),
  };
  return {
    world,
    close: async (): Promise<void> => {
      await xen.close();
      xapi.close?.();
      api.close?.();
      hostSsh.close?.();
      serverSsh?.close?.();
      await database?.close();
    },
  };
}
