/** Methods of pool_patch and pool_update, and the disks and tasks that uploads need (xapi §8.1, §8.2; xc §3.2). */
import { uuidOf } from '../identity';
import { type SimPatch } from '../patching';
import { hasSince } from '../profiles';
import { hostAt, text, type Call, type Method } from './method';
import { applyTo, applyToAll, precheck, rowOf, type Family } from './patch-a-host';
import { refOf, uuidOfRef, VOID, XapiFailure, type XapiValue } from './values';

const CLASS = { PATCH: 'pool_patch', UPDATE: 'pool_update' } as const;

function patchAt(call: Call, family: Family): SimPatch {
  const ref = text(call, 0);
  const patch = rowOf(call.pool, uuidOfRef(ref));
  if (!patch) throw new XapiFailure('HANDLE_INVALID', CLASS[family], ref);
  return patch;
}

function free(call: Call, patch: SimPatch): void {
  const { pool, world } = call;
  if (patch.vdi !== undefined) forgetDisk(call, patch.vdi);
  patch.staged = false;
  world.cloud.changed(pool, patch.vdi === undefined ? 'pool_patch' : 'pool_update', patch.uuid);
}

function forgetDisk({ pool, world }: Call, uuid: string): void {
  const at = pool.patching.disks.findIndex((disk) => disk.uuid === uuid);
  if (at < 0) return;
  pool.patching.disks.splice(at, 1);
  world.remove(pool, 'vdi', uuid);
}

function destroy(call: Call, family: Family): string {
  const patch = patchAt(call, family);
  const { pool, world } = call;
  if (pool.hosts.some((host) => host.hotfixes.includes(patch.name)))
    throw new XapiFailure(`${family}_IS_APPLIED`, refOf(patch.uuid));
  free(call, patch);
  pool.patching.known.splice(pool.patching.known.indexOf(patch), 1);
  world.remove(pool, CLASS[family], patch.uuid);
  return VOID;
}

function familyMethods(family: Family): Readonly<Record<string, Method>> {
  const cls = CLASS[family];
  const self = `ref:${cls}` as const;
  return {
    [`${cls}.precheck`]: {
      params: [self, 'ref:host'],
      run: async (call) => {
        const status = await precheck(call, family, patchAt(call, family), hostAt(call, 1));
        return family === 'PATCH' ? VOID : status;
      },
    },
    [`${cls}.apply`]: {
      params: [self, 'ref:host'],
      mutates: true,
      run: async (call) => {
        const log = await applyTo(call, family, patchAt(call, family), hostAt(call, 1));
        return family === 'PATCH' ? log : VOID;
      },
    },
    [`${cls}.pool_apply`]: {
      params: [self],
      mutates: true,
      run: (call) => applyToAll(call, family, patchAt(call, family)),
    },
    [`${cls}.pool_clean`]: {
      params: [self],
      mutates: true,
      run: (call) => {
        free(call, patchAt(call, family));
        return VOID;
      },
    },
    [`${cls}.destroy`]: { params: [self], mutates: true, run: (call) => destroy(call, family) },
  };
}

/** A disk that holds an update's ISO becomes a row (xapi §8.2). */
function introduce(call: Call): string {
  const { pool, world } = call;
  if (!hasSince(call.release, '7.1'))
    throw new XapiFailure('MESSAGE_METHOD_UNKNOWN', 'pool_update.introduce');
  const vdi = uuidOfRef(text(call, 0));
  const disk = pool.patching.disks.find((one) => one.uuid === vdi);
  if (!disk) throw new XapiFailure('HANDLE_INVALID', 'VDI', text(call, 0));
  const { artefact } = disk;
  if (!artefact) throw new XapiFailure('INVALID_UPDATE', 'missing update.xml');
  const known = pool.patching.known.find(({ uuid }) => uuid === artefact.uuid);
  if (known?.staged) throw new XapiFailure('UPDATE_ALREADY_EXISTS', artefact.uuid);
  if (known) Object.assign(known, { staged: true, vdi });
  else pool.patching.known.push({ ...artefact, bytes: disk.bytes, staged: true, vdi });
  world.cloud.changed(pool, 'pool_update', artefact.uuid);
  return refOf(artefact.uuid);
}

const field = (record: XapiValue | undefined, name: string): XapiValue | undefined =>
  typeof record === 'object' && !Array.isArray(record)
    ? Object.entries(record).find(([key]) => key === name)?.[1]
    : undefined;
const wordOf = (value: XapiValue | undefined): string => (typeof value === 'string' ? value : '');

function createDisk(call: Call): string {
  const { pool, world } = call;
  const record = call.args[0];
  const sr = uuidOfRef(wordOf(field(record, 'SR')));
  if (!pool.srs.some((one) => one.uuid === sr)) throw new XapiFailure('HANDLE_INVALID', 'SR', refOf(sr));
  const config = field(record, 'other_config');
  const uuid = uuidOf('client-disk', pool.uuid, world.uuid(pool, 'vdi'));
  pool.patching.disks.push({
    uuid,
    sr,
    name: wordOf(field(record, 'name_label')),
    description: wordOf(field(record, 'name_description')),
    bytes: Number(wordOf(field(record, 'virtual_size'))),
    otherConfig:
      typeof config === 'object' && !Array.isArray(config)
        ? Object.fromEntries(Object.entries(config).map(([key, value]) => [key, wordOf(value)]))
        : {},
  });
  world.cloud.changed(pool, 'vdi', uuid);
  return refOf(uuid);
}

function createTask(call: Call): string {
  const { pool, world } = call;
  const uuid = world.uuid(pool, 'task');
  world.of(pool).tasks.set(uuid, {
    uuid,
    name: text(call, 0),
    host: call.host.name,
    created: world.cloud.time.now(),
    finished: 0,
    status: 'pending',
    progress: 0,
    result: '',
    error: [],
  });
  world.cloud.changed(pool, 'task', uuid);
  return refOf(uuid);
}

export const PATCH_METHODS: Readonly<Record<string, Method>> = {
  ...familyMethods('PATCH'),
  ...familyMethods('UPDATE'),
  'pool_update.introduce': { params: ['ref:VDI'], mutates: true, run: introduce },
  'VDI.create': { params: ['m'], mutates: true, run: createDisk },
  'VDI.add_to_other_config': {
    params: ['ref:VDI', 's', 's'],
    mutates: true,
    run: (call) => {
      const uuid = uuidOfRef(text(call, 0));
      const disk = call.pool.patching.disks.find((one) => one.uuid === uuid);
      if (!disk) throw new XapiFailure('HANDLE_INVALID', 'VDI', text(call, 0));
      const key = text(call, 1);
      if (key in disk.otherConfig)
        throw new XapiFailure('MAP_DUPLICATE_KEY', 'VDI', 'other_config', uuid, key);
      disk.otherConfig = { ...disk.otherConfig, [key]: text(call, 2) };
      call.world.cloud.changed(call.pool, 'vdi', uuid);
      return VOID;
    },
  },
  'VDI.destroy': {
    params: ['ref:VDI'],
    mutates: true,
    run: (call) => {
      const uuid = uuidOfRef(text(call, 0));
      if (!call.pool.patching.disks.some((disk) => disk.uuid === uuid))
        throw new XapiFailure('OPERATION_NOT_ALLOWED', 'only disks that a client made are destroyed here');
      forgetDisk(call, uuid);
      return VOID;
    },
  },
  'task.create': { params: ['s', 's'], async: false, run: createTask },
};
