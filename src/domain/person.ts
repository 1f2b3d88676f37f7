/** Who may do what. Roles are per pool; the list grows by inclusion (an operator is also a viewer). */
export const ROLES = ['viewer', 'requester', 'approver', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A person as Slack knows them; in a shell, the Slack user that the operating-system user is mapped to. */
export interface Person {
  /** Slack user id (`U…`), or `shell:<login>` for an operating-system user that pools.yaml does not map. */
  readonly id: string;
  readonly name: string;
}
