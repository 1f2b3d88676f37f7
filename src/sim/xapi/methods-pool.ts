/** Methods of pool, session, PBD, VBD and message that change or compute something (xapi §2.1, §3, §6.5, §7). */
import { versionKey, type SimHost, type SimPbd } from '../model';
import { seeFlagWrite, seeRoleChange } from './breaches';
import { moveRole } from './machine';
import { flag, hostAt, map, objectAt, text, texts, type Call, type Method } from './method';
import { ejectCd } from './power';
import { vbdsOf } from './record-vm';
import { SECONDS } from './timing';
import { refOf, uuidOfRef, VOID, XapiFailure } from './values';

const FLAG = 'rolling_upgrade_in_progress';

/** Forwarded calls need the host: HOST_OFFLINE, or CANNOT_CONTACT_HOST where it only seems to live (xapi §5.3). */
export function assertReachable(call: Call, host: SimHost): void {
  if (!host.live) throw new XapiFailure('HOST_OFFLINE', refOf(host.uuid));
  if (!call.world.machine(host).ready) throw new XapiFailure('CANNOT_CONTACT_HOST', refOf(host.uuid));
}

function addToConfig(call: Call, uuid: string, cls: string): string {
  if (cls === 'pool' && text(call, 1) === 'auto_poweron')
    return setAutoPowerOn(call, text(call, 2) === 'true');
  const configs = call.world.of(call.pool).otherConfig;
  const config = configs.get(uuid) ?? new Map<string, string>();
  const key = text(call, 1);
  if (config.has(key)) throw new XapiFailure('MAP_DUPLICATE_KEY', cls, 'other_config', uuid, key);
  configs.set(uuid, config.set(key, text(call, 2)));
  call.world.cloud.changed(call.pool, cls.toLowerCase(), uuid);
  return VOID;
}

function setAutoPowerOn(call: Call, on: boolean): string {
  call.pool.autoPowerOn = on;
  call.world.cloud.changed(call.pool, 'pool', call.pool.uuid);
  return VOID;
}

function removeFromConfig(call: Call, uuid: string, cls: string): string {
  if (cls === 'pool' && text(call, 1) === 'auto_poweron') return setAutoPowerOn(call, false);
  const marked = call.pool.hosts.find((host) => host.uuid === uuid);
  if (marked && text(call, 1) === 'MAINTENANCE_MODE') marked.traits.maintenanceMode = false;
  call.world.of(call.pool).otherConfig.get(uuid)?.delete(text(call, 1));
  call.world.cloud.changed(call.pool, cls.toLowerCase(), uuid);
  return VOID;
}

/** add_to_other_config and remove_from_other_config of one class. */
export const configMethods = (cls: 'pool' | 'host' | 'VM'): Readonly<Record<string, Method>> => ({
  [`${cls}.add_to_other_config`]: {
    params: [`ref:${cls}`, 's', 's'],
    mutates: true,
    run: (call) => {
      seeConfigWrite(call, cls, 'adding');
      return addToConfig(call, objectAt(call, cls, 0).uuid, cls);
    },
  },
  [`${cls}.remove_from_other_config`]: {
    params: [`ref:${cls}`, 's'],
    mutates: true,
    run: (call) => {
      seeConfigWrite(call, cls, 'removing');
      return removeFromConfig(call, objectAt(call, cls, 0).uuid, cls);
    },
  },
});

function seeConfigWrite(call: Call, cls: string, what: string): void {
  if (cls === 'pool' && text(call, 1) === FLAG) seeFlagWrite(call.world, call.pool, call.by, what);
}

async function disableHa(call: Call): Promise<string> {
  const { pool } = call;
  if (!pool.ha.on) throw new XapiFailure('HA_NOT_ENABLED');
  await haChange(call, 'HA_DISABLE_IN_PROGRESS', () => {
    pool.ha.on = false;
    pool.ha.srs = [];
  });
  return VOID;
}

async function enableHa(call: Call): Promise<string> {
  const { pool } = call;
  if (pool.ha.on) throw new XapiFailure('HA_IS_ENABLED');
  if (new Set(pool.hosts.map((host) => host.version)).size > 1)
    throw new XapiFailure('NOT_SUPPORTED_DURING_UPGRADE');
  for (const host of pool.hosts) if (!host.live) throw new XapiFailure('HOST_OFFLINE', refOf(host.uuid));
  const srs = texts(call, 0).map(uuidOfRef);
  for (const sr of srs)
    for (const host of pool.hosts)
      if (!host.pbds.some((pbd) => pbd.sr === sr && pbd.attached))
        throw new XapiFailure('CANNOT_CREATE_STATE_FILE');
  if (srs.length === 0) throw new XapiFailure('CANNOT_CREATE_STATE_FILE');
  await haChange(call, 'HA_ENABLE_IN_PROGRESS', () => {
    pool.ha.on = true;
    pool.ha.srs = srs;
    pool.ha.configuration = map(call, 1);
    // The number of failures to tolerate is set afterwards (xapi §3.2).
    pool.ha.tolerates = 0;
  });
  return VOID;
}

async function haChange(call: Call, busy: string, change: () => void): Promise<void> {
  const state = call.world.of(call.pool);
  if (state.haBusy) throw new XapiFailure(busy);
  state.haBusy = true;
  await call.world.cloud.time.sleep(SECONDS.haChange);
  state.haBusy = false;
  change();
  call.world.cloud.changed(call.pool, 'pool', call.pool.uuid);
}

function setTolerates(call: Call): string {
  const { pool } = call;
  if (!pool.ha.on) throw new XapiFailure('HA_NOT_ENABLED');
  const wanted = Number(call.args[1]);
  if (wanted >= pool.hosts.length && !pool.ha.allowOvercommit)
    throw new XapiFailure('HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN');
  pool.ha.tolerates = wanted;
  call.world.cloud.changed(pool, 'pool', pool.uuid);
  return VOID;
}

/** Both xapis restart and every session is lost (xapi fact 16). */
function designateNewMaster(call: Call): string {
  const { world, pool } = call;
  const host = hostAt(call, 0);
  seeRoleChange(world, host, call.by, 'pool.designate_new_master');
  if (pool.ha.on) throw new XapiFailure('HA_IS_ENABLED');
  if (host.name === pool.master) return VOID;
  assertReachable(call, host);
  moveRole(world, host);
  return VOID;
}

async function plug(call: Call, attach: boolean): Promise<string> {
  const { host, pbd } = pbdAt(call);
  assertReachable(call, host);
  if (pbd.attached === attach) return VOID;
  await call.world.cloud.time.sleep(SECONDS.pbdPlug);
  pbd.attached = attach;
  call.world.cloud.changed(call.pool, 'pbd', pbd.uuid);
  return VOID;
}

function pbdAt(call: Call): { host: SimHost; pbd: SimPbd } {
  const ref = text(call, 0);
  for (const host of call.pool.hosts)
    for (const pbd of host.pbds) if (pbd.uuid === uuidOfRef(ref)) return { host, pbd };
  throw new XapiFailure('HANDLE_INVALID', 'PBD', ref);
}

async function eject(call: Call): Promise<string> {
  const ref = text(call, 0);
  for (const vm of call.pool.vms)
    for (const vbd of vbdsOf(vm)) {
      if (vbd.uuid !== uuidOfRef(ref)) continue;
      if (vbd.type !== 'CD') throw new XapiFailure('VBD_NOT_REMOVABLE_MEDIA', ref);
      if (vbd.vdi === undefined) throw new XapiFailure('VBD_IS_EMPTY', ref);
      if (vm.power === 'Suspended')
        throw new XapiFailure('VM_BAD_POWER_STATE', refOf(vm.uuid), 'running', 'suspended');
      await ejectCd(call.world, vm);
      return VOID;
    }
  throw new XapiFailure('HANDLE_INVALID', 'VBD', ref);
}

export const POOL_METHODS: Readonly<Record<string, Method>> = {
  'pool.disable_ha': { params: [], mutates: true, run: disableHa },
  'pool.enable_ha': { params: ['S', 'm'], mutates: true, run: enableHa },
  'pool.set_ha_host_failures_to_tolerate': { params: ['ref:pool', 'i'], mutates: true, run: setTolerates },
  'pool.set_wlb_enabled': {
    params: ['ref:pool', 'b'],
    mutates: true,
    run: (call) => {
      // A database field: no WLB server is asked (xapi §3.3).
      call.pool.wlb.on = flag(call, 1);
      call.world.cloud.changed(call.pool, 'pool', call.pool.uuid);
      return VOID;
    },
  },
  'pool.set_ha_allow_overcommit': {
    params: ['ref:pool', 'b'],
    mutates: true,
    run: (call) => {
      call.pool.ha.allowOvercommit = flag(call, 1);
      call.world.cloud.changed(call.pool, 'pool', call.pool.uuid);
      return VOID;
    },
  },
  'pool.sync_database': {
    params: [],
    mutates: true,
    run: async (call) => {
      await call.world.cloud.time.sleep(SECONDS.syncDatabase);
      return VOID;
    },
  },
  'pool.designate_new_master': { params: ['ref:host'], mutates: true, run: designateNewMaster },
  'pool.recover_slaves': {
    params: [],
    mutates: true,
    run: (call) =>
      call.pool.hosts
        .filter(
          (host) =>
            call.world.machine(host).emergency !== undefined &&
            versionKey(host, call.pool) === versionKey(call.host, call.pool),
        )
        .map((host) => refOf(host.uuid)),
  },
  ...configMethods('pool'),
  'PBD.plug': { params: ['ref:PBD'], mutates: true, run: (call) => plug(call, true) },
  'PBD.unplug': { params: ['ref:PBD'], mutates: true, run: (call) => plug(call, false) },
  'VBD.eject': { params: ['ref:VBD'], mutates: true, run: eject },
};
