/**
 * The catalogue as it is when a plan is made: with its feed, where that is at a URL, because it grows; and the files of its
 * hotfixes, where they shall be brought to a pool. The checksum is counted when they are sent.
 */
import { access, constants, stat } from 'node:fs/promises';
import { completed, contradictionsIn, type Hotfix } from '../domain/hotfixes';
import { shownFile } from '../domain/patching';
import type { PoolFacts } from '../ports';
import { fetchFeed } from './updates-feed';

/** Name → what is wrong, in words. What lies at a URL is seen when it is fetched. */
export async function wrongFiles(hotfixes: readonly Hotfix[]): Promise<Readonly<Record<string, string>>> {
  const looked = hotfixes.map(
    async ({ name, file, bytes }): Promise<readonly (readonly [string, string])[]> => {
      if (file === undefined || /^https?:/i.test(file)) return [];
      const seen = await stat(file).catch(() => undefined);
      if (!seen?.isFile()) return [[name, `there is no file ${file}`]];
      const readable = await access(file, constants.R_OK).then(
        () => true,
        () => false,
      );
      if (!readable) return [[name, `${file} is not readable for the worker`]];
      return bytes !== undefined && seen.size !== bytes
        ? [[name, `${file} has ${seen.size} bytes, and hotfixes.yaml says ${bytes}`]]
        : [];
    },
  );
  return Object.fromEntries((await Promise.all(looked)).flat());
}

/** Of what is wrong with a catalogue: one mistake often makes dozens. */
const FEW = 5;

export async function catalogueNow(
  { hotfixes, hotfixFeed }: { readonly hotfixes: readonly Hotfix[]; readonly hotfixFeed?: string },
  withFiles: boolean,
): Promise<Pick<PoolFacts, 'hotfixes' | 'hotfixFiles' | 'feedUnread'>> {
  const read = hotfixFeed === undefined ? { hotfixes: [] } : await fetchFeed(hotfixFeed);
  if ('wrong' in read) return { feedUnread: `${shownFile(hotfixFeed ?? '')} ${read.wrong}` };
  const whole = completed(read.hotfixes, hotfixes);
  // without a feed at a URL all of this was looked at when hotfixes.yaml was read
  const wrong = hotfixFeed === undefined ? [] : contradictionsIn(whole);
  if (wrong.length > 0)
    return {
      feedUnread: `${shownFile(hotfixFeed ?? '')} and hotfixes.yaml do not fit: ${wrong.slice(0, FEW).join('; ')}${wrong.length > FEW ? `; ${wrong.length - FEW} more` : ''}`,
    };
  return {
    ...(whole.length > 0 && { hotfixes: whole }),
    ...(withFiles && { hotfixFiles: await wrongFiles(whole) }),
  };
}
