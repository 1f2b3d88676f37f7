/** Which hotfixes a host needs, in which order, and what is never installed (seed 002; xc §3.4). */
import { circleIn, hotfixesFor, misasked, type Hotfix, type HotfixPlan } from '../../../src/domain/hotfixes';

const hotfix = (name: string, change: Partial<Hotfix> = {}): Hotfix => ({
  uuid: name,
  name,
  kind: 'hotfix',
  versions: ['6.5.0'],
  requires: [],
  supersedes: [],
  conflicts: [],
  guidance: 'reboot',
  ...change,
});
const names = ({ missing }: HotfixPlan): readonly string[] => missing.map(({ name }) => name);

/** Twelve, with everything that goes wrong in a list kept by hand: wrong order, chains, one conflict. */
const TWELVE: readonly Hotfix[] = [
  hotfix('H12', { requires: ['H11'] }),
  hotfix('H11', { requires: ['SP1'] }),
  hotfix('H3', { supersedes: ['H2'] }),
  hotfix('H2', { supersedes: ['H1'] }),
  hotfix('H1'),
  hotfix('SP1'),
  hotfix('H5', { requires: ['H2'] }),
  hotfix('H6', { requires: ['H5', 'SP1'] }),
  hotfix('H7', { conflicts: ['H6'] }),
  hotfix('H8', { versions: ['7.1.2'] }),
  hotfix('H9', { versions: ['6.5.0', '7.1.2'] }),
  hotfix('H10'),
];

test('of twelve, those for the version, none superseded, each after what it requires', () => {
  const plan = hotfixesFor(TWELVE, '6.5.0', ['H10']);
  expect(names(plan)).toEqual(['H3', 'SP1', 'H11', 'H12', 'H5', 'H6', 'H7', 'H9']);
  expect(plan.applied.map(({ name }) => name)).toEqual(['H10']);
  expect(plan.superseded).toEqual([
    { hotfix: 'H2', by: 'H3' },
    { hotfix: 'H1', by: 'H3' },
  ]);
  expect(plan.conflicts).toEqual([{ hotfix: 'H6', with: 'H7' }]);
});

test('another version has others, and none is made up for a version without any', () => {
  expect(names(hotfixesFor(TWELVE, '7.1.2', []))).toEqual(['H8', 'H9']);
  expect(names(hotfixesFor(TWELVE, '8.2.1', []))).toEqual([]);
});

test('what is applied is not asked for again, and conflicts with it are told', () => {
  const plan = hotfixesFor(TWELVE, '6.5.0', ['H6', 'H9']);
  expect(names(plan)).not.toContain('H9');
  expect(plan.conflicts).toEqual([{ hotfix: 'H7', with: 'H6' }]);
});

test('what is applied although superseded is applied, not to be avoided', () => {
  const plan = hotfixesFor(TWELVE, '6.5.0', ['H1']);
  expect(plan.superseded).toEqual([{ hotfix: 'H2', by: 'H3' }]);
});

test('a requirement that is superseded is met by what contains it', () => {
  expect(names(hotfixesFor(TWELVE, '6.5.0', [])).indexOf('H3')).toBeLessThan(
    names(hotfixesFor(TWELVE, '6.5.0', [])).indexOf('H5'),
  );
  const reversed = [hotfix('C', { requires: ['A'] }), hotfix('A'), hotfix('B', { supersedes: ['A'] })];
  expect(names(hotfixesFor(reversed, '6.5.0', []))).toEqual(['B', 'C']);
});

test('a circle is found, and none where there is none', () => {
  const circle = [
    hotfix('A', { requires: ['B'] }),
    hotfix('B', { requires: ['C'] }),
    hotfix('C', { requires: ['B'] }),
  ];
  expect(circleIn(circle, 'requires')).toEqual(['B', 'C', 'B']);
  expect(circleIn(circle, 'supersedes')).toBeUndefined();
  expect(circleIn(TWELVE, 'requires')).toBeUndefined();
});

describe('asked for by name', () => {
  const asked = (...only: readonly string[]): HotfixPlan => hotfixesFor(TWELVE, '6.5.0', ['H10'], only);

  test('only these, and what they require, each after what it requires', () => {
    expect(names(asked('H12'))).toEqual(['SP1', 'H11', 'H12']);
    expect(asked('H12').added).toEqual([
      { hotfix: 'H11', for: 'H12' },
      { hotfix: 'SP1', for: 'H11' },
    ]);
    expect(names(asked('H9', 'SP1'))).toEqual(['SP1', 'H9']);
  });

  test('what contains a required one comes along in its place', () => {
    expect(names(asked('H5'))).toEqual(['H3', 'H5']);
  });

  test('without the one of a conflict there is no conflict; with both there is', () => {
    expect(asked('H6').conflicts).toEqual([]);
    expect(asked('H7').conflicts).toEqual([]);
    expect(asked('H6', 'H7').conflicts).toEqual([{ hotfix: 'H6', with: 'H7' }]);
  });

  test('what is applied already is not applied again', () => {
    expect(names(asked('H10'))).toEqual([]);
  });

  test('a name that cannot be asked for says why', () => {
    expect(misasked(TWELVE, '6.5.0', 'H99')).toEqual({ why: 'unknown' });
    expect(misasked(TWELVE, '6.5.0', 'H8')).toEqual({ why: 'other-version' });
    expect(misasked(TWELVE, '6.5.0', 'H1')).toEqual({ why: 'superseded', contains: 'H3' });
    expect(misasked(TWELVE, '6.5.0', 'H12')).toBeUndefined();
  });
});

test('what requires something that this version never gets is told, not tried', () => {
  const odd = [hotfix('A', { requires: ['B'] }), hotfix('B', { versions: ['7.1.2'] })];
  expect(hotfixesFor(odd, '6.5.0', []).unmet).toEqual([{ hotfix: 'A', requires: 'B' }]);
  expect(hotfixesFor(odd, '6.5.0', ['B']).unmet).toEqual([]);
});
