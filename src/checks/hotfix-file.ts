/** What is not staged yet is uploaded from a file that is known byte for byte: another one is never sent (issue: checksum verified). */
import { shownFile } from '../domain/patching';
import { defineCheck, found } from './check';

export const hotfixFile = defineCheck({
  name: 'hotfix-file',
  summary: 'Every hotfix that is not staged has its file, the length and the checksum of it.',
  source: 'xapi §8.1, xc §3.2',
  look: (_pool, _version, { patching }) => {
    const { work, look } = patching ?? {};
    if (!work || !look) return [];
    const staged = look.seen?.staged.map(({ uuid }) => uuid) ?? [];
    const wanted = work.artefacts.filter(
      ({ uuid, name }) =>
        !staged.includes(uuid) && Object.values(work.hosts).some(({ missing }) => missing.includes(name)),
    );
    return wanted.flatMap(({ name, file, sha256, bytes }) => {
      const lacks = [
        ...(file === undefined ? ['file'] : []),
        ...(sha256 === undefined ? ['sha256'] : []),
        ...(bytes === undefined ? ['bytes'] : []),
      ];
      const wrong = look.files[name];
      if (lacks.length === 0 && wrong === undefined) return [];
      return [
        found(
          'block',
          name,
          lacks.length > 0
            ? `${name} cannot be uploaded: the catalogue has no ${lacks.join(', no ')} of it.`
            : `${name} cannot be uploaded: ${wrong}.`,
          [file === undefined ? 'it is not staged on the pool either' : `file: ${shownFile(file)}`],
          lacks.length > 0
            ? `Write ${lacks.join(', ')} of ${name} into hotfixes.yaml; sha256sum and wc -c print the last two.`
            : `Put the file of ${name} where hotfixes.yaml says, and see that its length and checksum are those of its maker.`,
        ),
      ];
    });
  },
});
