/** The catalogue against pools with one fault each: exactly the expected finding, no other block or warn, and nothing changed. */
import { checks } from '../../../src/checks';
import { steps } from '../../../src/steps';
import { ALWAYS_SAID, CASES, REMEDIES, type PoolCase } from './pool-cases';
import { lookAt, poolFiles, type Seen } from './pool-files';

const seen = new Map<string, Promise<Seen>>();
const looked = ({ pool, target, how }: PoolCase): Promise<Seen> => {
  const known = seen.get(pool) ?? lookAt(pool, target, how);
  seen.set(pool, known);
  return known;
};

const traitsOf = (of: readonly { readonly name: string; readonly traits?: object | undefined }[]) =>
  Object.fromEntries(of.flatMap(({ name, traits }) => (traits ? [[name, traits]] : [])));

const dom0Of = (of: readonly { readonly name: string; readonly dom0?: object | undefined }[]) =>
  Object.fromEntries(of.flatMap(({ name, dom0 }) => (dom0 ? [[name, dom0]] : [])));

test('every pool has its line in the table, and every line its pool', () => {
  expect(CASES.map(({ pool }) => pool)).toEqual(poolFiles);
});

test('every check is made to speak by a pool, and no pool makes one speak that does not exist', () => {
  const spoken = CASES.flatMap(({ says }) => says).concat(ALWAYS_SAID);

  expect([...new Set(spoken.map((one) => one.split(' ')[1]!))].toSorted()).toEqual(
    checks.map(({ name }) => name).toSorted(),
  );
});

describe.each(CASES)('$pool to $target', (one) => {
  test('says exactly what is wrong', async () => {
    const { findings, unread } = await looked(one);

    expect(unread.map(({ source }) => source)).toEqual(one.unread ?? []);
    expect(
      findings
        .filter(({ severity, check }) => !ALWAYS_SAID.includes(`${severity} ${check}`))
        .map(({ severity, check, on }) => `${severity} ${check} ${on}`),
    ).toEqual(one.says);
  });

  test('every fact of its file is seen as the file says it', async () => {
    const { said, snapshot } = await looked(one);

    expect(traitsOf(snapshot.hosts)).toMatchObject(traitsOf(said.hosts ?? []));
    expect(traitsOf(snapshot.vms)).toMatchObject(traitsOf(said.vms ?? []));
    expect(dom0Of(snapshot.hosts)).toMatchObject(dom0Of(said.hosts ?? []));
    expect(snapshot.traits).toMatchObject(said.traits ?? {});
  });

  test('nothing was changed by looking', async () => {
    const { acts, violations } = await looked(one);

    expect(acts).toEqual([]);
    expect(violations).toBe(0);
  });

  test('every finding has words, names and advice, and no reference or secret', async () => {
    const { findings } = await looked(one);

    for (const finding of findings) {
      expect(finding.what).toMatch(/[.?]$/);
      expect(finding.advice.length).toBeGreaterThan(0);
      expect(JSON.stringify(finding)).not.toMatch(/OpaqueRef|[Pp]assword|apikey|undefined|\bNaN\b/);
    }
  });

  test('a remedy is one that the catalogue names, and its step makes a title of its arguments', async () => {
    const { findings } = await looked(one);

    for (const { check, remedy } of findings) {
      if (!remedy) continue;
      expect([check, remedy.kind]).toEqual([check, REMEDIES[check]]);
      expect(steps.get(remedy.kind)?.title(remedy.args)).toMatch(/^(?!.*undefined)\S/);
    }
  });
});

test('every remedy of the catalogue is offered by some pool', async () => {
  const offered = new Set<string>();
  for (const one of CASES)
    for (const { check, remedy } of (await looked(one)).findings) if (remedy) offered.add(check);

  expect([...offered].toSorted()).toEqual(Object.keys(REMEDIES));
});

test('healthy pools of every pair ask the same two questions; only hosts of before 7.0 are told that their layout stays', async () => {
  for (const one of CASES.filter(({ pool }) => pool.startsWith('healthy'))) {
    const { pool } = one;
    const { findings } = await looked(one);
    expect([pool, ...findings.map(({ severity, check }) => `${severity} ${check}`)]).toEqual([
      pool,
      'question hardware',
      ...(pool === 'healthy' ? ['note partition-layout'] : []),
      'question vm-backups',
    ]);
  }
});
