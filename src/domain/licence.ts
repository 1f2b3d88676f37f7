/** The licence text that comes with installation media, and whether somebody has to say yes to it (xc §1.3 row 5, §2.8). */
import { digestOf } from './digest';
import type { NamedText } from './named-text';
import type { Run } from './run';
import { familyOf } from './version-eras';
import { compareVersions } from './version';

/** `none`: the host's plugin is older than licences. `refused`: it has the function and gave no text; `why` is its own word. */
export type LicenceSeen =
  | { readonly has: 'text'; readonly text: string }
  | { readonly has: 'none' }
  | { readonly has: 'refused'; readonly why: string };

/** The first whose installation XenCenter does not begin before somebody has accepted its licence; XCP-ng has none. */
const ASKED_FROM = '8.4';

export const needsLicence = (brand: string, target: string): boolean =>
  familyOf(brand) === 'XenServer' && compareVersions(target, ASKED_FROM) >= 0;

/** What an answer is bound to: the text and nothing else, wherever it was read. */
export const licenceDigest = (text: string): string => digestOf({ licence: text });

export const licenceFile = (target: string, text: string): NamedText => ({
  name: `licence-${target}-${licenceDigest(text)}.txt`,
  content: text,
});

/** Who accepted this very text in this run; undefined when nobody has. */
export const acceptedLicence = (run: Run, digest: string): string | undefined =>
  run.questions.findLast(
    ({ ask, answer }) => ask.kind === 'accept-licence' && ask.digest === digest && answer?.says === 'yes',
  )?.answer?.by.name;
