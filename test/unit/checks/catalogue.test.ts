/** The catalogue against pools with one fault each: exactly the expected finding, no other block or warn, and nothing changed. */
import { checks } from '../../../src/checks';
import { steps } from '../../../src/steps';
import { ALWAYS_SAID, CASES, NO_POOL_BREAKS, REMEDIES } from './pool-cases';
import { lookAt, poolFiles, type Seen } from './pool-files';

const seen = new Map<string, Promise<Seen>>();
const looked = (pool: string, target: string): Promise<Seen> => {
  const known = seen.get(pool) ?? lookAt(pool, target);
  seen.set(pool, known);
  return known;
};

test('every pool has its line in the table, and every line its pool', () => {
  expect(CASES.map(({ pool }) => pool)).toEqual(poolFiles);
});

test('every check is broken by a pool, or is one that no pool can break', () => {
  const broken = new Set(CASES.flatMap(({ says }) => says.map((one) => one.split(' ')[1])));

  expect(
    checks
      .map(({ name }) => name)
      .filter((name) => !broken.has(name))
      .toSorted(),
  ).toEqual(NO_POOL_BREAKS.filter((name) => !broken.has(name)));
});

describe.each(CASES)('$pool to $target', ({ pool, target, says }) => {
  test('says exactly what is wrong', async () => {
    const { findings, unread } = await looked(pool, target);

    expect(unread).toEqual([]);
    expect(
      findings
        .filter(({ severity, check }) => !ALWAYS_SAID.includes(`${severity} ${check}`))
        .map(({ severity, check, on }) => `${severity} ${check} ${on}`),
    ).toEqual(says);
  });

  test('nothing was changed by looking', async () => {
    const { acts, violations } = await looked(pool, target);

    expect(acts).toEqual([]);
    expect(violations).toBe(0);
  });

  test('every finding has words, names and advice, and no reference or secret', async () => {
    const { findings } = await looked(pool, target);

    for (const finding of findings) {
      expect(finding.what).toMatch(/[.?]$/);
      expect(finding.advice.length).toBeGreaterThan(0);
      expect(JSON.stringify(finding)).not.toMatch(/OpaqueRef|[Pp]assword|apikey|undefined|\bNaN\b/);
    }
  });

  test('a remedy is one that the catalogue names, and its step makes a title of its arguments', async () => {
    const { findings } = await looked(pool, target);

    for (const { check, remedy } of findings) {
      if (!remedy) continue;
      expect([check, remedy.kind]).toEqual([check, REMEDIES[check]]);
      expect(steps.get(remedy.kind)?.title(remedy.args)).toMatch(/^(?!.*undefined)\S/);
    }
  });
});

test('every remedy of the catalogue is offered by some pool', async () => {
  const offered = new Set<string>();
  for (const { pool, target } of CASES)
    for (const { check, remedy } of (await looked(pool, target)).findings) if (remedy) offered.add(check);

  expect([...offered].toSorted()).toEqual(Object.keys(REMEDIES));
});

test('healthy pools of every pair ask the same two questions; only hosts of before 7.0 are told that their layout stays', async () => {
  for (const { pool, target } of CASES.filter((one) => one.pool.startsWith('healthy'))) {
    const { findings } = await looked(pool, target);
    expect([pool, ...findings.map(({ severity, check }) => `${severity} ${check}`)]).toEqual([
      pool,
      'question hardware',
      ...(pool === 'healthy' ? ['note partition-layout'] : []),
      'question vm-backups',
    ]);
  }
});
