/** The catalogue of the pretend hosts is one that the product takes, with files that are what it says. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHotfixes } from '../../../src/config/hotfixes-yaml';
import { hotfixesFor } from '../../../src/domain/hotfixes';
import { PATCHED_PAIRS } from '../../../src/sim/pairs';
import { writeCatalogue } from '../../../src/sim/write-catalogue';

test.each(PATCHED_PAIRS.map((pair) => [pair.name, pair] as const))('%s', (_name, { brand, from }) => {
  const dir = mkdtempSync(join(tmpdir(), 'catalogue-'));
  try {
    const names = writeCatalogue(dir, { brand, version: from });
    const { hotfixes, problems } = readHotfixes(dir);
    expect(problems).toEqual([]);
    const plan = hotfixesFor(hotfixes, from, []);
    expect(plan.missing.map(({ name }) => name)).toEqual(names);
    expect(plan.superseded).toHaveLength(names.length === 0 ? 0 : 1);
    for (const { file, sha256, bytes } of hotfixes) {
      const content = readFileSync(file!);
      expect([createHash('sha256').update(content).digest('hex'), content.length]).toEqual([sha256, bytes]);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
