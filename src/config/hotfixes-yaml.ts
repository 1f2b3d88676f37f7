/** hotfixes.yaml beside pools.yaml: which hotfixes there are, and how they hang together. It need not be there. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { circleIn, completed, type Hotfix } from '../domain/hotfixes';
import { ARTEFACT_KINDS, GUIDANCE } from '../domain/patching';
import type { Problem } from '../domain/problem';
import { readFeed } from '../domain/updates-feed';
import { keyPath, nearest } from './mistakes';
import { secretsIn } from './secrets-in-yaml';

export const HOTFIXES_YAML = 'hotfixes.yaml' as const;

/** A feed of every release there ever was is below one megabyte. */
const FEED_BYTES = 8_000_000;

/** Before 7.1 a pack is called `maker:name`. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]*$/, 'is not a name such as XS65ESP1002');
const names = z.array(name).default([]);
const version = z.string().regex(/^\d+(\.\d+)+$/, 'is not a version such as 6.5.0; versions stand in quotes');
const place = z.string().min(1, 'is empty');

const hotfixesYaml = z.strictObject({
  feed: place.optional(),
  hotfixes: z
    .array(
      z.strictObject({
        uuid: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'is not a uuid'),
        name,
        kind: z.enum(ARTEFACT_KINDS, `is not one of ${ARTEFACT_KINDS.join(', ')}`).default('hotfix'),
        versions: z.array(version).min(1, 'names no version'),
        requires: names,
        supersedes: names,
        conflicts: names,
        // what nobody knows is rebooted (xc §3.7.4)
        guidance: z.enum(GUIDANCE, `is not one of ${GUIDANCE.join(', ')}`).default('reboot'),
        file: place.optional(),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/i, 'is not 64 hexadecimal digits, as sha256sum prints them')
          .transform((digits) => digits.toLowerCase())
          .optional(),
        bytes: z.int('is not a number of bytes').positive('is not a number of bytes').optional(),
        changesVersion: version.optional(),
      }),
    )
    .default([]),
});
type Entry = z.infer<typeof hotfixesYaml>['hotfixes'][number];

/** A feed is a file beside hotfixes.yaml, or a URL that is read when a plan asks for it. */
const isUrl = (where: string): boolean => /^https?:\/\//i.test(where);

interface Catalogue {
  readonly hotfixes: readonly Hotfix[];
  /** URL of the feed, where it is not a file. */
  readonly feedUrl?: string;
}

/** Everything that is wrong at once; an absent file is an empty catalogue. */
export function readHotfixes(dir: string): Catalogue & { readonly problems: readonly Problem[] } {
  const file = join(dir, HOTFIXES_YAML);
  if (!existsSync(file)) return { hotfixes: [], problems: [] };
  const document = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0)
    return refused([wrong('is not YAML', 'Look at its indentation and its quotes')]);
  const input: unknown = document.toJS();
  const secret = secretsIn(input, [], HOTFIXES_YAML);
  if (secret.length > 0) return refused(secret);
  const parsed = hotfixesYaml.safeParse(input);
  if (!parsed.success)
    return refused(
      parsed.error.issues.map((issue) =>
        wrong(`${issue.path.length === 0 ? 'the file' : keyPath(issue.path)}: ${issue.message}`, EXAMPLE),
      ),
    );
  const { feed } = parsed.data;
  const own = parsed.data.hotfixes.map((entry) => hotfixOf(entry, dir));
  const fromFeed =
    feed === undefined || isUrl(feed) ? { hotfixes: [], problems: [] } : feedIn(placed(feed, dir), dir);
  const hotfixes = completed(fromFeed.hotfixes, own);
  // what only a feed at a URL knows is judged when it is read
  const whole = feed === undefined || !isUrl(feed);
  const problems = [
    ...fromFeed.problems,
    ...twice(own),
    ...(whole ? strangers(hotfixes) : []),
    ...circles(hotfixes),
  ];
  if (problems.length > 0) return refused(problems);
  return { hotfixes, problems, ...(!whole && { feedUrl: feed }) };
}

const placed = (file: string, dir: string): string =>
  isUrl(file) || isAbsolute(file) ? file : join(dir, file);

/** Optional keys that are not there are left out, not undefined. */
function hotfixOf(entry: Entry, dir: string): Hotfix {
  const { file, sha256, bytes, changesVersion, ...rest } = entry;
  return {
    ...rest,
    uuid: entry.uuid.toLowerCase(),
    ...(file !== undefined && { file: placed(file, dir) }),
    ...(sha256 !== undefined && { sha256 }),
    ...(bytes !== undefined && { bytes }),
    ...(changesVersion !== undefined && { changesVersion }),
  };
}

function feedIn(file: string, dir: string): ReturnType<typeof readHotfixes> {
  const said = file.replace(`${dir}/`, '');
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile())
    return refused([wrong(`feed: there is no file ${said}`, 'Name a file beside hotfixes.yaml, or a URL')]);
  if (stat.size > FEED_BYTES)
    return refused([wrong(`feed: ${said} is larger than ${FEED_BYTES} bytes`, 'Name an updates.xml')]);
  const read = readFeed(readFileSync(file, 'utf8'));
  return 'wrong' in read
    ? refused([wrong(`feed: ${said} ${read.wrong}`, 'Name a file in the shape of XenCenter’s updates.xml')])
    : { hotfixes: read.hotfixes, problems: [] };
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
