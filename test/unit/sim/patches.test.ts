/** How hotfixes and updates fail on the pretend pools, and in which words the product hears of it (xapi §13 F42 to F47). */
import type { StagedArtefact } from '../../../src/domain/patching';
import { Refused } from '../../../src/domain/errors';
import type { Patching } from '../../../src/ports-patching';
import { Cloud } from '../../../src/sim/cloud';
import type { SimHost, SimPool } from '../../../src/sim/model';
import { parseSnapshotFile, type HiddenFile, type PoolFile } from '../../../src/sim/snapshot-file';
import { sidesOf } from '../../../src/sim/sides';
import { worldInMemory } from '../../support/in-memory-world';
import { folder, poolOn, takeOut, type Folder } from '../../support/patches';
import { hostOf, pass, RawClient, ref, until } from '../../support/sim-xapi';

let cloud: Cloud;
let pool: SimPool;
let host: SimHost;
let patching: Patching;
let files: Folder | undefined;

function on(file: PoolFile, hidden?: Readonly<Record<string, HiddenFile>>): void {
  cloud = new Cloud({ pools: [file], hidden });
  pool = cloud.pools[0]!;
  host = hostOf(pool, 'host-2');
  patching = worldInMemory({ cloud, ...sidesOf(cloud) }, pool).patching!;
  files = folder(file.hosts![0]!.version!);
}
afterEach(() => files?.remove());

const wait = <T>(promise: Promise<T>): Promise<T> => until(cloud, promise);
const artefact = (...args: Parameters<Folder['artefact']>): StagedArtefact => files!.artefact(...args);
const stage = async (...args: Parameters<Folder['artefact']>): Promise<StagedArtefact> => {
  const made = artefact(...args);
  await wait(patching.stage(made));
  return made;
};
const pre = (one: StagedArtefact, at = host) => wait(patching.precheck(at.uuid, one));
const refusal = async (promise: Promise<unknown>): Promise<Refused> => {
  const error = await wait(
    promise.then(
      () => undefined,
      (failure: unknown) => failure,
    ),
  );
  if (error instanceof Refused) return error;
  throw new Error(`not refused: ${String(error)}`);
};

const RELEASES = [
  ['5.6.100', 'XenServer', 'PATCH'],
  ['6.5.0', 'XenServer', 'PATCH'],
  ['7.0.0', 'XenServer', 'PATCH'],
  ['7.1.2', 'XenServer', 'UPDATE'],
  ['8.2.1', 'Citrix Hypervisor', 'UPDATE'],
] as const;

describe.each(RELEASES)('hotfixes of %s', (version, brand, family) => {
  beforeEach(() => on(poolOn(version, brand)));

  test('one for another version says which it is for and what the host runs', async () => {
    const other = await stage({ name: 'H-1', versions: ['6.0.2'] });
    expect(await pre(other)).toEqual({
      ok: false,
      code: `${family}_PRECHECK_FAILED_WRONG_SERVER_VERSION`,
      says: `H-1 is for 6.0.2; the host runs ${version}.`,
    });
  });

  test('one that needs another names it, and is taken once that is there', async () => {
    const first = await stage({ name: 'H-1' });
    const second = await stage({ name: 'H-2', requires: ['H-1'] });
    expect(await pre(second)).toMatchObject({
      code: `${family}_PRECHECK_FAILED_PREREQUISITE_MISSING`,
      says: expect.stringMatching(/^H-2 needs .* first: H-1\.$/),
    });
    takeOut(host);
    await wait(patching.apply(host.uuid, first));
    expect(await pre(second)).toEqual({ ok: true });
  });

  test('one that conflicts with what the host has is not taken', async () => {
    const first = await stage({ name: 'H-1' });
    const second = await stage({ name: 'H-2', conflicts: ['H-1'] });
    takeOut(host);
    await wait(patching.apply(host.uuid, first));
    expect(await pre(second)).toMatchObject({ ok: false, says: expect.stringContaining('H-1') });
    expect((await refusal(patching.apply(host.uuid, second))).problem.why).toContain('H-1');
  });

  test('one that does not fit onto the disk of the host is told with both figures', async () => {
    const large = await stage({ name: 'H-1' });
    host.dom0 = { ...host.dom0, freeMib: { root: 0, log: 0 } };
    expect(await pre(large)).toEqual({
      ok: false,
      code: `${family}_PRECHECK_FAILED_OUT_OF_SPACE`,
      says: 'H-1 needs 200000 bytes on the host; 0 are free.',
    });
  });

  test('one that is on some hosts already is refused there, and there only', async () => {
    const hotfix = await stage({ name: 'H-1' });
    host.hotfixes = ['H-1'];
    expect(await pre(hotfix)).toMatchObject({ ok: false, code: `${family}_ALREADY_APPLIED` });
    expect((await refusal(patching.apply(host.uuid, hotfix))).code).toBe(`${family}_ALREADY_APPLIED`);
    expect(await pre(hotfix, hostOf(pool, 'host-3'))).toEqual({ ok: true });
  });

  test('one that fails on a host says so in words without references, and the host has it not', async () => {
    const hotfix = await stage({ name: 'H-1' });
    takeOut(host);
    cloud.faults.add([{ call: 'world:patch', on: 'host-2', how: 'fail' }]);
    const { problem } = await refusal(patching.apply(host.uuid, hotfix));
    expect(problem.why).toContain('H-1: installation of package xen-hypervisor failed, exit code 1');
    expect(JSON.stringify(problem)).not.toContain('OpaqueRef');
    expect(host.hotfixes).toEqual([]);
  });

  test('a guidance that nobody knows is a reboot, and one that comes late is there when it is applied', async () => {
    const odd = await stage({ name: 'H-1', guidance: ['polishHost'] });
    const late = await stage({ name: 'H-2', lateGuidance: ['reboot'] });
    const { staged } = await wait(patching.seen());
    expect(staged.map(({ guidance }) => guidance)).toEqual([['reboot'], []]);
    for (const [name, hotfix] of [
      ['host-2', odd],
      ['host-3', late],
    ] as const) {
      const at = hostOf(pool, name);
      takeOut(at);
      await wait(patching.apply(at.uuid, hotfix));
      expect((await wait(patching.seen())).hosts[at.uuid]?.pending).toEqual(['reboot']);
    }
  });

  test('a boot leaves nothing pending', async () => {
    const hotfix = await stage({ name: 'H-1', guidance: ['reboot'] });
    takeOut(host);
    await wait(patching.apply(host.uuid, hotfix));
    const client = new RawClient(cloud);
    await client.login();
    await client.call('host.reboot', ref(host));
    await pass(cloud, 900);
    expect(host.reboots).toBe(1);
    expect((await wait(patching.seen())).hosts[host.uuid]).toEqual({ applied: ['H-1'], pending: [] });
  });

  test('what is not staged is not looked at, and not applied', async () => {
    const nowhere = artefact({ name: 'H-1' });
    const code = `CANNOT_FIND_${family}`;
    expect(await pre(nowhere)).toMatchObject({ ok: false, code });
    expect((await refusal(patching.apply(host.uuid, nowhere))).code).toBe(code);
    expect((await refusal(patching.apply(host.uuid, 'latest'))).code).toBe(code);
  });

  test('an answer that is lost leaves the pool as it is seen, not as it was feared', async () => {
    const hotfix = await stage({ name: 'H-1' });
    takeOut(host);
    const cls = family === 'PATCH' ? 'pool_patch' : 'pool_update';
    cloud.faults.add([{ call: `xapi:${cls}.apply`, on: 'host-2', how: 'lose-answer' }]);
    await expect(wait(patching.apply(host.uuid, hotfix))).rejects.toMatchObject({ name: 'Unreachable' });
    expect((await wait(patching.seen())).hosts[host.uuid]?.applied).toEqual(['H-1']);
  });
});

describe('what a pool and its disks refuse', () => {
  test.each(RELEASES)(
    '%s: a file that is no hotfix is not taken, and leaves nothing behind',
    async (...row) => {
      on(poolOn(row[0], row[1]));
      const pack = artefact({ name: 'xs:pack', kind: 'pack' });
      const other = { ...artefact({ name: 'H-1' }), uuid: pack.uuid };
      if (row[2] === 'PATCH') expect((await refusal(patching.stage(pack))).code).toBe('INVALID_PATCH');

      const { code, message } = await refusal(patching.stage(other));
      expect([code, message]).toEqual(['HOTFIX_FILE_WRONG', expect.stringContaining(`not ${pack.uuid}`)]);
      expect((await wait(patching.seen())).staged).toEqual([]);
      expect(pool.patching.disks).toEqual([]);
      expect(pool.patching.known).toEqual([]);
    },
  );

  test('a master without room says where there is none', async () => {
    on(poolOn('6.5.0'));
    const master = hostOf(pool, 'host-1');
    master.dom0 = { ...master.dom0, freeMib: { root: 0, log: 0 } };
    const { code, problem } = await refusal(patching.stage(artefact({ name: 'H-1' })));
    expect([code, problem.why]).toEqual(['OUT_OF_SPACE', 'There is no room left in /var/patch on the host.']);
    expect(pool.patching.known).toEqual([]);
  });

  test('a pool whose storage is full, or not plugged on the master, is asked for nothing', async () => {
    on(poolOn('8.2.1', 'Citrix Hypervisor'));
    for (const pbd of hostOf(pool, 'host-1').pbds) pbd.attached = false;
    expect((await refusal(patching.stage(artefact({ name: 'H-1' })))).code).toBe('HOTFIX_NO_ROOM');
    expect(cloud.calls.filter(({ mutates }) => mutates)).toEqual([]);
  });

  test('one that is applied to the whole pool at once stops where it fails, and says which hosts have it not', async () => {
    on(poolOn('8.2.1', 'Citrix Hypervisor'));
    const update = await stage({ name: 'H-1' });
    const client = new RawClient(cloud);
    await client.login();
    cloud.faults.add([{ call: 'world:patch', on: 'host-3', how: 'fail' }]);
    const error = await client.error('pool_update.pool_apply', ref(update));
    expect(error).toEqual(['UPDATE_POOL_APPLY_FAILED', ref(hostOf(pool, 'host-3'))]);
    expect(pool.hosts.map(({ hotfixes }) => hotfixes)).toEqual([['H-1'], ['H-1'], []]);
  });

  test('a pre-check that hides its refusal in the text of a success is heard all the same', async () => {
    on(poolOn('6.5.0'));
    const hotfix = await stage({ name: 'H-1' });
    const text = `<error errorcode="PATCH_PRECHECK_FAILED_ISO_MOUNTED"></error>`;
    cloud.faults.add([
      {
        call: 'xapi:pool_patch.precheck',
        how: 'refuse',
        code: `PATCH_PRECHECK_FAILED_UNKNOWN_ERROR\u00a0${text.replaceAll(' ', '\u00a0')}`.replace(
          '\u00a0',
          ' ',
        ),
      },
    ]);
    expect(await pre(hotfix)).toMatchObject({ ok: false, code: 'PATCH_PRECHECK_FAILED_ISO_MOUNTED' });
  });

  test.each(['PATCH_PRECHECK_FAILED_VM_RUNNING', 'PATCH_PRECHECK_FAILED_ISO_MOUNTED', 'CANNOT_FETCH_PATCH'])(
    '%s is told in a sentence',
    async (code) => {
      on(poolOn('6.5.0'));
      const hotfix = await stage({ name: 'H-1' });
      cloud.faults.add([{ call: 'xapi:pool_patch.precheck', on: 'host-2', how: 'refuse', code }]);
      const answer = await pre(hotfix);
      expect(answer).toMatchObject({ ok: false, code });
      expect('says' in answer && answer.says).toMatch(/^[A-Z].+\.$/);
    },
  );
});

describe('repositories and yum', () => {
  const agreed = async (): Promise<string> => (await wait(patching.seen())).updateHash!;

  test('a server of a repository that is away leaves the pool as it was', async () => {
    on(poolOn('8.4.0'));
    cloud.faults.add([{ call: 'xapi:pool.sync_updates', how: 'refuse', code: 'REPOSYNC_FAILED' }]);
    expect((await refusal(patching.synchronise())).code).toBe('REPOSYNC_FAILED');
    expect((await wait(patching.seen())).updateHash).toBeUndefined();
  });

  test('who synchronises while somebody does is told, and so is who looks', async () => {
    on(poolOn('8.4.0'));
    const first = patching.synchronise();
    await pass(cloud, 5);
    expect((await refusal(patching.synchronise())).code).toBe('SYNC_UPDATES_IN_PROGRESS');
    expect(await wait(patching.seen())).toMatchObject({ busy: 'the repositories are being synchronised' });
    await wait(first);
    expect((await wait(patching.seen())).busy).toBeUndefined();
  });

  test('a host that is full of VMs takes no update that wants it empty', async () => {
    on(poolOn('8.4.0', 'XenServer', { vms: [{ name: 'i-2-3-VM', on: 'host-2' }] }));
    await wait(patching.synchronise());
    pool.cluster.managedState = 'Unmanaged';
    const { problem } = await refusal(patching.apply(host.uuid, 'latest', await agreed()));
    expect(problem.code).toBe('HOST_EVACUATION_IS_REQUIRED');
    expect(problem.why).toContain('host-2');
    expect(host.patching.updates.size).toBe(0);
  });

  test('updates are not applied while high availability is on, nor behind something that must be done first', async () => {
    on(poolOn('8.4.0', 'XenServer', { ha: { on: true, srs: ['nfs-primary'] } }));
    await wait(patching.synchronise());
    expect((await refusal(patching.apply(host.uuid, 'latest', await agreed()))).code).toBe('HA_IS_ENABLED');
  });

  test('a host cannot be enabled before its mandatory guidance is done, and a toolstack restart does it', async () => {
    on(poolOn('8.4.0'), { 'pool-a': { offers: [{ name: 'U-1', guidance: ['restart-toolstack'] }] } });
    await wait(patching.synchronise());
    takeOut(host);
    expect((await refusal(patching.apply(host.uuid, 'latest'))).problem.code).toBe('UPDATES_NOT_NAMED');
    await wait(patching.apply(host.uuid, 'latest', await agreed()));
    const client = new RawClient(cloud);
    await client.login();
    expect(await client.error('host.enable', ref(host))).toEqual([
      'HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY',
      ref(host),
    ]);
    await wait(patching.restartToolstack(host.uuid));
    await pass(cloud, 120);
    expect((await wait(patching.seen())).hosts[host.uuid]?.pending).toEqual([]);
    expect(await client.error('host.enable', ref(host))).toEqual([]);
  });

  test('a list that the master cannot give now is no empty list', async () => {
    on(poolOn('8.4.0'));
    await wait(patching.synchronise());
    cloud.faults.add([{ call: 'xapi:GET /updates', how: 'html' }]);
    expect((await wait(patching.seen())).hosts[host.uuid]?.available).toBeUndefined();
    expect((await wait(patching.seen())).hosts[host.uuid]?.available).toHaveLength(2);
  });

  test('a plugin that is missing, or busy, is no host that is up to date', async () => {
    on(poolOn('8.2.1', 'XCP-ng'));
    cloud.faults.add([
      {
        call: 'xapi:host.call_plugin check_update',
        on: 'host-2',
        how: 'refuse',
        code: 'XENAPI_MISSING_PLUGIN',
      },
      { call: 'xapi:host.call_plugin check_update', on: 'host-3', how: 'refuse', code: 'UPDATER_BUSY' },
    ]);
    const { hosts, busy } = await wait(patching.seen());
    expect(hosts[host.uuid]?.available).toBeUndefined();
    expect(hosts[hostOf(pool, 'host-3').uuid]?.available).toBeUndefined();
    expect(busy).toBe('host-3 is busy: check_update');
  });

  test('XenServer has no updater.py, and XCP-ng 8.2 no repositories', async () => {
    on(poolOn('8.2.1', 'Citrix Hypervisor'));
    const client = new RawClient(cloud);
    await client.login();
    expect(await client.error('host.call_plugin', ref(host), 'updater.py', 'check_update', {})).toEqual([
      'XENAPI_MISSING_PLUGIN',
      'updater.py',
    ]);
    expect(await client.error('pool.sync_updates', ref(pool), false, '', '')).toEqual([
      'MESSAGE_METHOD_UNKNOWN',
      'pool.sync_updates',
    ]);
  });
});

describe('a pool that begins with patches', () => {
  const uuid = 'b6d2a3a4-2d1c-4c52-9e0a-7b7c1f1f0a11';
  const names = ['host-1', 'host-2', 'host-3'];

  test.each([
    [
      '6.5.0',
      'XenServer',
      {
        staged: [{ uuid, name: 'H-1', guidance: ['reboot'] }],
        hosts: { 'host-1': { applied: ['H-0'], pending: ['restart-toolstack'] } },
      },
    ],
    ['8.2.1', 'Citrix Hypervisor', { staged: [{ uuid, name: 'H-1', guidance: ['reboot'] }], hosts: {} }],
    [
      '8.4.0',
      'XenServer',
      {
        staged: [],
        updateHash: 'abc',
        hosts: {
          'host-1': { pending: ['restart-toolstack'], full: ['reboot'], available: [] },
          'host-2': { available: [{ name: 'U-1', guidance: ['reboot'] }] },
        },
      },
    ],
    ['8.4.0', 'XenServer', { staged: [], hosts: {} }],
  ] as const)('%s %s shows them as they were told', async (version, brand, said) => {
    const hosts: Readonly<Record<string, object>> = said.hosts;
    const file: PoolFile = {
      ...poolOn(version, brand),
      hosts: names.map((name) => {
        const { applied = [] } = (hosts[name] ?? {}) as { applied?: readonly string[] };
        return { name, version, brand, hotfixes: [...applied] };
      }),
      patches: structuredClone(said) as unknown as NonNullable<PoolFile['patches']>,
    };
    on(parseSnapshotFile(JSON.stringify({ v: 1, pools: [file] })).pools[0]!);

    const seen = await wait(patching.seen());

    const { hosts: _hosts, ...rest } = said;
    const synced = 'updateHash' in said;
    expect(seen).toEqual({
      ...rest,
      hosts: Object.fromEntries(
        names.map((name) => [
          hostOf(pool, name).uuid,
          {
            applied: [],
            pending: [],
            ...(synced && { available: [{ name: 'U-1', guidance: ['reboot'] }] }),
            ...hosts[name],
          },
        ]),
      ),
    });
  });
});
