/** A cloud with CloudStack's side and a small XAPI that does what it is told: enough to watch CloudStack alone. */
import { createHmac } from 'node:crypto';
import { type Cloud, type CloudOptions, makeCloud } from '../../../src/sim/cloud';
import { callCloudStack } from '../../../src/sim/cloudstack/call';
import { ADMIN } from '../../../src/sim/cloudstack/catalogue';
import { cloudStackSide } from '../../../src/sim/cloudstack/cloudstack';
import type { CloudStackSide } from '../../../src/sim/cloudstack/side';
import { hostByName, isMixed, type SimHost, type SimVm, type XapiSide } from '../../../src/sim/model';
import { vmTraitsOf } from '../../../src/sim/traits';

/** XAPI's answers to the next migrations, in order; none left: it works. */
interface PlainXapi extends XapiSide {
  readonly migrationErrors: (readonly string[])[];
  migrationSeconds: number;
}

function plainXapi(cloud: Cloud): PlainXapi {
  const xapi: PlainXapi = {
    migrationErrors: [],
    migrationSeconds: 20,
    masterAnswers: (pool) => hostByName(pool, pool.master)?.phase === 'up',
    migrate: (vm, to, _by, done) => {
      vm.operation = 'pool_migrate';
      cloud.time.in(xapi.migrationSeconds, () => {
        delete vm.operation;
        const error = xapi.migrationErrors.shift();
        if (!error) {
          vm.on = to.name;
          vm.migrations++;
        }
        done(error);
      });
    },
    start: (vm, on, _by, done) => {
      const versions = on.pool.hosts.map((host) => host.platform).sort();
      if (isMixed(on.pool) && on.platform !== versions.at(-1)) return done(['NOT_SUPPORTED_DURING_UPGRADE']);
      cloud.time.in(15, () => {
        vm.power = 'Running';
        vm.on = on.name;
        vm.starts++;
        done();
      });
    },
    shutdown: (vm, _by, done) => void cloud.time.in(10, () => (halt(vm), done())),
    ejectCd: (vm) => void delete vm.cd,
    createVm: (pool, spec) => {
      const vm: SimVm = {
        pool,
        name: spec.name,
        uuid: `uuid-of-${spec.name}`,
        kind: spec.kind,
        power: 'Halted',
        memoryMib: spec.memoryMib,
        overheadMib: 8,
        vcpus: 1,
        tools: true,
        disks: [],
        networks: [],
        devices: [],
        traits: vmTraitsOf(undefined),
        migrations: 0,
        stops: 0,
        starts: 0,
      };
      pool.vms.push(vm);
      return vm;
    },
    destroyVm: (vm) => void vm.pool.vms.splice(vm.pool.vms.indexOf(vm), 1),
    stripCloudTags: (host) => void (host.tags = host.tags.filter((tag) => !tag.includes('cloud'))),
    setUpAgent: (host, tag) => {
      if (host.phase !== 'up') return false;
      if (!host.tags.includes(tag)) {
        host.tags.push(tag);
        host.scriptsAt = Math.floor(cloud.time.now() / 1000);
      }
      host.heartbeat.running = true;
      return true;
    },
    enable: (host) => void (host.enabled = true),
    makeMaster: (host) => void (host.pool.master = host.name),
    freeMib: (host) =>
      host.memory.total -
      host.memory.base -
      host.pool.vms
        .filter((vm) => vm.on === host.name)
        .reduce((sum, vm) => sum + vm.memoryMib + vm.overheadMib, 0),
  };
  return xapi;
}

function halt(vm: SimVm): void {
  vm.power = 'Halted';
  delete vm.on;
  vm.stops++;
}

/** The machine is down or comes back, as XAPI's side would show it. */
export function bootOff(host: SimHost): void {
  host.phase = 'off';
  host.live = false;
  host.enabled = false;
  host.heartbeat.running = false;
  for (const vm of host.pool.vms.filter((one) => one.on === host.name)) halt(vm);
}

/** An ISO upgrade leaves a new root: no scripts, no heartbeat; the pool's database keeps what tags it had. */
export function bootUpgraded(host: SimHost, at: number): void {
  Object.assign(host, { phase: 'up', live: true, enabled: true, version: '7.1.2', platform: '2.2.0' });
  host.bootTime = Math.floor(at / 1000);
  host.scriptsAt = 0;
  host.reboots++;
}

type Answer = Readonly<Record<string, unknown>>;

export interface World {
  readonly cloud: Cloud;
  readonly side: CloudStackSide;
  readonly xapi: PlainXapi;
  readonly host: (name: string) => SimHost;
  readonly vm: (name: string) => SimVm;
  /** A signed request; the object under `<command>response`. */
  readonly ask: (command: string, params?: Record<string, string>) => Promise<Answer>;
  /** The same and the status, without signing by the current rules when `params` brings its own. */
  readonly raw: (
    params: Record<string, string>,
  ) => Promise<{ status: number; body: string; headers: Record<string, string> }>;
  /** Async command carried to its end: queryAsyncJobResult's answer after `seconds`. */
  readonly job: (command: string, params: Record<string, string>, seconds?: number) => Promise<Answer>;
  readonly pass: (seconds: number) => void;
  readonly rules: () => string[];
}

export function makeWorld(options: CloudOptions = {}): World {
  const cloud = makeCloud(options);
  const xapi = plainXapi(cloud);
  const side = cloudStackSide(cloud, xapi);
  const pool = cloud.pools[0]!;
  const server = cloud.managementServers[0]!;
  const raw: World['raw'] = (params) =>
    callCloudStack(side, server, {
      method: 'GET',
      url: `/client/api?${new URLSearchParams(signed(params)).toString()}`,
    });
  const ask: World['ask'] = async (command, params = {}) => {
    const answer = await raw({ command, response: 'json', ...params });
    const parsed = JSON.parse(answer.body) as Record<string, Answer>;
    return { status: answer.status, ...Object.values(parsed)[0] };
  };
  const pass = (seconds: number): void => cloud.time.advanceTo(cloud.time.now() + seconds * 1000);
  return {
    cloud,
    side,
    xapi,
    raw,
    ask,
    pass,
    host: (name) => hostByName(pool, name)!,
    vm: (name) => pool.vms.find((vm) => vm.name === name)!,
    job: async (command, params, seconds = 1) => {
      const accepted = await ask(command, params);
      const { jobid } = accepted;
      // 2.2 counts its jobs
      if (typeof jobid !== 'string' && typeof jobid !== 'number') return accepted;
      pass(seconds);
      return ask('queryAsyncJobResult', { jobid: String(jobid) });
    },
    rules: () => cloud.violations.map((violation) => violation.rule),
  };
}

/** Another hand's signing than the product's and the simulator's: written from the rule alone (cs §2.2). */
export function signed(
  params: Record<string, string>,
  secret: string = ADMIN.secretKey,
): Record<string, string> {
  const all: Record<string, string> = {
    apiKey: ADMIN.apiKey,
    signatureVersion: '3',
    expires: new Date(Date.now() + 600_000).toISOString().replace(/\.\d+Z/, '+0000'),
    ...params,
  };
  const bare = /[A-Za-z0-9.\-*_]/;
  const encode = (value: string): string =>
    [...new TextEncoder().encode(value)]
      .map((byte) => String.fromCharCode(byte))
      .map((sign) => (bare.test(sign) ? sign : `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`))
      .join('');
  const text = Object.keys(all)
    .sort()
    .map((name) => `${name}=${encode(all[name]!)}`)
    .join('&');
  return { ...all, signature: createHmac('sha1', secret).update(text.toLowerCase()).digest('base64') };
}
