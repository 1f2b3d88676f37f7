/** Everything that can be owed has words for people; ids stay for commands. */
import { OWED } from '../../../src/domain/obligation';
import { owedName } from '../../../src/domain/owed-words';

test.each(OWED)('%s is told in words, with what it is on', (what) => {
  const said = owedName({ what, on: 'host-1' });

  expect(said).toContain('host-1');
  expect(said).not.toContain(what);
});

test('what a newer version owes is told by its id rather than not at all', () => {
  expect(owedName({ what: 'bond-broken' as never, on: 'host-1' })).toBe('bond-broken on host-1');
});
