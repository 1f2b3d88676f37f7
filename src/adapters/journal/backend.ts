/** One database, opened: what the journal needs to know about it beyond SQL. */
import type { Kysely } from 'kysely';
import type { Tables } from './tables';

export interface Backend {
  readonly db: Kysely<Tables>;
  /** Appended to each `create table`. */
  readonly tableOptions: string;
  /** Runs `work` on one connection while no other process migrates this database. */
  alone(work: (db: Kysely<Tables>) => Promise<void>): Promise<void>;
  /** Settings under which a written entry may be lost with the machine's power; empty when there is none. */
  volatile(): Promise<readonly string[]>;
  /** Whether a process that starts may bring the schema up to date by itself. */
  readonly migratesAtStart: boolean;
}
