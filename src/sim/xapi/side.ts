/** What CloudStack's agent does through XAPI: the same behaviour, without a client's session (model.ts XapiSide). */
import { buildVm } from '../build-pool';
import type { CloudState, SimHost, SimPool, SimVm, XapiSide } from '../model';
import { seeStartedTwice } from './breaches';
import { freeMib } from './host-facts';
import { moveRole, setInDatabase } from './machine';
import { migrate } from './migrate';
import { answersCalls, masterAnswers } from './pool-state';
import { halt, shutdownVm, startVm, takeOutCd } from './power';
import { SECONDS } from './timing';
import { XapiFailure } from './values';
import { masterOf, type XapiWorld } from './world';
import { xapiWorld } from './xapi-world';

type Done = (error?: readonly string[]) => void;

/** Behaviour on the cloud's own timeline; `done` is called with XAPI's error or nothing. */
export function xapiSide(cloud: CloudState): XapiSide {
  const world = xapiWorld(cloud);
  const act = (
    call: string,
    on: string,
    by: string,
    pool: SimPool,
    done: Done,
    run: () => Promise<void>,
  ): void => {
    cloud.record({ face: 'xapi', call, on, by, mutates: true, ok: true });
    const n = cloud.calls.length;
    const fail = (error: readonly string[]): void => {
      cloud.calls[n - 1] = { ...cloud.calls[n - 1]!, ok: false, code: error[0] ?? '' };
      done(error);
    };
    if (!masterAnswers(world, pool)) {
      cloud.time.in(1, () => fail(['CANNOT_CONTACT_HOST']));
      return;
    }
    const settle = async (): Promise<void> => {
      let error: readonly string[] | undefined;
      try {
        await run();
      } catch (failure) {
        error = failure instanceof XapiFailure ? failure.description : ['INTERNAL_ERROR', String(failure)];
      }
      if (error) fail(error);
      else done();
    };
    void settle();
  };
  return {
    masterAnswers: (pool) => masterAnswers(world, pool),
    migrate: (vm, to, by, done) =>
      act('VM.pool_migrate', vm.name, by, vm.pool, done, async () => {
        if (vm.cd) {
          await cloud.time.sleep(SECONDS.cdEject);
          takeOutCd(world, vm);
        }
        await migrate(world, vm, to);
      }),
    start: (vm, on, by, done) =>
      act('VM.start_on', vm.name, by, vm.pool, done, () => {
        forgetLostCopy(world, vm, on, by);
        return startVm(world, vm, on);
      }),
    shutdown: (vm, by, done) =>
      act('VM.clean_shutdown', vm.name, by, vm.pool, done, () => shutdownVm(world, vm, 'clean')),
    ejectCd: (vm) => takeOutCd(world, vm),
    createVm: (pool, spec) => addVm(world, pool, spec),
    destroyVm: (vm) => removeVm(world, vm),
    stripCloudTags: (host) =>
      setTags(
        cloud,
        host,
        host.tags.filter((tag) => !tag.includes('cloud')),
      ),
    setUpAgent: (host, tag) => setUpAgent(world, host, tag),
    enable: (host) => {
      host.disabledByUser = false;
      setInDatabase(world, host, { enabled: true });
    },
    makeMaster: (host) => {
      cloud.record({
        face: 'xapi',
        call: 'pool.designate_new_master',
        on: host.name,
        by: 'cloudstack',
        mutates: true,
        ok: true,
      });
      moveRole(world, host);
    },
    freeMib: (host) => freeMib(world, host),
  };
}

/** CloudStack's HA starts a VM again although XAPI still has it on a host that it lost sight of (cs §7). */
function forgetLostCopy(world: XapiWorld, vm: SimVm, on: SimHost, by: string): void {
  const old = vm.pool.hosts.find((host) => host.name === vm.on);
  if (vm.power !== 'Running' || !old || old === on || old.live) return;
  const stillRuns = old.phase === 'up' || old.phase === 'starting' || old.phase === 'xapi-down';
  if (stillRuns) seeStartedTwice(world, vm, on, by);
  halt(world, vm);
}

export function addVm(
  world: XapiWorld,
  pool: SimPool,
  spec: { name: string; kind: SimVm['kind']; memoryMib: number },
): SimVm {
  const file = { ...spec, power: 'Halted' as const, cloudstack: null };
  const vm = buildVm(pool, file, pool.master, (sr) => sr, { nextDbId: () => 0 });
  pool.vms.push(vm);
  world.cloud.changed(pool, 'vm', vm.uuid);
  return vm;
}

export function removeVm(world: XapiWorld, vm: SimVm): void {
  const at = vm.pool.vms.indexOf(vm);
  if (at < 0) return;
  vm.pool.vms.splice(at, 1);
  world.remove(vm.pool, 'vm', vm.uuid);
}

function setTags(cloud: CloudState, host: SimHost, tags: string[]): void {
  host.tags = tags;
  cloud.changed(host.pool, 'host', host.uuid);
}

/** A matching tag means "already set up": nothing is copied; the heartbeat is launched again anyway (cs §8.3). */
function setUpAgent(world: XapiWorld, host: SimHost, tag: string): boolean {
  const { cloud } = world;
  if (!masterAnswers(world, host.pool) || !answersCalls(world, host)) return false;
  const now = Math.floor(cloud.time.now() / 1000);
  if (!host.tags.includes(tag)) {
    for (const one of [masterOf(host.pool), host]) one.scriptsAt = now;
    setTags(cloud, host, [...host.tags.filter((other) => !other.startsWith('vmops-version-')), tag]);
  }
  const srs = host.pbds
    .filter((pbd) => pbd.attached)
    .map((pbd) => pbd.sr)
    .filter((uuid) => host.pool.srs.some((sr) => sr.uuid === uuid && sr.shared && sr.type !== 'iso'));
  host.heartbeat = { running: true, srs, writtenAt: now };
  return true;
}
