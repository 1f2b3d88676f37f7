/** The key belongs to a root admin and may make every call that the plan makes (cs §2.4, §2.7). */
import { callsMadeTo } from '../domain/cloudstack-calls';
import type { CloudStackTraits } from '../domain/traits';
import { defineCheck, found } from './check';

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

export const apiKey = defineCheck({
  name: 'api-key',
  summary: 'CloudStack’s key belongs to a root admin, and every call that the plan may make is allowed.',
  source: 'cs §2.4 and §2.7',
  look(pool) {
    const { traits } = pool.cloudstack;
    if (!traits) return [];
    const missing = traits.missingCalls ?? [];
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
    ];
  },
});
