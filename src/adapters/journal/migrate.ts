/** Brings the schema up to date: forward only, one process at a time. A newer schema than ours is left alone. */
import { sql, type Kysely } from 'kysely';
import { Rejected } from '../../domain/errors';
import type { Backend } from './backend';
import { MIGRATIONS, type Tables } from './tables';

/** Applies what is missing and returns the names; nothing when all is there. Rejected (SCHEMA_NEWER). */
export async function migrate(backend: Backend): Promise<readonly string[]> {
  const done: string[] = [];
  await backend.alone(async (db) => {
    await sql
      .raw(
        `create table if not exists migrations (name varchar(190) not null primary key, applied_ms bigint not null)${backend.tableOptions}`,
      )
      .execute(db);
    const missing = await missingMigrations(db);
    for (const { name, make } of missing) {
      await sql.raw(make + backend.tableOptions).execute(db);
      // wall time: this is about the machine, not about a pool
      await db.insertInto('migrations').values({ name, applied_ms: Date.now() }).execute();
      done.push(name);
    }
  });
  return done;
}

/** Refuses a database whose schema is not exactly ours: Rejected (SCHEMA_BEHIND or SCHEMA_NEWER). */
export async function refuseAnotherSchema(backend: Backend): Promise<void> {
  const missing = await missingMigrations(backend.db).catch((error: unknown) => {
    if (isNoTable(error)) return MIGRATIONS;
    throw error;
  });
  if (missing.length === 0) return;
  throw new Rejected({
    code: 'SCHEMA_BEHIND',
    what: `The database lacks ${missing.length} of our ${MIGRATIONS.length} migrations, first ${missing[0]?.name}.`,
    why: 'It was never prepared, or this version of xsupgrade is newer than the one that prepared it.',
    doThis: ['Run: npx xsupgrade migrate', 'Then start bot and worker again'],
  });
}

async function missingMigrations(db: Kysely<Tables>): Promise<typeof MIGRATIONS> {
  const rows = await db.selectFrom('migrations').select('name').execute();
  const applied = new Set(rows.map(({ name }) => name));
  const unknown = [...applied].filter((name) => MIGRATIONS.every((ours) => ours.name !== name));
  if (unknown.length > 0)
    throw new Rejected({
      code: 'SCHEMA_NEWER',
      what: `The database has migrations that this version does not know: ${unknown.join(', ')}.`,
      why: 'A newer xsupgrade has prepared it, and migrations go forward only.',
      doThis: ['Start the newer version, or give this one a database of its own'],
    });
  return MIGRATIONS.filter(({ name }) => !applied.has(name));
}

const isNoTable = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ER_NO_SUCH_TABLE';
