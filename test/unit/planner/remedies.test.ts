/** A remedy that a person chose is a line of the plan and a note; nothing is put right that was not chosen. */
import { linesOf, type Plan } from '../../../src/domain/plan';
import type { Snapshot } from '../../../src/domain/pool';
import { makePlan } from '../../../src/engine/planner';
import { rollingUpgrade } from '../../../src/procedures/rolling-upgrade';
import { healthyPool, hostTraits } from '../../support/snapshots';
import { worldOf } from '../../support/world-of';

/** XenCenter left its mark on the first host: a block that a line can end. */
function marked(): Snapshot {
  const pool = healthyPool();
  const traits = { ...hostTraits, maintenanceMode: true };
  return { ...pool, hosts: pool.hosts.map((host, i) => (i === 0 ? { ...host, traits } : host)) };
}

const planned = (remedies?: readonly string[], pool = marked()): Promise<Plan> =>
  makePlan({
    world: worldOf(pool),
    procedure: rollingUpgrade,
    target: '7.1.2',
    by: { id: 'UANN', name: 'Ann' },
    at: Date.parse('2026-01-02T10:15:00.000Z'),
    owed: [],
    ...(remedies && { remedies }),
  });

const findingIn = (plan: Plan) => plan.findings.find(({ check }) => check === 'maintenance-mode');
const kindsBefore = (plan: Plan): readonly string[] => plan.sections[0]?.lines.map(({ kind }) => kind) ?? [];

test('without a word about remedies the fault blocks, and no line puts it right', async () => {
  const plan = await planned();

  expect(plan.verdict).toBe('blocked');
  expect(findingIn(plan)?.severity).toBe('block');
  const { kind, args } = findingIn(plan)!.remedy!;
  expect(linesOf(plan).filter((line) => line.kind === kind && line.args === args)).toEqual([]);
  expect(plan).not.toHaveProperty('remedies');
});

test('a chosen remedy is the line right after the approval, with exactly the kind and arguments of the finding', async () => {
  const [without, plan] = [await planned(), await planned(['maintenance-mode'])];

  const { kind, args } = findingIn(without)!.remedy!;
  expect(kindsBefore(plan).slice(0, 2)).toEqual(['approve-run', kind]);
  expect(plan.sections[0]!.lines[1]!.args).toEqual(args);
  expect(linesOf(plan)).toHaveLength(linesOf(without).length + 1);
});

test('what was chosen is a note that names its line, and blocks no more', async () => {
  const plan = await planned(['maintenance-mode']);

  const line = plan.sections[0]!.lines[1]!;
  const finding = findingIn(plan)!;
  expect(plan.verdict).toBe('go');
  expect(plan.remedies).toEqual(['maintenance-mode']);
  expect(finding).toMatchObject({ severity: 'note', takenCareOf: { severity: 'block', line: line.id } });
  expect(finding.what).toContain(line.id);
});

test('whoever approves the run reads what is put right', async () => {
  const plan = await planned(['all']);

  const { facts } = plan.sections[0]!.lines[0]!.args as { readonly facts: readonly string[] };
  expect(facts).toContain(`Put right before the first host: ${plan.sections[0]!.lines[1]!.title}.`);
});

test('all chooses whatever is offered; a check that found nothing may be named and adds nothing', async () => {
  const one = await planned(['maintenance-mode'], marked());
  const [all, more] = [await planned(['all']), await planned(['maintenance-mode', 'auto-start'])];

  expect([kindsBefore(all), kindsBefore(more)]).toEqual([kindsBefore(one), kindsBefore(one)]);
  expect(more.remedies).toEqual(['maintenance-mode']);
});

test.each([
  ['a check that found something no line can put right', 'hardware'],
  ['a name that is no check', 'no-such-check'],
])('%s is refused, with what is offered', async (_, name) => {
  await expect(planned([name])).rejects.toMatchObject({
    problem: { code: 'NO_REMEDY', why: expect.stringContaining('maintenance-mode') as unknown },
  });
});

test('the digest is another one: what is approved is what is put right', async () => {
  expect((await planned(['maintenance-mode'])).digest).not.toBe((await planned()).digest);
});

describe('VMs are placed as if the remedies were done', () => {
  /** Only host-1 has the storage of its VM attached; the others have a connection to it. */
  function loose(): Snapshot {
    const pool = healthyPool();
    const second = { uuid: 'sr-second', name: 'nfs-second', type: 'nfs', shared: true };
    return {
      ...pool,
      srs: [...pool.srs, second],
      hosts: pool.hosts.map((host) => ({
        ...host,
        pbds: [...host.pbds, { sr: second.uuid, attached: host.name === 'host-1' }],
      })),
      vms: pool.vms.map((vm) => (vm.name === 'i-2-10-VM' ? { ...vm, disks: [second.uuid] } : vm)),
    };
  }
  const stopsIn = (plan: Plan): readonly string[] =>
    plan.placement.hosts.flatMap((turn) => turn.stops.map((stop) => stop.vm));

  test('storage that will be attached takes VMs, and is attached again after each boot', async () => {
    const [without, plan] = [await planned([], loose()), await planned(['storage-plugged'], loose())];

    expect(stopsIn(without)).toEqual(['i-2-10-VM']);
    expect([stopsIn(plan), plan.verdict]).toEqual([[], 'go']);
    const plugged = linesOf(plan).find((line) => line.kind === 'plug-storage' && line.lane === 'host-2');
    expect(plugged?.args).toMatchObject({
      srs: expect.arrayContaining([{ uuid: 'sr-second', name: 'nfs-second' }]) as unknown,
    });
  });

  test('the snapshot of the plan stays what was seen', async () => {
    const plan = await planned(['storage-plugged'], loose());

    expect(plan.snapshot.hosts[1]!.pbds.at(-1)).toEqual({ sr: 'sr-second', attached: false });
  });

  test('a row that is not enough leaves the plan blocked, beside the note', async () => {
    const pool = healthyPool();
    const capabilities = [
      { version: '6.5.0', maxGuests: 3, storageMotion: true },
      { version: 'default', maxGuests: 2, storageMotion: false },
    ];
    const full = {
      ...pool,
      cloudstack: { ...pool.cloudstack, traits: { ...pool.cloudstack.traits, capabilities } },
    };

    const plan = await planned(['capability-rows'], full);

    expect(plan.verdict).toBe('blocked');
    expect(plan.findings.filter((one) => one.check === 'capability-rows').map((one) => one.severity)).toEqual(
      ['note', 'block'],
    );
  });
});
