/** What is wrong with the files of hotfixes is told before a plan is approved, not while a pool is being worked on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wrongFiles } from '../../../src/adapters/hotfix-files';
import type { Hotfix } from '../../../src/domain/hotfixes';

const dir = mkdtempSync(join(tmpdir(), 'hotfix-files-'));
afterAll(() => rmSync(dir, { recursive: true }));

const hotfix = (name: string, change: Partial<Hotfix>): Hotfix => ({
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

test('a file that is not there and one of another length are named; what is right, remote or unnamed is not', async () => {
  const file = join(dir, 'a.iso');
  writeFileSync(file, 'four');
  const wrong = await wrongFiles([
    hotfix('RIGHT', { file, bytes: 4 }),
    hotfix('LONGER', { file, bytes: 5 }),
    hotfix('GONE', { file: join(dir, 'gone.iso'), bytes: 4 }),
    hotfix('FOLDER', { file: dir }),
    hotfix('REMOTE', { file: 'https://mirror.example/a.iso', bytes: 4 }),
    hotfix('STAGED', {}),
  ]);
  expect(wrong).toEqual({
    LONGER: `${file} has 4 bytes, and hotfixes.yaml says 5`,
    GONE: `there is no file ${join(dir, 'gone.iso')}`,
    FOLDER: `there is no file ${dir}`,
  });
});
