/** A plan is frozen data: the same pool gives the same lines under the same ids and the same digest. */
import { Malformed, NotSent, WrongKey } from '../../../src/domain/errors';
import { linesOf, type Plan } from '../../../src/domain/plan';
import { makePlan, type PlanWish } from '../../../src/engine/planner';
import {
  block,
  defineProcedure,
  hostSection,
  poolSection,
  type ProcedureInput,
} from '../../../src/procedures/procedure';
import { procedures } from '../../../src/procedures';
import type { LineDraft } from '../../../src/steps/step';
import { halfWay, healthyPool, hostOf, vmOf, withHost } from '../../support/snapshots';
import { worldOf } from '../../support/world-of';

const line = (kind: string, args: LineDraft['args'] = null): LineDraft => ({
  kind,
  v: 1,
  title: `Do ${kind}`,
  args,
});

/** As small as a runbook can be, so that the ids can be read off. */
const small = defineProcedure({
  name: 'small',
  summary: 'For this test.',
  sections: ({ placement, planId }) => [
    poolSection('Before the first host', line('approve-run'), line('dump', { name: planId })),
    ...placement.order.map((host) =>
      hostSection(host, host, line('approve-host'), block('maintenance', line('enter'), line('leave'))),
    ),
    poolSection('Nothing here'),
    poolSection('After the last host', line('compare'), line('settle')),
  ],
});

const at = Date.parse('2026-01-02T10:15:00.000Z');
const ann = { id: 'UANN', name: 'Ann' };

const wishFor = (change: Partial<PlanWish> = {}): PlanWish => ({
  world: worldOf(healthyPool()),
  procedure: small,
  target: '7.1.2',
  by: ann,
  at,
  owed: [],
  ...change,
});

/** What the procedure is given for a wish. */
async function inputFor(change: Partial<PlanWish>): Promise<ProcedureInput> {
  const inputs: ProcedureInput[] = [];
  const procedure = defineProcedure({
    ...small,
    sections: (input) => {
      inputs.push(input);
      return small.sections(input);
    },
  });
  await makePlan(wishFor({ ...change, procedure }));
  return inputs[0]!;
}

describe('lines', () => {
  test('ids are section, number and kind; each comes after the one before it', async () => {
    const plan = await makePlan(wishFor());

    expect(linesOf(plan).map(({ id, after }) => [id, after])).toEqual([
      ['before-01-approve-run', []],
      ['before-02-dump', ['before-01-approve-run']],
      ['host-1-01-approve-host', ['before-02-dump']],
      ['host-1-02-enter', ['host-1-01-approve-host']],
      ['host-1-03-leave', ['host-1-02-enter']],
      ['host-2-01-approve-host', ['host-1-03-leave']],
      ['host-2-02-enter', ['host-2-01-approve-host']],
      ['host-2-03-leave', ['host-2-02-enter']],
      ['host-3-01-approve-host', ['host-2-03-leave']],
      ['host-3-02-enter', ['host-3-01-approve-host']],
      ['host-3-03-leave', ['host-3-02-enter']],
      ['after-01-compare', ['host-1-03-leave', 'host-2-03-leave', 'host-3-03-leave']],
      ['after-02-settle', ['after-01-compare']],
    ]);
  });

  test('blocks and lanes are kept', async () => {
    const plan = await makePlan(wishFor());

    expect(linesOf(plan).find(({ id }) => id === 'host-1-02-enter')).toEqual({
      id: 'host-1-02-enter',
      lane: 'host-1',
      kind: 'enter',
      v: 1,
      title: 'Do enter',
      args: null,
      after: ['host-1-01-approve-host'],
      block: 'maintenance',
    });
  });

  test('hosts with strange names get ids of their own', async () => {
    const names = ['Host 1', 'host-1', 'before', 'Ünï'];
    const pool = healthyPool({ hosts: names.map((name) => hostOf(name)), master: 'Host 1', vms: [] });

    const plan = await makePlan(wishFor({ world: worldOf(pool) }));

    const ids = linesOf(plan).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('host-1-01-approve-host');
    expect(ids).toContain('host-1-2-01-approve-host');
    expect(ids).toContain('before-2-01-approve-host');
    expect(ids.every((id) => /^[a-z0-9-]+$/.test(id))).toBe(true);
  });
});

describe('the digest', () => {
  const digestOfPool = async (change: Partial<PlanWish>): Promise<string> =>
    (await makePlan(wishFor(change))).digest;

  test('is the same for the same plan, whoever looks and in whatever order the world answers', async () => {
    const shuffled = healthyPool();
    const world = worldOf({
      ...shuffled,
      vms: shuffled.vms.toReversed(),
      hosts: shuffled.hosts.toReversed(),
    });

    const first = await makePlan(wishFor({ planId: 'p' }));
    const second = await makePlan(
      wishFor({ planId: 'p', world, by: { id: 'UBOB', name: 'Bob' }, at: at + 60_000 }),
    );

    expect(second.digest).toBe(first.digest);
    expect(first.digest).toMatch(/^[0-9a-f]{12}$/);
  });

  test.each([
    ['another target', { target: '7.1.1' }],
    ['another VM to move', { world: worldOf(healthyPool({ vms: [vmOf('i-2-50-VM', 'host-1')] })) }],
    ['another host left', { world: worldOf(halfWay(healthyPool(), ['host-1'])) }],
    ['another argument of a line', { planId: 'q' }],
  ] satisfies readonly [string, Partial<PlanWish>][])('changes with %s', async (_what, change) => {
    expect(await digestOfPool({ planId: 'p', ...change })).not.toBe(await digestOfPool({ planId: 'p' }));
  });
});

describe('the verdict', () => {
  test('a healthy pool goes, and the plan names who made it and when', async () => {
    const plan = await makePlan(wishFor());

    expect(plan).toMatchObject({
      v: 1,
      procedure: 'small',
      pool: 'pool-a',
      poolUuid: 'uuid-pool-a',
      target: '7.1.2',
      verdict: 'go',
      madeBy: ann,
      madeAt: '2026-01-02T10:15:00.000Z',
    });
    expect(plan.id).toMatch(/^pool-a-20260102-101500-[0-9a-f]{6}$/);
    expect(
      plan.findings.filter((finding) => finding.severity === 'block' || finding.severity === 'warn'),
    ).toEqual([]);
  });

  test('one block blocks, and the whole plan is shown all the same', async () => {
    const plan = await makePlan(
      wishFor({ world: worldOf(withHost(healthyPool(), 'host-2', { live: false })) }),
    );

    expect(plan.verdict).toBe('blocked');
    expect(linesOf(plan).length).toBeGreaterThan(0);
  });

  test('an answer that makes no sense blocks the plan, which then shows only what was found', async () => {
    const fails = new Malformed('XAPI on host-1', 'HTML instead of XML');

    const plan = await makePlan(wishFor({ world: worldOf(healthyPool(), { dead: ['xen.hosts'], fails }) }));

    expect([plan.verdict, plan.sections]).toEqual(['blocked', []]);
    expect(plan.findings[0]).toMatchObject({
      check: 'sources-read',
      evidence: ['XAPI on host-1: HTML instead of XML'],
    });
  });

  test('a pool that cannot be reached has no plan at all', async () => {
    const fails = new NotSent('connection refused at host-1');
    const world = worldOf(healthyPool(), { dead: ['xen.pool', 'xen.hosts', 'xen.vms', 'xen.srs'], fails });

    await expect(makePlan(wishFor({ world }))).rejects.toMatchObject({
      problem: { code: 'POOL_UNREAD', why: 'XAPI: connection refused at host-1' },
    });
  });

  test('another certificate is named as such, with both fingerprints', async () => {
    const fails = new WrongKey('XAPI on host-1', 'tls', 'AA:BB', 'CC:DD');
    const world = worldOf(healthyPool(), { dead: ['xen.pool', 'xen.hosts', 'xen.vms', 'xen.srs'], fails });

    await expect(makePlan(wishFor({ world }))).rejects.toMatchObject({
      problem: { code: 'WRONG_KEY', why: 'Pinned AA:BB, seen CC:DD. Nothing was sent to it.' },
    });
  });

  test('nor has one whose own record makes no sense: nobody knows what it is owed', async () => {
    const fails = new Malformed('XAPI on host-1', 'the pool has no uuid');
    const world = worldOf(healthyPool(), { dead: ['xen.pool'], fails });

    await expect(makePlan(wishFor({ world }))).rejects.toMatchObject({ problem: { code: 'POOL_UNREAD' } });
  });
});

describe('what the procedure is given', () => {
  test('what is configured, where the dump goes and how many move at once', async () => {
    expect(await inputFor({ planId: 'p' })).toMatchObject({
      has: { dom0: true, managementServers: true, database: true, smokeTest: true, canaryVm: 'i-2-10-VM' },
      managementServers: ['ms-1'],
      dumpPath: '/var/lib/xsupgrade/dumps/p',
      migrationsPerHost: 3,
      zoneId: 'zone-1',
      planId: 'p',
    });
  });

  test.each([
    ['4.11.1.0', {}, true],
    ['4.11.3.0', {}, true],
    ['4.22.1.0', {}, true],
    ['4.11.0.0', {}, false],
    ['4.9.3.0', {}, false],
    ['4.11.3.0', { disableClusterAllocation: false }, false],
  ])('on CloudStack %s with %j cluster allocation is disabled: %s', async (version, change, disabled) => {
    const pool = healthyPool();
    const world = worldOf({ ...pool, cloudstack: { ...pool.cloudstack, version } });

    expect((await inputFor({ ...change, world })).disableClusterAllocation).toBe(disabled);
  });

  test('what somebody else has disabled is left alone', async () => {
    const pool = healthyPool();
    const world = worldOf({ ...pool, cloudstack: { ...pool.cloudstack, allocationState: 'Disabled' } });

    expect((await inputFor({ world })).disableClusterAllocation).toBe(false);
  });
});

test.each(procedures.map((procedure) => [procedure.name, procedure] as const))(
  'the procedure %s gets ids that differ, and every line comes after lines that exist',
  async (_name, procedure) => {
    const plan: Plan = await makePlan(wishFor({ procedure }));

    const ids = linesOf(plan).map(({ id }) => id);
    const known = new Set(ids);
    expect(known.size).toBe(ids.length);
    expect(linesOf(plan).flatMap(({ after }) => after.filter((id) => !known.has(id)))).toEqual([]);
  },
);
