/** The state as an SQLite image under MySQL's schema names: made for one statement, then thrown away. */
import Libsql from 'libsql';
import { rowsOf, type DbSource, type Row, type Value } from './rows';
import { ROUTINES, TABLES, VIEWS, type Table } from './schema';

/** Attached databases carry the schemas' names, so `cloud.host` means what it says. The default one comes first. */
export function image(source: DbSource, database: string | undefined, statement: string): Libsql.Database {
  const db = new Libsql(':memory:');
  const names = ['cloud', 'cloud_usage', 'information_schema'];
  const first = database !== undefined && names.includes(database) ? [database] : [];
  for (const name of new Set([...first, ...names])) db.exec(`ATTACH ':memory:' AS ${name}`);
  const rows = rowsOf(source);
  // Only what the statement can mean is made; a view may mean any table.
  const words = statement.toLowerCase();
  const meant = (table: Table): boolean => words.includes(table.name) || words.includes('_view');
  const era = source.profile.isOfThe2 ? before3 : (table: Table): Table => table;
  for (const table of TABLES.filter(meant).map(era))
    load(db, table, rows[`${table.database}.${table.name}`] ?? []);
  for (const view of VIEWS.filter((one) => words.includes(one.name)))
    db.exec(`CREATE VIEW cloud.${view.name} AS ${view.select}`);
  if (words.includes('information_schema')) loadInformationSchema(db, source.cloud.databaseMib);
  return db;
}

/** Rows of 2.2 have no uuid, and hosts a column for allocation in place of the resource state (cs §10.1). */
function before3(table: Table): Table {
  return {
    ...table,
    columns: table.columns
      .filter((column) => column.name !== 'uuid')
      .map((column) => (column.name === 'resource_state' ? { ...column, name: 'allocation_state' } : column)),
  };
}

function load(db: Libsql.Database, table: Table, rows: readonly Row[]): void {
  const name = `${table.database}."${table.name}"`;
  // MySQL's utf8 collation compares without case.
  const columns = table.columns.map((column) => `"${column.name}" ${affinity(column.type)}`);
  db.exec(`CREATE TABLE ${name} (${columns.join(', ')})`);
  const insert = db.prepare(`INSERT INTO ${name} VALUES (${table.columns.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...table.columns.map((column) => valueIn(row, column)));
}

const affinity = (type: string): string =>
  /int|decimal|double/.test(type) ? 'NUMERIC' : 'TEXT COLLATE NOCASE';

/** A required column that the state knows nothing about holds MySQL's own zero. */
export function valueIn(row: Row, column: Table['columns'][number]): Value {
  const value = row[column.name];
  if (value !== undefined) return value;
  if (!column.required) return null;
  if (/int|decimal|double/.test(column.type)) return 0;
  return column.type.startsWith('datetime') ? '2025-01-01 00:00:00' : '';
}

function loadInformationSchema(db: Libsql.Database, databaseMib: number): void {
  db.exec(
    'CREATE TABLE information_schema.tables (table_schema TEXT COLLATE NOCASE, table_name TEXT COLLATE NOCASE, table_type TEXT COLLATE NOCASE, data_length NUMERIC, index_length NUMERIC);' +
      'CREATE TABLE information_schema.routines (routine_schema TEXT COLLATE NOCASE, routine_name TEXT COLLATE NOCASE, routine_type TEXT);' +
      'CREATE TABLE information_schema.columns (table_schema TEXT COLLATE NOCASE, table_name TEXT COLLATE NOCASE, column_name TEXT COLLATE NOCASE, column_type TEXT)',
  );
  const tables = db.prepare('INSERT INTO information_schema.tables VALUES (?, ?, ?, ?, ?)');
  const columns = db.prepare('INSERT INTO information_schema.columns VALUES (?, ?, ?, ?)');
  for (const table of TABLES) {
    // all of it in one table: only the sum is asked for
    const bytes = table.database === 'cloud' && table.name === 'vm_instance' ? databaseMib * 1024 ** 2 : 0;
    tables.run(table.database, table.name, 'BASE TABLE', bytes, 0);
    for (const column of table.columns) columns.run(table.database, table.name, column.name, column.type);
  }
  for (const view of VIEWS) tables.run('cloud', view.name, 'VIEW', null, null);
  const routines = db.prepare('INSERT INTO information_schema.routines VALUES (?, ?, ?)');
  for (const routine of ROUTINES) routines.run('cloud', routine.name, 'PROCEDURE');
}
