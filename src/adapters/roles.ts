/** Who may do what: people listed in pools.yaml and members of Slack user groups. Unknown is a denial with its reason. */
import type { Person, Role } from '../domain/person';
import { ROLES } from '../domain/person';
import type { Roles } from '../ports';

/** Members of a group are believed this long (design: People). Wall milliseconds. */
const FRESH = 60_000;
/** Refreshed in the background from this age on, so that nobody waits for Slack at a click. */
const REFRESH = 30_000;
const GROUP = 'subteam:';

export interface RolesOptions {
  /** Slack user ids and `subteam:ID` by role; undefined when there is no such pool. */
  readonly grantedIn: (pool: string) => Readonly<Record<Role, readonly string[]>> | undefined;
  /** Absent where Slack is not configured: then groups are unknown. */
  readonly members?: (group: string) => Promise<readonly string[]>;
  /** Wall milliseconds, never set back. */
  readonly monotonic: () => number;
}

interface Cached {
  readonly users: ReadonlySet<string>;
  readonly at: number;
}

/** A role includes those before it: an operator is also an approver, a requester and a viewer. */
export function roles({ grantedIn, members, monotonic }: RolesOptions): Roles {
  const cache = new Map<string, Cached>();
  const asked = new Map<string, Promise<Cached>>();

  function ask(group: string): Promise<Cached> {
    const running = asked.get(group);
    if (running) return running;
    const answer = (async () => {
      if (!members) throw new Error('Slack is not configured');
      const fetched = { users: new Set(await members(group)), at: monotonic() };
      cache.set(group, fetched);
      return fetched;
    })().finally(() => asked.delete(group));
    asked.set(group, answer);
    return answer;
  }

  async function isMember(person: Person, group: string): Promise<boolean> {
    const known = cache.get(group);
    const age = known ? monotonic() - known.at : Infinity;
    if (known && age <= FRESH) {
      // a failed refresh shows when the cached members are too old to be believed
      if (age > REFRESH) ask(group).catch(() => undefined);
      return known.users.has(person.id);
    }
    return (await ask(group)).users.has(person.id);
  }

  return {
    async rolesOf(person, pool) {
      const granted = grantedIn(pool);
      if (!granted) return { unknown: `pools.yaml does not name the pool ${pool}` };
      let highest = -1;
      const unread: string[] = [];
      for (const [rank, role] of ROLES.entries()) {
        for (const id of granted[role]) {
          if (!id.startsWith(GROUP)) {
            if (id === person.id) highest = Math.max(highest, rank);
            continue;
          }
          const group = id.slice(GROUP.length);
          try {
            if (await isMember(person, group)) highest = Math.max(highest, rank);
          } catch (error) {
            unread.push(
              `the members of ${group} could not be read (${error instanceof Error ? error.message : 'no answer'})`,
            );
          }
        }
      }
      // what is known by name still counts; what a group might add is not guessed
      if (highest < 0 && unread.length > 0) return { unknown: unread.join('; ') };
      return { roles: ROLES.slice(0, highest + 1) };
    },
  };
}
