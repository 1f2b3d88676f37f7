/** Hotfixes and updates over real TLS, mechanism by mechanism: put on the pool, looked at, applied, cleaned up. */
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Refused } from '../../src/domain/errors';
import type { SimHost, SimPool } from '../../src/sim/model';
import { hands } from '../../src/sim/xapi';
import type { HiddenFile, PoolFile } from '../../src/sim/snapshot-file';
import { folder, takeOut, poolOn, type Folder } from '../support/patches';
import { hostOf } from '../support/sim-xapi';
import { methodCall, raw, rawLogin, str, wireWorld, type WireWorld } from '../support/sim-xapi-wire';
import type { Patching } from '../../src/ports-patching';

let world: WireWorld;
let pool: SimPool;
let patching: Patching;
let files: Folder;
let host: SimHost;

async function on(file: PoolFile, hidden?: Readonly<Record<string, HiddenFile>>): Promise<void> {
  // each host is a port of its own with a key of its own: two are enough
  const pools = [{ ...file, hosts: file.hosts!.slice(0, 2) }];
  world = await wireWorld({ speed: 6000, pools, ...(hidden && { hidden }) });
  pool = world.cloud.pools[0]!;
  ({ patching } = world.client());
  files = folder(file.hosts![0]!.version!);
  host = hostOf(pool, 'host-2');
}
afterEach(async () => {
  files.remove();
  await world.close();
});

const refusal = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing',
    (error: unknown) => (error instanceof Refused ? error.code : String(error)),
  );
const mine = async () => (await patching.seen()).hosts[host.uuid];
const soon = async (test: () => boolean): Promise<void> => {
  for (const end = Date.now() + 5000; !test() && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 2));
  expect(test()).toBe(true);
};
const rules = () => world.cloud.violations.map(({ rule }) => rule);

describe('pool_patch, up to 7.0', () => {
  beforeEach(() => on(poolOn('6.5.0')));

  test('a hotfix is uploaded, looked at, applied, and its file goes again', async () => {
    const hotfix = files.artefact({ name: 'XS65E001', guidance: ['reboot'] });
    const progress: number[] = [];
    const shown: Promise<unknown>[] = [];
    expect(await patching.provider()).toBe('pool_patch');

    await patching.stage(hotfix, (bytes) => {
      progress.push(bytes);
      shown.push(patching.seen().then(({ sending }) => sending));
    });

    expect(progress.at(-1)).toBe(hotfix.bytes);
    expect(await Promise.all(shown)).toContainEqual({ XS65E001: hotfix.bytes });
    expect((await patching.seen()).sending).toBeUndefined();
    expect((await patching.seen()).staged).toEqual([
      { uuid: hotfix.uuid, name: 'XS65E001', guidance: ['reboot'] },
    ]);
    expect(await patching.precheck(host.uuid, hotfix)).toEqual({ ok: true });
    expect(await mine()).toEqual({ applied: [], pending: [] });

    takeOut(host);
    await patching.apply(host.uuid, hotfix);
    expect(await mine()).toEqual({ applied: ['XS65E001'], pending: ['reboot'] });

    await patching.unstage(hotfix);
    expect((await patching.seen()).staged).toEqual([]);
    expect((await mine())?.applied).toEqual(['XS65E001']);
    expect(rules()).toEqual([]);
    expect(world.cloud.calls.filter(({ call }) => call === 'task.destroy')).toHaveLength(1);
  });

  test('a file that is not the one in the catalogue never arrives whole', async () => {
    const hotfix = files.artefact({ name: 'XS65E001' });
    const wrong = { ...hotfix, sha256: 'a'.repeat(64) };

    expect(await refusal(patching.stage(wrong))).toBe('HOTFIX_FILE_WRONG');
    expect(await refusal(patching.stage({ ...hotfix, bytes: hotfix.bytes + 1 }))).toBe('HOTFIX_FILE_WRONG');
    expect(await refusal(patching.stage({ ...hotfix, file: '/nowhere' }))).toBe('HOTFIX_FILE_GONE');
    expect(pool.patching.known).toEqual([]);
    expect(world.cloud.calls.filter(({ call }) => call === 'PUT /pool_patch_upload')).toHaveLength(1);
  });

  test('what can be opened and not read is told in words, and whoever works lives on', async () => {
    const hotfix = files.artefact({ name: 'XS65E001' });
    const folderOfIt = dirname(hotfix.file);
    const unreadable = { ...hotfix, file: folderOfIt, bytes: statSync(folderOfIt).size };
    expect(await refusal(patching.stage(unreadable))).toBe('HOTFIX_FILE_GONE');
    // a socket can be looked at and not opened, by root neither
    const socket = join(folderOfIt, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expect(await refusal(patching.stage({ ...hotfix, file: socket, bytes: 0 }))).toBe('HOTFIX_FILE_GONE');
    server.close();
    await patching.stage(hotfix);
    expect((await patching.seen()).staged.map(({ name }) => name)).toEqual(['XS65E001']);
  });

  test('who uploads it a second time is told nothing: it is there', async () => {
    const hotfix = files.artefact({ name: 'XS65E001' });
    await patching.stage(hotfix);
    await patching.stage(hotfix);
    expect((await patching.seen()).staged).toHaveLength(1);
  });

  test('a driver disk is an ISO that a plugin installs, and its disk goes again', async () => {
    const pack = files.artefact({ name: 'xs:ixgbe-driver', kind: 'pack' }, { kind: 'driver-disk' });
    await patching.stage(pack);
    expect((await patching.seen()).staged).toEqual([
      { uuid: pack.uuid, name: 'xs:ixgbe-driver', guidance: ['reboot'] },
    ]);

    takeOut(host);
    await patching.apply(host.uuid, pack);
    expect(await mine()).toEqual({ applied: ['xs:ixgbe-driver'], pending: [] });

    await patching.unstage(pack);
    expect(pool.patching.disks).toEqual([]);
    expect(rules()).toEqual([]);
  });

  test('a toolstack that was restarted since, or a boot, leaves nothing wanted', async () => {
    const [one, two] = [
      files.artefact({ name: 'XS65E001', guidance: ['restart-toolstack'] }),
      files.artefact({ name: 'XS65E002', guidance: ['reboot'] }),
    ];
    takeOut(host);
    for (const hotfix of [one, two]) {
      await patching.stage(hotfix);
      await patching.apply(host.uuid, hotfix);
    }
    expect((await mine())?.pending).toEqual(['restart-toolstack', 'reboot']);

    const before = host.agentStartTime;
    await patching.restartToolstack(host.uuid);
    await soon(() => host.agentStartTime > before);
    expect((await mine())?.pending).toEqual(['reboot']);
  });
});

describe('pool_update, from 7.1', () => {
  beforeEach(() => on(poolOn('8.2.1', 'Citrix Hypervisor')));

  test('an update is an ISO in shared storage, introduced, applied, and cleaned up', async () => {
    const update = files.artefact({ name: 'XS82ECU1001', guidance: ['reboot'] });
    expect(await patching.provider()).toBe('pool_update');
    await patching.stage(update);
    await patching.stage(update);

    expect((await patching.seen()).staged).toEqual([
      { uuid: update.uuid, name: 'XS82ECU1001', guidance: ['reboot'] },
    ]);
    expect(pool.patching.disks.map(({ sr }) => sr)).toEqual([pool.srs[0]!.uuid]);
    expect(await patching.precheck(host.uuid, update)).toEqual({ ok: true });

    takeOut(host);
    await patching.apply(host.uuid, update);
    expect(await mine()).toEqual({ applied: ['XS82ECU1001'], pending: ['reboot'] });

    await patching.unstage(update);
    expect(await patching.seen()).toMatchObject({ staged: [] });
    expect(pool.patching.disks).toEqual([]);
    expect(rules()).toEqual([]);
  });

  test('a live patch is said to be whole or not, and leaves nothing pending where it is', async () => {
    const live = files.artefact({ name: 'XS82E010', guidance: ['reboot'], live: 'complete' });
    const half = files.artefact({ name: 'XS82E011', guidance: ['reboot'], live: 'incomplete' });
    for (const update of [live, half]) await patching.stage(update);
    expect(await patching.precheck(host.uuid, live)).toEqual({ ok: true, live: 'complete' });
    expect(await patching.precheck(host.uuid, half)).toEqual({ ok: true, live: 'incomplete' });

    await patching.apply(host.uuid, live);
    expect((await mine())?.pending).toEqual([]);
    expect(rules()).toEqual([]);

    takeOut(host);
    await patching.apply(host.uuid, half);
    expect((await mine())?.pending).toEqual(['reboot']);
    expect(rules()).toEqual([]);
  });

  test('a live patch that is not whole, or wants more than the reboot it saves, is a breach on a host in service', async () => {
    const half = files.artefact({ name: 'XS82E011', live: 'incomplete' });
    const more = files.artefact({ name: 'XS82E012', live: 'complete', guidance: ['restart-toolstack'] });
    for (const update of [half, more]) {
      await patching.stage(update);
      await patching.apply(host.uuid, update);
      expect(rules()).toContain('patched-in-service');
      world.cloud.violations.length = 0;
    }
  });

  test('an upload that broke off with its worker is thrown away by the next', async () => {
    const update = files.artefact({ name: 'XS82E010' });
    world.cloud.faults.add([{ call: 'xapi:PUT /import_raw_vdi', how: 'lose-request' }]);
    world.cloud.faults.add([
      { call: 'xapi:VDI.destroy', how: 'refuse', code: 'OTHER_OPERATION_IN_PROGRESS' },
    ]);
    await expect(patching.stage(update)).rejects.toThrow(/XAPI/);
    expect(pool.patching.disks).toHaveLength(1);
    expect(await patching.seen()).toMatchObject({ staged: [], begun: ['XS82E010'] });

    await patching.stage(update);
    expect(pool.patching.disks).toHaveLength(1);
    const { staged, begun } = await patching.seen();
    expect([staged.length, begun]).toEqual([1, undefined]);
  });

  test('…or by whoever cleans up: a half disk is seen, and goes', async () => {
    const update = files.artefact({ name: 'XS82E011' });
    world.cloud.faults.add([{ call: 'xapi:PUT /import_raw_vdi', how: 'lose-request' }]);
    world.cloud.faults.add([
      { call: 'xapi:VDI.destroy', how: 'refuse', code: 'OTHER_OPERATION_IN_PROGRESS' },
    ]);
    await expect(patching.stage(update)).rejects.toThrow(/XAPI/);
    await patching.unstage(update);
    expect(pool.patching.disks).toEqual([]);
    expect((await patching.seen()).begun).toBeUndefined();
  });
});

describe.each([
  ['XenServer', '8.4.0'],
  ['XCP-ng', '8.3.0'],
])('repository, %s %s', (brand, version) => {
  beforeEach(() =>
    on(poolOn(version, brand), {
      'pool-a': {
        offers: [
          { name: 'U-1', guidance: ['restart-toolstack'] },
          { name: 'U-2', guidance: [], late: ['reboot'] },
        ],
      },
    }),
  );

  test('before the first synchronisation nothing is known; afterwards what each host lacks', async () => {
    expect(await patching.provider()).toBe('repository');
    expect((await patching.seen()).updateHash).toBeUndefined();
    expect(await mine()).toEqual({ applied: [], pending: [] });

    await patching.synchronise();
    expect((await patching.seen()).updateHash).toBe(pool.patching.synced?.hash);
    expect(await mine()).toEqual({
      applied: [],
      pending: [],
      available: [
        { name: 'U-1', guidance: ['restart-toolstack'] },
        { name: 'U-2', guidance: [] },
      ],
    });
  });

  test('everything is applied at once; what is wanted then is what XAPI says then', async () => {
    await patching.synchronise();
    const hash = (await patching.seen()).updateHash!;
    expect(await refusal(patching.apply(host.uuid, 'latest', 'another'))).toBe('UPDATEINFO_HASH_MISMATCH');

    takeOut(host);
    world.cloud.violations.length = 0;
    await patching.apply(host.uuid, 'latest', hash);
    expect(await mine()).toEqual({
      applied: [],
      pending: ['restart-toolstack', 'reboot'],
      full: ['restart-toolstack', 'reboot'],
      available: [],
    });
    expect(host.enabled).toBe(false);
    expect(rules()).toEqual([]);
    // what is pending must be done before anything else
    expect(await refusal(patching.apply(host.uuid, 'latest', hash))).toBe(
      'HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY',
    );
  });

  test('what stands in the way is told in sentences', async () => {
    expect(await patching.readiness(true)).toEqual([]);
    pool.ha.on = true;
    hands.powerOff(world.cloud, host);
    await soon(() => !host.live);
    expect(await patching.readiness(true)).toEqual([
      expect.stringMatching(/[Hh]igh availability/),
      expect.stringContaining('host-2'),
    ]);
  });

  test('no hotfix is uploaded to it', async () => {
    const hotfix = files.artefact({ name: 'XS82E010' });
    expect(await refusal(patching.stage(hotfix))).toBe('PATCHING_NO_UPLOAD');
    expect(await refusal(patching.apply(host.uuid, hotfix))).toBe('PATCHING_NO_UPLOAD');
  });
});

describe('updater.py, XCP-ng up to 8.2', () => {
  beforeEach(() => on(poolOn('8.2.1', 'XCP-ng')));

  test('packages are told host by host, installed all at once, and the kernel is known to want a reboot', async () => {
    expect(await patching.provider()).toBe('updater');
    expect((await mine())?.available).toEqual([
      { name: 'kernel-1.0-2.xcpng8.2', guidance: ['reboot'] },
      { name: 'xapi-core-1.0-2.xcpng8.2', guidance: ['restart-toolstack'] },
      { name: 'openssh-server-1.0-2.xcpng8.2', guidance: [] },
    ]);
    takeOut(host);
    await patching.apply(host.uuid, 'latest');
    expect(await mine()).toEqual({ applied: [], pending: [], available: [] });
    expect(rules()).toEqual([]);
    expect(await refusal(patching.synchronise())).toBe('PATCHING_NO_SYNC');
  });

  test('an updater that is busy is told as busy, and is not tried', async () => {
    host.patching.busy = 'check_update';
    expect(await patching.seen()).toMatchObject({ busy: 'host-2 is busy: check_update' });
    expect((await mine())?.available).toBeUndefined();
    expect(await refusal(patching.apply(host.uuid, 'latest'))).toBe('UPDATER_BUSY');
  });

  test('yum that fails half-way is told without its traceback, and what it left is seen', async () => {
    takeOut(host);
    world.cloud.faults.add([{ call: 'world:patch', on: 'host-2', how: 'fail' }]);
    const failed = await patching.apply(host.uuid, 'latest').catch((error: unknown) => error);
    expect(failed).toMatchObject({ problem: { code: 'UPDATER_FAILED' } });
    expect(String(failed)).toMatch(/^Refused: The updates of host-2 failed: Error: Package does not match/);
    expect(String(failed)).not.toContain('Traceback');
    expect((await mine())?.available).toHaveLength(2);
  });
});

describe('a client of its own', () => {
  beforeEach(() => on(poolOn('6.5.0')));

  const begin = async () => {
    const { url } = world.endpoint('host-1');
    const session = await rawLogin(url);
    const { body } = await raw(url, { body: methodCall('task.create', str(session), str('mine'), str('')) });
    const task = /OpaqueRef:[0-9a-f-]+/.exec(body)![0];
    const put = (file: Buffer | string, path = '/pool_patch_upload', as = session) =>
      raw(url, { method: 'PUT', path: `${path}?session_id=${as}&task_id=${task}`, body: file });
    const errorOf = async () =>
      (await raw(url, { body: methodCall('task.get_error_info', str(session), str(task)) })).body;
    return { put, errorOf };
  };

  test('is refused where nothing is uploaded, and without a session', async () => {
    const { put } = await begin();
    expect((await put('x', '/elsewhere')).status).toBe(403);
    expect((await put('x', '/pool_patch_upload', 'OpaqueRef:nobody')).status).toBe(401);
  });

  test('hears in its task that what it sent is no hotfix', async () => {
    const { put, errorOf } = await begin();
    expect((await put('something else')).status).toBe(500);
    expect(await errorOf()).toContain('INVALID_PATCH');
    expect(pool.patching.known).toEqual([]);
  });

  test('that breaks off has put nothing there', async () => {
    const { put, errorOf } = await begin();
    const hotfix = files.artefact({ name: 'XS65E001' });
    world.cloud.faults.add([{ call: 'xapi:PUT /pool_patch_upload', how: 'lose-request' }]);
    await expect(put(readFileSync(hotfix.file))).rejects.toThrow(/hang up|ECONNRESET|EPIPE/);
    expect(pool.patching.known).toEqual([]);
    expect((await put(readFileSync(hotfix.file))).status).toBe(200);
    expect(pool.patching.known).toHaveLength(1);
    expect(await errorOf()).not.toContain('INVALID');
  });
});
