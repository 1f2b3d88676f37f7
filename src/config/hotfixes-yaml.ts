/** hotfixes.yaml beside pools.yaml: which hotfixes there are, and how they hang together. It need not be there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { circleIn, GUIDANCE, type Hotfix } from '../domain/hotfixes';
import type { Problem } from '../domain/problem';
import { keyPath, nearest } from './mistakes';

export const HOTFIXES_YAML = 'hotfixes.yaml';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is not a name such as XS65ESP1002');
const names = z.array(name).default([]);

const hotfixesYaml = z.strictObject({
  hotfixes: z.array(
    z.strictObject({
      uuid: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'is not a uuid'),
      name,
      versions: z
        .array(z.string().regex(/^\d+(\.\d+)+$/, 'is not a version such as 6.5.0; versions stand in quotes'))
        .min(1, 'names no version'),
      requires: names,
      supersedes: names,
      conflicts: names,
      // what nobody knows is rebooted (xc §3.7.4)
      guidance: z.enum(GUIDANCE, `is not one of ${GUIDANCE.join(', ')}`).default('reboot'),
    }),
  ),
});

/** Everything that is wrong at once; an absent file is an empty catalogue. */
export function readHotfixes(dir: string): {
  readonly hotfixes: readonly Hotfix[];
  readonly problems: readonly Problem[];
} {
  const file = join(dir, HOTFIXES_YAML);
  if (!existsSync(file)) return { hotfixes: [], problems: [] };
  const document = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0)
    return refused([wrong('is not YAML', 'Look at its indentation and its quotes')]);
  const parsed = hotfixesYaml.safeParse(document.toJS());
  if (!parsed.success)
    return refused(
      parsed.error.issues.map((issue) =>
        wrong(`${issue.path.length === 0 ? 'the file' : keyPath(issue.path)}: ${issue.message}`, EXAMPLE),
      ),
    );
  const { hotfixes } = parsed.data;
  const problems = [...twice(hotfixes), ...strangers(hotfixes), ...circles(hotfixes)];
  return problems.length > 0 ? refused(problems) : { hotfixes, problems };
}

const refused = (problems: readonly Problem[]) => ({ hotfixes: [], problems });

const EXAMPLE = 'docs/configuration.md has an example with every key';

const wrong = (what: string, doThis: string): Problem => ({
  code: 'CONFIG_INVALID',
  what: `${HOTFIXES_YAML}: ${what}.`,
  why: 'Hotfixes in the wrong order, or two that contain each other, are not guessed at.',
  doThis: [doThis],
});

const twice = (hotfixes: readonly Hotfix[]): readonly Problem[] =>
  (['name', 'uuid'] as const).flatMap((key) =>
    hotfixes
      .filter((one, at) => hotfixes.findIndex((other) => other[key] === one[key]) < at)
      .map((one) => wrong(`${one[key]} stands there twice`, 'Keep one of the two')),
  );

function strangers(hotfixes: readonly Hotfix[]): readonly Problem[] {
  const known = hotfixes.map((one) => one.name);
  return hotfixes.flatMap((one) =>
    (['requires', 'supersedes', 'conflicts'] as const).flatMap((key) =>
      one[key]
        .filter((other) => !known.includes(other))
        .map((other) => {
          const near = nearest(other, known);
          return wrong(
            `${one.name} ${key === 'conflicts' ? 'conflicts with' : key} ${other}, which is not in the catalogue`,
            near === undefined ? `Add ${other}, or leave it out` : `Did you mean ${near}?`,
          );
        }),
    ),
  );
}

const circles = (hotfixes: readonly Hotfix[]): readonly Problem[] =>
  (['requires', 'supersedes'] as const).flatMap((by) => {
    const circle = circleIn(hotfixes, by);
    return circle
      ? [wrong(`by ${by} these go round in a circle: ${circle.join(', ')}`, 'One of them does not')]
      : [];
  });
