/** Paused in a drain, resumed, aborted after the master: what was changed is known to the line, and a second plan gives it back. */
import type { Truth } from '../../src/demo/verdict';
import { isDraining, isAsked, played, POOL, endedWell, notOf, started, TARGET } from '../support/e2e-people';
import { openE2e, until, type E2eStage } from '../support/e2e-stage';

let stage: E2eStage;
let before: Truth;
let run: string;

beforeAll(async () => {
  stage = await openE2e({ speed: 400 });
  before = await stage.truth();
  await stage.begin('worker');
  run = await started(stage);
}, 60_000);
afterAll(() => stage.close());

const poolOf = ({ pools }: Truth) => pools[0]!;
/** Everything a run may take away and must give back, as `what:on`, read off what the cloud really is. */
function taken(now: Truth): readonly string[] {
  const [was, is] = [poolOf(before), poolOf(now)];
  const hosts = is.hosts.flatMap((host) => {
    const { resourceState, xapiEnabled } = was.hosts.find(({ name }) => name === host.name)!;
    return [
      host.resourceState !== resourceState && host.resourceState === 'Disabled'
        ? `host-allocation-disabled:${host.name}`
        : '',
      host.resourceState === 'Maintenance' ? `host-in-maintenance:${host.name}` : '',
      host.xapiEnabled !== xapiEnabled ? `host-disabled:${host.name}` : '',
    ];
  });
  const vms = is.vms.map((vm) => {
    const ran = was.vms.find(({ name }) => name === vm.name)?.xapi.power === 'Running';
    return ran && vm.xapi.power !== 'Running' ? `vm-stopped:${vm.name}` : '';
  });
  const servers = now.managementServers.map(({ name, management, usage }) =>
    management === 'active' && usage === 'active' ? '' : `services-stopped:${name}`,
  );
  return [
    was.ha.on && !is.ha.on ? `ha-off:${is.name}` : '',
    was.wlb.on && !is.wlb.on ? `wlb-paused:${is.name}` : '',
    was.cluster.allocationState !== is.cluster.allocationState
      ? `cluster-allocation-disabled:${is.name}`
      : '',
    was.cluster.managedState !== is.cluster.managedState ? `cluster-unmanaged:${is.name}` : '',
    ...hosts,
    ...vms,
    ...servers,
  ]
    .filter((one) => one !== '')
    .toSorted();
}

type Owed = readonly { readonly id: string; readonly canBeGivenBack: boolean; readonly why?: string }[];
const idsOf = (owed: unknown): readonly string[] => (owed as Owed).map(({ id }) => id).toSorted();

test('paused in a drain: what is on its way arrives, nothing more is begun; saying it twice is no mistake', async () => {
  // slow enough that a shell is started while VMs are on their way
  await played(stage, run, { to: (one) => isAsked(one, 'host-1'), answers: notOf('host-1') });
  await stage.setSpeed(10);
  await played(stage, run, { to: isDraining('host-1') });

  const paused = await stage.cli('Ann', 'pause', run);
  expect(paused).toMatchObject({ code: 0, document: { run } });
  await until('the pause', async () => (await stage.run(run)).phase === 'paused');
  await stage.setSpeed(stage.speed);
  const { seq } = await stage.run(run);
  const from = await stage.truth();
  const again = await stage.cli('Ann', 'pause', run);
  await until('half an hour of pool time', async () => {
    const now = await stage.truth();
    return Date.parse(now.at) - Date.parse(from.at) > 1_800_000;
  });

  expect(again).toMatchObject({ code: 0, document: { run, phase: 'paused' } });
  const later = (await stage.entries(run)).filter((one) => one.seq > seq);
  expect(later.filter(({ entry }) => entry.type === 'ActIntended')).toEqual([]);
  const master = poolOf(await stage.truth()).hosts.find(({ name }) => name === 'host-1');
  expect(master).toMatchObject({ reboots: 0, resourceState: 'Disabled', xapiEnabled: true });
}, 200_000);

test('resumed it goes on from where it stood, and the master is upgraded', async () => {
  const resumed = await stage.cli('Ann', 'resume', run);
  expect(resumed).toMatchObject({ code: 0, document: { run, phase: 'running' } });
  expect(await stage.cli('Ann', 'resume', run)).toMatchObject({ code: 0 });

  await played(stage, run, {
    to: (one) => isAsked(one, 'host-2'),
    answers: notOf('host-2'),
  });

  const [master, ...others] = poolOf(await stage.truth()).hosts;
  expect(master).toMatchObject({ name: 'host-1', version: TARGET, reboots: 1, resourceState: 'Enabled' });
  expect(others.map(({ reboots }) => reboots)).toEqual([0, 0]);
}, 300_000);

test('aborted after the master: status and obligations list exactly what the cloud shows as changed', async () => {
  const aborted = await stage.cli('Ann', 'abort', run, '--reason', 'storage alarm');
  expect(aborted.code).toBe(0);
  await until('the abort', async () => (await stage.run(run)).phase === 'aborted');
  expect(await stage.cli('Ann', 'abort', run)).toMatchObject({ code: 0, document: { phase: 'aborted' } });

  const now = taken(await stage.truth());
  const status = await stage.cli('Ann', 'status', run);
  const obligations = await stage.cli('Ann', 'obligations', POOL);

  expect(now).toContain(`ha-off:${POOL}`);
  expect(idsOf(status.document['owed'])).toEqual(now);
  expect(idsOf(obligations.document['owed'])).toEqual(now);
  expect(status.document).toMatchObject({ phase: 'aborted', questions: [] });
}, 300_000);

test('HA cannot be given back to a mixed pool: it says why, and nothing is begun', async () => {
  const { document } = await stage.cli('Ann', 'obligations', POOL);
  const ha = (document['owed'] as Owed).find(({ id }) => id === `ha-off:${POOL}`);
  const refused = await stage.cli('Ann', 'obligations', POOL, '--give-back', `ha-off:${POOL}`);

  expect(ha).toMatchObject({
    canBeGivenBack: false,
    why: 'XAPI allows HA only while all hosts run one version.',
  });
  expect(refused).toMatchObject({ code: 1, document: { error: { code: 'NOT_YET' } } });
  expect(poolOf(await stage.truth()).ha.on).toBe(false);
}, 300_000);

test('a second plan finishes the pool: no second backup, and HA is on as it was at first', async () => {
  const second = await started(stage);
  const plan = (await stage.run(second)).plan;
  const over = await played(stage, second);

  const kinds = plan.sections.flatMap(({ lines }) => lines.map(({ kind }) => kind));
  expect(
    kinds.filter((kind) => ['back-up-databases', 'stop-services', 'dump-database'].includes(kind)),
  ).toEqual([]);
  expect(plan.sections.flatMap(({ host }) => host ?? [])).toEqual(['host-2', 'host-3']);
  const after = await stage.truth();
  expect(after.calls.filter(({ call, ok }) => call === 'mysqldump' && ok)).toHaveLength(1);
  expect(poolOf(after).ha).toEqual(poolOf(before).ha);
  expect(taken(after)).toEqual([]);
  await endedWell(stage, over, before);
}, 300_000);
