/** Repositories of XenServer 8 and XCP-ng 8.3: synchronised by the master, applied by each host (xapi §8.3; xc §3.7). */
import type { Guidance } from '../../domain/patching';
import { sha256 } from '../dom0';
import { residentsOf, type SimHost } from '../model';
import type { SimUpdate } from '../patching';
import { seePatch } from './breaches';
import { setInDatabase } from './machine';
import { flag, hostAt, text, type Call, type Method } from './method';
import { assertReachable } from './methods-pool';
import { evacuationPlan } from './placement';
import { usesRepository } from './record-patch';
import { SECONDS } from './timing';
import { refOf, XapiFailure, type XapiValue } from './values';

const assertRepository = (call: Call, method: string): void => {
  if (!usesRepository(call.pool)) throw new XapiFailure('MESSAGE_METHOD_UNKNOWN', method);
};

export const hashOf = (updates: readonly SimUpdate[]): string => sha256(JSON.stringify(updates));

async function synchronise(call: Call): Promise<string> {
  assertRepository(call, 'pool.sync_updates');
  const { pool, world } = call;
  const { patching } = pool;
  if (patching.syncing) throw new XapiFailure('SYNC_UPDATES_IN_PROGRESS');
  const changed = (): void => world.cloud.changed(pool, 'pool', pool.uuid);
  patching.syncing = true;
  changed();
  await world.cloud.time.sleep(SECONDS.syncUpdates);
  patching.syncing = false;
  const updates = patching.offered;
  patching.synced = { hash: hashOf(updates), at: world.cloud.time.now(), updates };
  changed();
  return patching.synced.hash;
}

/** What would stand in the way of updates, high availability left aside where hosts are to be emptied (xc §3.7.4). */
function readiness(call: Call): XapiValue {
  assertRepository(call, 'pool.check_update_readiness');
  const { pool, world } = call;
  const found: string[][] = [];
  if (pool.ha.on) found.push(['HA_IS_ENABLED']);
  for (const host of pool.hosts) {
    if (!host.live) found.push(['HOST_OFFLINE', refOf(host.uuid)]);
    else if (flag(call, 1))
      found.push(...[...evacuationPlan(world, host).errors.values()].map((one) => [...one]));
  }
  return found;
}

export const missingUpdates = (host: SimHost): readonly SimUpdate[] =>
  (host.pool.patching.synced?.updates ?? []).filter(({ name }) => !host.patching.updates.has(name));

/** What XAPI says of an update before anybody has it: a toolstack restart must be, a reboot should be. */
export const sortedGuidance = (guidance: readonly Guidance[]): SimHost['patching']['pending'] => ({
  mandatory: guidance.filter((one) => one === 'restart-toolstack'),
  recommended: guidance.filter((one) => one !== 'restart-toolstack' && one !== 'none'),
  full: guidance.filter((one) => one !== 'none'),
});

async function apply(call: Call): Promise<XapiValue> {
  const method = 'host.apply_updates';
  assertRepository(call, method);
  const { pool, world, by } = call;
  const host = hostAt(call, 0);
  // it disables the host by itself: never a live patch, never in service
  seePatch(world, host, by, method);
  assertReachable(call, host);
  const self = refOf(host.uuid);
  if (pool.ha.on) throw new XapiFailure('HA_IS_ENABLED');
  const { synced } = pool.patching;
  if (!synced) throw new XapiFailure('GET_HOST_UPDATES_FAILED', self);
  if (text(call, 1) !== synced.hash) throw new XapiFailure('UPDATEINFO_HASH_MISMATCH');
  if (host.patching.pending.mandatory.length > 0)
    throw new XapiFailure('HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY', self);
  const missing = missingUpdates(host);
  const wantsEmpty = missing.some(({ guidance }) =>
    guidance.some((one) => one === 'reboot' || one === 'evacuate'),
  );
  if (wantsEmpty && residentsOf(host).length > 0) throw new XapiFailure('HOST_EVACUATION_IS_REQUIRED', self);
  const { operations } = world.machine(host);
  if ([...operations.values()].includes('apply_updates')) throw new XapiFailure('APPLY_UPDATES_IN_PROGRESS');
  host.disabledByUser = true;
  setInDatabase(world, host, { enabled: false });
  const operation = world.uuid(pool, 'apply_updates');
  operations.set(operation, 'apply_updates');
  try {
    await world.cloud.time.sleep(SECONDS.applyUpdates);
    assertReachable(call, host);
    if (world.cloud.faults.strike('world:patch', host.name))
      throw new XapiFailure('APPLY_UPDATES_FAILED', self);
    haveThem(host, missing);
  } finally {
    operations.delete(operation);
    world.cloud.changed(pool, 'host', host.uuid);
  }
  return [];
}

function haveThem(host: SimHost, updates: readonly SimUpdate[]): void {
  const { patching } = host;
  for (const { name, guidance, late = [] } of updates) {
    patching.updates.add(name);
    for (const wanted of [...guidance, ...late]) if (wanted !== 'none') patching.wants.add(wanted);
  }
  const before = patching.pending;
  const added = sortedGuidance(updates.flatMap(({ guidance, late = [] }) => [...guidance, ...late]));
  const both = (list: keyof typeof before): readonly Guidance[] => [
    ...new Set([...before[list], ...added[list]]),
  ];
  patching.pending = { mandatory: both('mandatory'), recommended: both('recommended'), full: both('full') };
}

export const UPDATE_METHODS: Readonly<Record<string, Method>> = {
  'pool.sync_updates': {
    params: ['ref:pool', 'b', 's', 's', 's', 's'],
    defaulted: 4,
    mutates: true,
    run: synchronise,
  },
  'pool.check_update_readiness': { params: ['ref:pool', 'b'], run: readiness },
  'host.apply_updates': { params: ['ref:host', 's'], mutates: true, run: apply },
};
