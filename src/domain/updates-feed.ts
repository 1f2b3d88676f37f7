/**
 * A feed of updates in the shape of XenCenter's updates.xml: which hotfixes there are, for which versions, and what hangs
 * together (xc §3.4). Text in, entries or a sentence out; an attribute that nobody knows is passed over, as XenCenter does.
 */
import type { Hotfix } from './hotfixes';
import { guidanceOf } from './patching';

export type FeedRead = { readonly hotfixes: readonly Hotfix[] } | { readonly wrong: string };

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly children: readonly Element[];
}

export function readFeed(xml: string): FeedRead {
  const root = rootOf(xml);
  if (typeof root === 'string') return { wrong: root };
  const patches = under(root, 'patches', 'patch');
  if (patches.length === 0) return { wrong: 'names no patch under patches' };
  const odd = patches.find(({ attributes }) => !attributes['uuid'] || !attributes['name-label']);
  if (odd) return { wrong: `has a patch without ${odd.attributes['uuid'] ? 'name-label' : 'uuid'}` };
  const names = new Map(patches.map(({ attributes: a }) => [idOf(a['uuid']), nameOf(a['name-label'])]));
  const versions = under(root, 'serverversions', 'version').map(versionOf);
  return {
    hotfixes: patches
      .map((patch) => hotfixOf(patch, names, versions))
      // a feed lists every release there ever was: what is for none of them is for nobody
      .filter((one) => one.versions.length > 0),
  };
}

const idOf = (uuid: string | undefined): string => (uuid ?? '').toLowerCase();
/** Feeds write "Hotfix XS65ESP1002"; XAPI shows the name alone. */
const nameOf = (label: string | undefined): string =>
  (label ?? '').trim().replace(/^(?:Hotfix|Update)\s+/i, '');

interface Release {
  /** product_version, as XAPI spells it: a feed may carry a build behind it. */
  readonly version: string;
  readonly patches: readonly string[];
  /** Absent where the feed does not say which are needed. */
  readonly minimal?: readonly string[];
}

function versionOf({ attributes, children }: Element): Release {
  const uuids = (all: readonly Element[]): readonly string[] =>
    all.filter(({ name }) => name === 'patch').map((one) => idOf(one.attributes['uuid']));
  const minimal = children.find(({ name }) => name === 'minimalpatches');
  return {
    version: attributes['value'] ?? '',
    patches: uuids(children),
    ...(minimal && { minimal: uuids(minimal.children) }),
  };
}

function hotfixOf(
  { attributes, children }: Element,
  names: ReadonlyMap<string, string>,
  releases: readonly Release[],
): Hotfix {
  const uuid = idOf(attributes['uuid']);
  const named = (list: string, item: string): readonly string[] =>
    children
      .filter(({ name }) => name === list)
      .flatMap((one) => one.children.filter(({ name }) => name === item))
      // what it names and does not hold was withdrawn
      .flatMap((one) => names.get(idOf(one.attributes['uuid'])) ?? []);
  const mine = releases.filter(({ version, patches }) => version !== '' && patches.includes(uuid));
  const contained = mine.filter(({ minimal }) => minimal && !minimal.includes(uuid));
  const url = attributes['patch-url'];
  const bytes = Number(attributes['download-size']);
  return {
    uuid,
    name: nameOf(attributes['name-label']),
    kind: 'hotfix',
    versions: [...new Set(mine.map(({ version }) => version))],
    requires: named('requiredpatches', 'requiredpatch'),
    supersedes: [],
    conflicts: named('conflictingpatches', 'conflictingpatch'),
    // what it does not say is a reboot, too
    guidance: guidanceOf(attributes['after-apply-guidance'] ?? 'unsaid'),
    ...(contained.length > 0 && { containedIn: contained.map(({ version }) => version) }),
    ...(url !== undefined && url !== '' && { file: url }),
    ...(Number.isInteger(bytes) && bytes > 0 && { bytes }),
  };
}

const under = (root: Element, list: string, item: string): readonly Element[] =>
  root.children
    .filter(({ name }) => name === list)
    .flatMap(({ children }) => children.filter(({ name }) => name === item));

/** Comments, declarations, tags; text between tags means nothing in a feed. */
const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(?<end>\/?)(?<name>[\w:.-]+)(?<rest>[^<>]*?)(?<empty>\/?)>/g;
const ATTRIBUTE = /(?<key>[\w:.-]+)\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)')/g;

/** The tree of tags, or what is wrong with it. No document type is read: it could name files and grow without end. */
function rootOf(xml: string): Element | string {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) return 'declares a document type, which no feed needs';
  const top: Element & { readonly children: Element[] } = { name: '', attributes: {}, children: [] };
  const open = [top];
  for (const match of xml.matchAll(TOKEN)) {
    const { end, name, rest = '', empty } = match.groups ?? {};
    if (name === undefined) continue;
    if (end) {
      if (open.pop()?.name !== name || open.length === 0) return `is not XML: </${name}> closes nothing`;
      continue;
    }
    const element = { name, attributes: attributesIn(rest), children: [] as Element[] };
    open.at(-1)!.children.push(element);
    if (!empty) open.push(element);
  }
  if (open.length > 1) return `is not XML: <${open.at(-1)!.name}> is not closed`;
  return top.children[0] ?? 'is no XML at all';
}

const attributesIn = (text: string): Element['attributes'] =>
  Object.fromEntries(
    [...text.matchAll(ATTRIBUTE)].map(({ groups }) => [
      groups!['key']!,
      plain(groups!['double'] ?? groups!['single'] ?? ''),
    ]),
  );

const ENTITIES: Readonly<Record<string, string | undefined>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};
const plain = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  );
