/** The tables, and the statements that make them: one schema for MySQL and SQLite, only ever added to. */

/**
 * Portable rules (stack §5): ids are text, times are BIGINT epoch milliseconds, JSON is text that SQL never looks into,
 * and nothing is named by a reserved word.
 */
export interface Tables {
  readonly plans: {
    readonly id: string;
    readonly pool: string;
    readonly target: string;
    readonly verdict: string;
    readonly digest: string;
    readonly made_at: string;
    /** Newest first: the order in which they were saved, for two may be made in one millisecond of pool time. */
    readonly saved_ms: number;
    readonly body: string;
  };
  readonly runs: {
    readonly id: string;
    readonly plan_id: string;
    readonly pool: string;
    readonly pool_uuid: string;
    readonly procedure_name: string;
    readonly opened_ms: number;
    readonly closed_ms: number | null;
    /** The pool's uuid while the run is open, else null: UNIQUE lets one run be open and any number be closed. */
    readonly open_pool: string | null;
  };
  /** The truth. (run_id, seq) is the lock. */
  readonly journal: {
    readonly run_id: string;
    readonly seq: number;
    readonly at_ms: number;
    readonly version: number;
    readonly type: string;
    readonly body: string;
    /** Who inserted it, one word for each try: tells after a lost answer whether the entry is ours. */
    readonly writer: string;
  };
  readonly bookmarks: { readonly notifier: string; readonly run_id: string; readonly seq: number };
  readonly messages: {
    readonly scope: string;
    readonly message_key: string;
    readonly channel: string | null;
    readonly ts: string | null;
    readonly hash: string | null;
    readonly owner: string | null;
    readonly lease_until_ms: number;
  };
  readonly requests: {
    readonly id: string;
    readonly body: string;
    readonly asked_ms: number;
    readonly state: string;
    readonly owner: string | null;
    readonly lease_until_ms: number;
    readonly answer: string | null;
  };
  readonly migrations: { readonly name: string; readonly applied_ms: number };
}

/**
 * One statement each, because MySQL commits every DDL statement by itself; `if not exists`, because a process may die
 * between the statement and the row that records it. Key columns have 190 characters: four bytes each fit MySQL's index.
 */
export const MIGRATIONS: readonly { readonly name: string; readonly make: string }[] = [
  {
    name: '001-plans',
    make: `create table if not exists plans (
      id varchar(190) not null primary key, pool varchar(190) not null, target varchar(190) not null,
      verdict varchar(32) not null, digest varchar(190) not null, made_at varchar(40) not null,
      saved_ms bigint not null, body longtext not null)`,
  },
  {
    name: '002-runs',
    make: `create table if not exists runs (
      id varchar(190) not null primary key, plan_id varchar(190) not null, pool varchar(190) not null,
      pool_uuid varchar(190) not null, procedure_name varchar(190) not null, opened_ms bigint not null,
      closed_ms bigint, open_pool varchar(190), unique (open_pool))`,
  },
  {
    name: '003-journal',
    make: `create table if not exists journal (
      run_id varchar(190) not null, seq bigint not null, at_ms bigint not null, version bigint not null,
      type varchar(64) not null, body longtext not null, writer varchar(64) not null, primary key (run_id, seq))`,
  },
  {
    name: '004-bookmarks',
    make: `create table if not exists bookmarks (
      notifier varchar(190) not null, run_id varchar(190) not null, seq bigint not null,
      primary key (notifier, run_id))`,
  },
  {
    name: '005-messages',
    make: `create table if not exists messages (
      scope varchar(190) not null, message_key varchar(190) not null, channel varchar(190), ts varchar(190),
      hash varchar(190), owner varchar(190), lease_until_ms bigint not null, primary key (scope, message_key))`,
  },
  {
    name: '006-requests',
    make: `create table if not exists requests (
      id varchar(190) not null primary key, body longtext not null, asked_ms bigint not null,
      state varchar(32) not null, owner varchar(190), lease_until_ms bigint not null, answer longtext)`,
  },
];
