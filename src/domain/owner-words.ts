/** Whose VM it is, as people name it: whoever consents to a stop, or is asked about a VM, knows whom to talk to (R38). */
import type { VmSnapshot } from './pool';

/** A project has no account: the listing says `project:NAME` (cs §3). */
const PROJECT = 'project:';

/** `acme (domain ROOT/customers)`, `project web (domain ROOT)`, `CloudStack itself`. */
export function ownerOf({ kind, cloudstack }: Pick<VmSnapshot, 'kind' | 'cloudstack'>): string {
  if (!cloudstack) return 'nobody whom CloudStack knows';
  const { account, domain } = cloudstack;
  if (kind === 'ssvm' || kind === 'cpvm') return 'CloudStack itself';
  const who = account.startsWith(PROJECT) ? `project ${account.slice(PROJECT.length)}` : account;
  return domain === undefined ? who : `${who} (domain ${domain})`;
}

/** `i-2-10-VM of acme (domain ROOT)`; plans of before owners were told have none. */
export const withOwner = ({ vm, owner }: { readonly vm: string; readonly owner?: string }): string =>
  owner === undefined ? vm : `${vm} of ${owner}`;
