/** A pool that is only a file: where its VMs would go, and one sentence for each thing that is wrong with the file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shell } from '../../../src/cli/shell';
import type { Snapshot } from '../../../src/domain/pool';
import { place, simpleRules } from '../../../src/placement';
import { shapes } from '../../docs/document-shapes';
import { GIB, healthyPool, vmOf, withVms } from '../../support/snapshots';

const dir = mkdtempSync(join(tmpdir(), 'what-if-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function typed(document: unknown, ...words: readonly string[]) {
  const file = join(dir, 'pool.json');
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  const [out, err]: [string[], string[]] = [[], []];
  const doors = {
    version: 'test',
    open: () => Promise.reject(new Error('no configuration is opened')),
    migrate: () => Promise.reject(new Error('no database is opened')),
  };
  const code = await shell(['plan', '--snapshot', file, ...words], doors, {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    login: 'ann',
  });
  return { code, out: out.join(''), err: err.join('').replaceAll(file, 'FILE') };
}

test('a snapshot gives the placement that a plan of the same pool would have, without any configuration', async () => {
  const { code, out } = await typed(healthyPool(), '--to', '7.1.2', '--json');

  const document = shapes['what-if'].parse(JSON.parse(out));
  expect(code).toBe(0);
  expect(document.placement).toEqual(place(healthyPool(), simpleRules('7.1.2')));
});

test('the document of plan --json says itself what to upgrade to', async () => {
  const { code, out } = await typed({ v: 1, target: '7.1.2', snapshot: healthyPool() });

  expect(code).toBe(0);
  expect(out).toMatch(
    /^✓ pool-a to 7\.1\.2: it fits\n9 moves \(at least 9\), 12\.3 GiB \(at least 12\.3 GiB\), 0 stops/,
  );
  expect(out).toContain('i-2-10-VM → host-3 (no host is upgraded yet; it moves once more)');
});

test('what does not fit ends with 1, its proof and a way out', async () => {
  const tight = withVms(healthyPool(), vmOf('i-2-20-VM', 'host-1', { memoryMib: 31 * GIB }));
  const { code, out } = await typed(tight, '--to=7.1.2');

  expect(code).toBe(1);
  expect(out).toMatch(
    /^✗ pool-a to 7\.1\.2: it does not fit, and that is proved\nhost-1 cannot be emptied: /,
  );
  expect(out).toContain('Do this: Stop i-2-20-VM (31744 MiB) until the last host is upgraded.');
});

const pool = healthyPool();
const changed = (change: (pool: Record<string, unknown>) => void): unknown => {
  const copy = structuredClone(pool) as unknown as Record<string, unknown>;
  change(copy);
  return copy;
};
const { master: _master, ...headless } = pool;
const [host, ...hosts] = pool.hosts;
const on = (name: string): Snapshot => ({
  ...pool,
  vms: [{ ...pool.vms[0]!, on: name }, ...pool.vms.slice(1)],
});

test.each<readonly [string, unknown, string]>([
  ['a field is missing', headless, 'master: Invalid input: expected string, received undefined'],
  [
    'memory is negative',
    { ...pool, hosts: [{ ...host, memoryMib: { total: 32_768, free: -1 } }, ...hosts] },
    'hosts.0.memoryMib.free: Too small: expected number to be >=0',
  ],
  ['a VM is on an unknown host', on('host-9'), 'i-2-10-VM runs on host-9, and there is no such host'],
  [
    'there are two masters',
    { ...pool, hosts: [host, ...pool.hosts] },
    '2 hosts are called host-1, the master',
  ],
  ['no host is the master', { ...pool, master: 'host-7' }, 'no host is called host-7, the master'],
  [
    'there are ten thousand VMs',
    {
      ...pool,
      vms: Array.from({ length: 10_000 }, (_, n) => ({ ...pool.vms[0]!, name: `i-2-${n}-VM` })),
    },
    'it has 10000 VMs; 9600 are the most of one pool',
  ],
  ['a VM is there twice', { ...pool, vms: [...pool.vms, pool.vms[0]!] }, '2 VMs are called i-2-10-VM'],
  [
    'more is free than there is',
    changed((copy) => {
      copy['hosts'] = [{ ...host!, memoryMib: { total: 1, free: 2 } }, ...hosts];
    }),
    'host-1 has 2 MiB free of 1 MiB',
  ],
  ['it is no JSON', '{', 'FILE is not JSON: '],
])('%s: a sentence, and exit code 2', async (_what, document, sentence) => {
  const { code, err } = await typed(document, '--to', '7.1.2');

  expect(code).toBe(2);
  expect(err).toContain(sentence);
});

test('words that make no sense are told before the file is read', async () => {
  expect((await typed(pool, '--to', 'seven')).err).toContain('seven is not a version');
  expect((await typed(pool, '--reboot')).err).toContain('with --snapshot it knows no --reboot');
  expect((await typed(pool)).err).toContain('does not say what to upgrade to: add --to.');
});
