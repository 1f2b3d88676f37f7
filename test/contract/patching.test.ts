/** Hotfixes and updates over real TLS, mechanism by mechanism: put on the pool, looked at, applied, cleaned up. */
import { Refused } from '../../src/domain/errors';
import type { SimHost, SimPool } from '../../src/sim/model';
import type { HiddenFile, PoolFile } from '../../src/sim/snapshot-file';
import { folder, takeOut, poolOn, type Folder } from '../support/patches';
import { hostOf } from '../support/sim-xapi';
import { wireWorld, type WireWorld } from '../support/sim-xapi-wire';
import type { Patching } from '../../src/ports-patching';

let world: WireWorld;
let pool: SimPool;
let patching: Patching;
let files: Folder;
let host: SimHost;

async function on(file: PoolFile, hidden?: Readonly<Record<string, HiddenFile>>): Promise<void> {
  world = await wireWorld({ speed: 6000, pools: [file], ...(hidden && { hidden }) });
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
const rules = () => world.cloud.violations.map(({ rule }) => rule);

describe('pool_patch, up to 7.0', () => {
  beforeEach(() => on(poolOn('6.5.0')));

  test('a hotfix is uploaded, looked at, applied, and its file goes again', async () => {
    const hotfix = files.artefact({ name: 'XS65E001', guidance: ['reboot'] });
    const progress: number[] = [];
    expect(await patching.provider()).toBe('pool_patch');

    await patching.stage(hotfix, (bytes) => progress.push(bytes));

    expect(progress.at(-1)).toBe(hotfix.bytes);
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

  test('who uploads it a second time is told nothing: it is there', async () => {
    const hotfix = files.artefact({ name: 'XS65E001' });
    await patching.stage(hotfix);
    await patching.stage(hotfix);
    expect((await patching.seen()).staged).toHaveLength(1);
  });
});
