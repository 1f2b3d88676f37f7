/** Whatever the pool: never over memory, never to an older host, pairs apart, and every VM accounted for. */
import * as fc from 'fast-check';
import type { Placement } from '../../../src/domain/plan';
import type { HostSnapshot, Snapshot, VmKind, VmSnapshot } from '../../../src/domain/pool';
import { sameOrNewer } from '../../../src/domain/version';
import { place, simpleRules } from '../../../src/placement';
import { GIB, halfWay, healthyPool, hostOf, localSr, NFS, vmOf } from '../../support/snapshots';

const TARGET = '7.1.2';
const rules = simpleRules(TARGET);

const hostArb = (index: number): fc.Arbitrary<HostSnapshot> =>
  fc
    .record({
      gib: fc.integer({ min: 8, max: 64 }),
      down: fc.integer({ min: 0, max: 9 }),
      guest: fc.boolean(),
    })
    .map(({ gib, down, guest }) =>
      hostOf(`host-${index + 1}`, {
        memoryMib: { total: gib * GIB, free: 0 },
        ...(index > 0 && down === 0 && { enabled: false }),
        ...(!guest && {
          pifs: [{ device: 'eth0', network: 'management', attached: true, management: true }],
        }),
      }),
    );

const vmArb = (index: number, hosts: readonly string[]): fc.Arbitrary<VmSnapshot> =>
  fc
    .record({
      on: fc.constantFrom(...hosts),
      kind: fc.constantFrom<VmKind>('guest', 'guest', 'guest', 'router', 'ssvm', 'cpvm'),
      mib: fc.integer({ min: 256, max: 12 * GIB }),
      tools: fc.integer({ min: 0, max: 9 }),
      local: fc.integer({ min: 0, max: 19 }),
      device: fc.integer({ min: 0, max: 19 }),
      network: fc.constantFrom('management', 'guest'),
      pair: fc.constantFrom('net-1', 'net-2'),
    })
    .map(({ on, kind, mib, tools, local, device, network, pair }) =>
      vmOf(`x-${index}-VM`, on, {
        kind,
        memoryMib: mib,
        tools: tools > 0,
        disks: [local === 0 ? localSr(on).uuid : NFS.uuid],
        devices: device === 0 ? ['pci'] : [],
        networks: [network],
        ...(kind === 'router' && { cloudstack: { redundantGroup: `${pair}-${Math.floor(index / 2)}` } }),
      }),
    );

const poolArb: fc.Arbitrary<Snapshot> = fc
  .record({
    hosts: fc.integer({ min: 2, max: 6 }),
    vms: fc.integer({ min: 0, max: 24 }),
    done: fc.integer({ min: 0, max: 2 }),
  })
  .chain(({ hosts, vms, done }) => {
    const names = Array.from({ length: hosts }, (_, i) => `host-${i + 1}`);
    return fc
      .record({
        hosts: fc.tuple(...names.map((_, i) => hostArb(i))),
        vms: fc.tuple(...Array.from({ length: vms }, (_, i) => vmArb(i, names))),
      })
      .map((made) => {
        const pool = healthyPool(made);
        return done === 0 ? pool : halfWay(pool, names.slice(0, done));
      });
  });

/** Carries a placement out, step by step, with its own arithmetic. Returns every breach as a sentence. */
function breaches(pool: Snapshot, placement: Placement): readonly string[] {
  const wrong: string[] = [];
  const on = new Map(pool.vms.map((vm) => [vm.name, vm.on]));
  const version = new Map(pool.hosts.map((host) => [host.name, host.version]));
  const free = new Map(pool.hosts.map((host) => [host.name, host.memoryMib.free]));
  const vm = (name: string): VmSnapshot => pool.vms.find((one) => one.name === name)!;
  const host = (name: string): HostSnapshot => pool.hosts.find((one) => one.name === name)!;
  const put = (name: string, to: string): void => {
    const { memoryMib, networks, disks, cloudstack, kind } = vm(name);
    const left = free.get(to)! - memoryMib;
    if (left < host(to).memoryMib.total * rules.reserve) wrong.push(`${name} leaves ${left} MiB on ${to}`);
    free.set(to, left);
    on.set(name, to);
    for (const network of networks) {
      const wired = pool.hosts.filter((one) => one.pifs.some((pif) => pif.network === network));
      if (wired.length > 0 && !wired.includes(host(to))) wrong.push(`${name} has no network on ${to}`);
    }
    if (disks.some((sr) => !host(to).pbds.some((pbd) => pbd.sr === sr)))
      wrong.push(`${name} has no disk on ${to}`);
    const group = cloudstack?.redundantGroup;
    if (kind === 'router' && group !== undefined)
      for (const other of pool.vms)
        if (other.name !== name && on.get(other.name) === to && other.cloudstack?.redundantGroup === group)
          wrong.push(`${name} and ${other.name} are both on ${to}`);
  };
  for (const { host: from, moves, stops } of placement.hosts) {
    const mixed = new Set(version.values()).size > 1 || [...version.values()].includes(TARGET);
    const here = pool.vms.filter((one) => on.get(one.name) === from).map((one) => one.name);
    const spoken = new Set([...moves, ...stops].map((one) => one.vm));
    for (const name of here)
      if (
        !spoken.has(name) &&
        !placement.misfits.some((misfit) => misfit.startsWith(`${from} `) && misfit.includes(name))
      )
        wrong.push(`${name} on ${from} is forgotten`);
    for (const name of spoken) if (!here.includes(name)) wrong.push(`${name} is not on ${from}`);
    const step = (name: string, to: string): void => {
      if (to === from) wrong.push(`${name} stays on ${from}`);
      free.set(from, free.get(from)! + vm(name).memoryMib);
      put(name, to);
    };
    for (const move of moves) {
      if (move.candidates[0] !== move.to) wrong.push(`${move.vm} does not go to its best candidate`);
      for (const to of move.candidates)
        if (!sameOrNewer(version.get(to)!, version.get(from)!)) wrong.push(`${move.vm} goes back to ${to}`);
      step(move.vm, move.to);
    }
    const held: string[] = [];
    for (const stop of stops) {
      if (stop.why === '') wrong.push(`${stop.vm} is stopped without a reason`);
      for (const to of stop.startOn)
        if (mixed && version.get(to) !== TARGET) wrong.push(`${stop.vm} starts on the old ${to}`);
      if (stop.startOn[0] === undefined) held.push(stop.vm);
      else step(stop.vm, stop.startOn[0]);
    }
    version.set(from, TARGET);
    for (const name of held) on.set(name, from);
  }
  return wrong;
}

test('a placement can be carried out as it is written', () => {
  fc.assert(
    fc.property(poolArb, (pool) => {
      expect(breaches(pool, place(pool, rules))).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test('the same snapshot gives the same placement, whatever the order of its VMs', () => {
  fc.assert(
    fc.property(poolArb, (pool) => {
      const shuffled = { ...pool, vms: pool.vms.toReversed() };

      expect(place(shuffled, rules)).toEqual(place(pool, rules));
    }),
    { numRuns: 100 },
  );
});

test('the replay above notices a move to an older host, a full host and a forgotten VM', () => {
  const pool = halfWay(healthyPool(), ['host-1']);
  const good = place(pool, rules);
  const turn = good.hosts[0]!;
  const [move] = turn.moves;
  const bad = (moves: Placement['hosts'][number]['moves']): readonly string[] =>
    breaches(pool, { ...good, hosts: [{ ...turn, moves }] });

  expect(bad(turn.moves)).toEqual([]);
  expect(bad(turn.moves.slice(1))).toEqual([`${move!.vm} on host-2 is forgotten`]);
  expect(bad([{ ...move!, to: 'host-2', candidates: ['host-2'] }, ...turn.moves.slice(1)])).toContain(
    `${move!.vm} stays on host-2`,
  );
});
