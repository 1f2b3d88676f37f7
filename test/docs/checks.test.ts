/** docs/checks.md and the catalogue say the same, both ways: every check, its rule, its source, its remedy and what breaks it. */
import { checks } from '../../src/checks';
import { ALWAYS_SAID, CASES, REMEDIES } from '../unit/checks/pool-cases';
import { page, rowsOf } from './markdown';

const rows = rowsOf(page('docs/checks.md'));

test('every check has a row in the order in which it is asked, and every row is a check', () => {
  expect(rows.map(([name]) => name)).toEqual(checks.map(({ name }) => `\`${name}\``));
});

test.each(checks.map((check, at) => [check.name, check, rows[at] ?? []] as const))(
  '%s is described as it is',
  (name, { summary, source, since, until }, [, told, from, era, remedy, pools]) => {
    const speaksOf = [
      ...(since === undefined ? [] : [`from ${since}`]),
      ...(until === undefined ? [] : [`until ${until}`]),
    ].join(', ');
    const broken = CASES.filter(({ says }) => says.some((one) => one.split(' ')[1] === name));

    expect([told, from, era, remedy]).toEqual([summary, source, speaksOf || 'all', REMEDIES[name] ?? 'none']);
    // what no API answers is asked of every pool
    const always = ALWAYS_SAID.includes(`question ${name}`);
    expect(pools).toBe(always ? 'all' : broken.map(({ pool }) => pool).join(', '));
    expect(pools).not.toBe('');
  },
);
