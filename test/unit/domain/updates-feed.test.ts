/** A feed in the shape of XenCenter's updates.xml: what is read out of it, and what is refused in words. */
import { hotfixesFor, misasked } from '../../../src/domain/hotfixes';
import { readFeed } from '../../../src/domain/updates-feed';

const id = (n: number): string => `${String(n).repeat(8)}-1111-1111-1111-11111111111a`;
const patch = (n: number, name: string, more = '', inside = ''): string =>
  `<patch uuid="${id(n).toUpperCase()}" name-label="${name}" ${more}>${inside}</patch>`;
const of = (n: number): string => `<patch uuid="${id(n)}"/>`;

const FEED = `<?xml version="1.0"?>
<!-- <patch uuid="in a comment" name-label="nobody reads it"/> -->
<patchdata>
  <serverversions>
    <version name="XenServer 6.5" value="6.5.0" latest="true">
      ${of(1)}${of(2)}${of(3)}
      <minimalpatches>${of(2)}${of(3)}</minimalpatches>
    </version>
    <version name="XenServer 7.1" value='7.1.2'>${of(3)}</version>
  </serverversions>
  <patches>
    ${patch(1, 'Hotfix XS65E001', 'after-apply-guidance="restartHost"')}
    ${patch(2, 'Hotfix XS65E002', 'after-apply-guidance="restartXAPI" patch-url="https://x.example/a?b=1&amp;c=2"', `<requiredpatches><requiredpatch uuid="${id(3)}"></requiredpatch></requiredpatches>`)}
    ${patch(3, 'XS65E003', 'after-apply-guidance="somethingNew"', `<conflictingpatches><conflictingpatch uuid="${id(2)}"/></conflictingpatches>`)}
    ${patch(4, 'XS56E001', 'after-apply-guidance="restartHVM"')}
  </patches>
</patchdata>`;

const read = (xml: string) => {
  const answer = readFeed(xml);
  if ('wrong' in answer) throw new Error(answer.wrong);
  return answer.hotfixes;
};

test('every hotfix of a release is read, with what hangs together; what is for no release is left out', () => {
  expect(
    read(FEED).map(({ name, versions, guidance, requires, conflicts, file }) => [
      name,
      versions.join(),
      guidance,
      requires.join(),
      conflicts.join(),
      file,
    ]),
  ).toEqual([
    ['XS65E001', '6.5.0', 'reboot', '', '', undefined],
    ['XS65E002', '6.5.0', 'restart-toolstack', 'XS65E003', '', 'https://x.example/a?b=1&c=2'],
    // a guidance that nobody knows is a reboot
    ['XS65E003', '6.5.0,7.1.2', 'reboot', '', 'XS65E002', undefined],
  ]);
  expect(read(FEED)[0]!.uuid).toBe(id(1));
});

test('what the feed does not count among the needed ones of a version is never installed there', () => {
  const plan = hotfixesFor(read(FEED), '6.5.0', []);
  expect(plan.missing.map(({ name }) => name)).toEqual(['XS65E003', 'XS65E002']);
  expect(plan.superseded).toEqual([{ hotfix: 'XS65E001', by: 'a newer one of its feed' }]);
  expect(misasked(read(FEED), '6.5.0', 'XS65E001')).toMatchObject({ why: 'superseded' });
  // a version without such a list needs all of its own
  expect(hotfixesFor(read(FEED), '7.1.2', []).missing.map(({ name }) => name)).toEqual(['XS65E003']);
});

test.each([
  ['', 'is no XML at all'],
  ['<patchdata><patches></patches></patchdata>', 'names no patch under patches'],
  ['<patchdata><patches><patch uuid="u"/></patches></patchdata>', 'has a patch without name-label'],
  ['<patchdata><patches><patch name-label="u"/></patches></patchdata>', 'has a patch without uuid'],
  ['<patchdata><patches>', 'is not XML: <patches> is not closed'],
  ['<a></b></a>', 'is not XML: </b> closes nothing'],
  ['</a>', 'is not XML: </a> closes nothing'],
  ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', 'declares a document type'],
])('%s is refused: %s', (xml, said) => {
  expect(readFeed(xml)).toEqual({ wrong: expect.stringContaining(said) });
});
