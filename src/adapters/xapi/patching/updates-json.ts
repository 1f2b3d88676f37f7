/** The answer of GET /updates in both its shapes: before v24.10.0 guidance in flat lists, since then in four (xc §3.7.2, §3.7.4). */
import { Malformed } from '../../../domain/errors';
import { guidancesOf, type Guidance, type HostPatchesSeen } from '../../../domain/patching';

export interface Offered {
  readonly hash: string;
  /** By the host's reference. */
  readonly hosts: ReadonlyMap<string, NonNullable<HostPatchesSeen['available']>>;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (fields: Fields, name: string): readonly unknown[] => {
  const value = fields[name];
  return Array.isArray(value) ? value : [];
};
const words = (fields: Fields, name: string): readonly string[] =>
  list(fields, name).filter((word): word is string => typeof word === 'string');

/** What follows an update: mandatory and recommended; `full` is for those who want everything. */
function guidanceIn(fields: Fields): readonly Guidance[] | undefined {
  const { guidance } = fields;
  if (isFields(guidance))
    return guidancesOf([...words(guidance, 'mandatory'), ...words(guidance, 'recommended')]);
  const flat = ['recommended-guidance', 'absolute-guidance'];
  // a single word in some versions
  const said = flat.flatMap((name) => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? [value] : words(fields, name);
  });
  return flat.some((name) => name in fields) ? guidancesOf(said) : undefined;
}

export function parseUpdates(text: string, source: string): Offered {
  const wrong = (why: string): never => {
    throw new Malformed(source, `the list of updates ${why}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return wrong('is not JSON');
  }
  if (!isFields(json) || typeof json['hash'] !== 'string') return wrong('has no hash');
  const updates = new Map<string, readonly Guidance[] | undefined>();
  for (const update of list(json, 'updates'))
    if (isFields(update) && typeof update['id'] === 'string') updates.set(update['id'], guidanceIn(update));
  const hosts = new Map<string, NonNullable<HostPatchesSeen['available']>>();
  for (const host of list(json, 'hosts')) {
    if (!isFields(host) || typeof host['ref'] !== 'string') return wrong('has a host without a reference');
    const wanted = guidanceIn(host);
    const ids = words(host, 'updates');
    // packages that belong to no update are updates all the same
    const names = ids.length > 0 ? ids : words(host, 'RPMS');
    hosts.set(
      host['ref'],
      // of an update that nobody describes: what the host as a whole wants, and where that is not said, a reboot
      names.map((name) => ({ name, guidance: updates.get(name) ?? wanted ?? ['reboot'] })),
    );
  }
  return { hash: json['hash'], hosts };
}
