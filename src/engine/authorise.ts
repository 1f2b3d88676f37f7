/** Who may do what, asked at the moment of doing. Unknown is a denial with its reason. */
import { Rejected } from '../domain/errors';
import { NEEDS, rolesFor, type Deed, type Person, type Role } from '../domain/person';
import { problems } from '../domain/problems';
import type { Roles } from '../ports';

/** Rejected: POOL_UNKNOWN, ROLES_UNKNOWN, NOT_ALLOWED. */
export async function authorise(
  roles: Roles,
  pools: readonly string[],
  by: Person,
  pool: string,
  deed: Deed,
  /** People (or groups) that have one of these roles, for people to read. */
  whoMay: (pool: string, roles: readonly Role[]) => readonly string[],
): Promise<readonly Role[]> {
  if (!pools.includes(pool)) throw new Rejected(problems.poolUnknown(pool, pools));
  const answer = await roles.rolesOf(by, pool);
  if ('unknown' in answer) throw new Rejected(problems.rolesUnknown(by.name, pool, answer.unknown));
  if (!answer.roles.includes(NEEDS[deed]))
    throw new Rejected(
      problems.notAllowed(by.name, deed, pool, rolesFor(deed).join(', '), whoMay(pool, rolesFor(deed))),
    );
  return answer.roles;
}
