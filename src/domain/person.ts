/** Who may do what. Roles are per pool; the list grows by inclusion (an operator is also a viewer). */
export const ROLES = ['viewer', 'requester', 'approver', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A person as Slack knows them; in a shell, the Slack user that the operating-system user is mapped to. */
export interface Person {
  /** Slack user id (`U…`), or `shell:<login>` for an operating-system user that pools.yaml does not map. */
  readonly id: string;
  readonly name: string;
}

/** What may be done with one of these roles. Roles include those before them, so the lowest is named. */
export const NEEDS = {
  view: 'viewer',
  plan: 'requester',
  start: 'requester',
  pause: 'requester',
  approve: 'approver',
  confirm: 'approver',
  resume: 'operator',
  abort: 'operator',
  'settle obligations': 'operator',
} as const satisfies Record<string, Role>;
export type Deed = keyof typeof NEEDS;

/** All roles that include the one that is needed, for people to read. */
export const rolesFor = (deed: Deed): readonly Role[] => ROLES.slice(ROLES.indexOf(NEEDS[deed]));
