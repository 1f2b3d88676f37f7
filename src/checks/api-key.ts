/** The key belongs to a root admin and may make every call that the plan makes (cs §2.4, §2.7). */
import { callsMadeTo, MADE_BY_LINES } from '../domain/cloudstack-calls';
import type { Owed } from '../domain/obligation';
import type { CloudStackTraits } from '../domain/traits';
import { changesVersion, defineCheck, found, isOwed, type Extra } from './check';

/** What is told, and the call that tells it. */
const TOLD_BY = {
  capabilities: 'listHypervisorCapabilities',
  guestOsMappings: 'listGuestOsMapping',
  settings: 'listConfigurations',
  key: 'getUser',
} as const satisfies Partial<Record<keyof CloudStackTraits, string>>;

/** Calls that this CloudStack has, that the key seems to be allowed, and that were refused all the same. */
function untold(traits: CloudStackTraits, version: string): readonly string[] {
  const made = callsMadeTo(version);
  const parts = Object.entries(TOLD_BY) as [keyof typeof TOLD_BY, string][];
  return parts
    .filter(([part, call]) => traits[part] === undefined && made.includes(call))
    .map(([, call]) => call)
    .filter((call) => !traits.missingCalls?.includes(call));
}

/** Lines that give back what an earlier run has left. */
const GIVEN_BACK: readonly (readonly [Owed, string])[] = [
  ['setting-changed', 'restore-settings'],
  ['test-network', 'remove-test-network'],
  ['test-vm', 'remove-test-vm'],
];

/** The test VM at the end of an upgrade; where it is not configured a person makes one. */
const SMOKE_TEST = ['create-test-network', 'create-test-vm', 'remove-test-vm', 'remove-test-network'];

/** Kinds of lines that the plan has, of those that only some plans have. */
const kindsOf = (extra: Extra): readonly string[] => [
  ...(extra.chosen ?? []),
  ...(extra.toCome ?? (extra.configured.smokeTest && changesVersion(extra) ? SMOKE_TEST : [])),
  ...GIVEN_BACK.flatMap(([owed, kind]) => (isOwed(extra, owed) ? [kind] : [])),
];

export const apiKey = defineCheck({
  name: 'api-key',
  summary: 'CloudStack’s key belongs to a root admin, and every call that the plan makes is allowed.',
  source: 'cs §2.4 and §2.7',
  look(pool, _target, extra) {
    const { traits } = pool.cloudstack;
    if (!traits) return [];
    const kinds = kindsOf(extra);
    const forbidden = traits.missingCalls ?? [];
    const missing = forbidden.filter(
      (name) => MADE_BY_LINES[name]?.some((kind) => kinds.includes(kind)) ?? true,
    );
    const spared = forbidden.filter((name) => !missing.includes(name));
    const refused = untold(traits, pool.cloudstack.version);
    return [
      ...(traits.key?.rootAdmin === false
        ? [
            found(
              'block',
              pool.name,
              `CloudStack’s key belongs to ${traits.key.account}, which is no root admin.`,
              ['getUser: the account type is not 1'],
              'Give the product a key of a user in an account of type root admin, in .env.',
            ),
          ]
        : []),
      ...(refused.length > 0
        ? [
            found(
              'block',
              pool.name,
              'CloudStack would not tell what the plan has to know.',
              refused.map((name) => `refused: ${name}`),
              'Try the call with the product’s key (cmk), and look at the management server’s log.',
            ),
          ]
        : []),
      ...(missing.length > 0
        ? [
            found(
              'block',
              pool.name,
              `CloudStack’s key may not make ${missing.length === 1 ? 'a call' : 'calls'} that the plan needs.`,
              missing.map((name) => `listApis: no ${name}`),
              'Allow them in the role of that account, or use a key of a root admin.',
            ),
          ]
        : []),
      ...(spared.length > 0
        ? [
            found(
              'note',
              pool.name,
              `CloudStack’s key may not make ${spared.length === 1 ? 'a call' : 'calls'} that this plan does without.`,
              spared.map((name) => `listApis: no ${name}`),
              'What the plan would have told with them is missing; one that changes a setting, adds guest OS names or makes a test VM needs them: allow them before such a plan.',
            ),
          ]
        : []),
    ];
  },
});
