/** Any SELECT against CloudStack's tables, answered from the state; anything but a read is refused. */
import { image } from './image';
import type { DbSource, Value } from './rows';
import { TABLES, VIEWS } from './schema';
import { HARMLESS, isWrite, split, unquoted } from './statement';

export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

/** MySQL's number and SQLSTATE text; `wrote`: it would have changed something. */
export class SqlRefused extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly wrote: boolean,
  ) {
    super(message);
    this.name = 'SqlRefused';
  }
}

export interface Session {
  readonly user: string;
  database: string | undefined;
}

const READ_ONLY_VARIABLES: Readonly<Record<string, Value>> = {
  version: '5.5.68-MariaDB',
  version_comment: 'MariaDB Server',
  max_allowed_packet: 16_777_216,
  transaction_read_only: 1,
  tx_read_only: 1,
  lower_case_table_names: 0,
  sql_mode: '',
};

/** One statement as MySQL would answer a user with SELECT and nothing else. Throws SqlRefused. */
export function query(source: DbSource, session: Session, sql: string): Answer | 'ok' {
  const statements = split(sql);
  const writing = statements.find((statement) => isWrite(statement));
  if (writing !== undefined) throw denied(session, writing);
  const [statement, second] = statements;
  if (statement === undefined) throw new SqlRefused(1065, 'Query was empty', false);
  if (second !== undefined) throw syntax(second);
  if (HARMLESS.test(statement)) return 'ok';
  const use = /^USE\s+`?(\w+)`?$/i.exec(statement);
  if (use) {
    session.database = use[1]!;
    return 'ok';
  }
  const variables = selectVariables(statement, session);
  if (variables) return variables;
  const shown = /^SHOW\s+(FULL\s+)?TABLES(?:\s+(?:FROM|IN)\s+`?(\w+)`?)?$/i.exec(statement);
  if (shown) return showTables(shown[2] ?? session.database);
  if (/^SHOW\s+(DATABASES|SCHEMAS)$/i.test(statement))
    return { columns: ['Database'], rows: [['cloud'], ['cloud_usage'], ['information_schema']] };
  if (!/^(SELECT|WITH|\()/i.test(statement)) throw syntax(statement);
  return select(source, session, statement);
}

function denied(session: Session, statement: string): SqlRefused {
  const verb = /^\w+/.exec(statement)?.[0]?.toUpperCase() ?? 'SELECT';
  const table = /\b(?:INTO|UPDATE|FROM|TABLE)\s+(?:`?\w+`?\.)?`?(\w+)`?/i.exec(statement)?.[1] ?? 'cloud';
  return new SqlRefused(
    1142,
    `${verb} command denied to user '${session.user}'@'localhost' for table '${table}'`,
    true,
  );
}

const syntax = (near: string): SqlRefused =>
  new SqlRefused(1064, `You have an error in your SQL syntax near '${near.slice(0, 40)}'`, false);

function selectVariables(statement: string, session: Session): Answer | undefined {
  const asked = /^SELECT\s+(.+?)(?:\s+LIMIT\s+\d+)?$/is.exec(statement)?.[1];
  if (asked === undefined || /\bFROM\b/i.test(unquoted(asked))) return undefined;
  const columns: string[] = [];
  const row: Value[] = [];
  for (const part of asked.split(',')) {
    const [, expression = '', alias] = /^\s*(.+?)(?:\s+AS\s+`?(\w+)`?)?\s*$/is.exec(part) ?? [];
    const variable = /^@@(?:session\.|global\.)?(\w+)$/i.exec(expression)?.[1]?.toLowerCase();
    const word = expression.toUpperCase().replaceAll(/\s/g, '');
    if (variable !== undefined) row.push(READ_ONLY_VARIABLES[variable] ?? null);
    else if (word === 'VERSION()') row.push(READ_ONLY_VARIABLES.version!);
    else if (word === 'DATABASE()' || word === 'SCHEMA()') row.push(session.database ?? null);
    else if (word === 'USER()' || word === 'CURRENT_USER()') row.push(`${session.user}@localhost`);
    else return undefined;
    columns.push(alias ?? expression);
  }
  return { columns, rows: [row] };
}

function showTables(database: string | undefined): Answer {
  if (database === undefined) throw new SqlRefused(1046, 'No database selected', false);
  const names = TABLES.filter((table) => table.database === database).map((table) => table.name);
  const views = database === 'cloud' ? VIEWS.map((view) => view.name) : [];
  return { columns: [`Tables_in_${database}`], rows: [...names, ...views].toSorted().map((name) => [name]) };
}

function select(source: DbSource, session: Session, statement: string): Answer {
  const db = image(source, session.database, statement);
  try {
    const prepared = db.prepare(portable(statement));
    const columns = prepared.columns().map((column) => column.name);
    return { columns, rows: prepared.raw().all().map(cells) };
  } catch (error) {
    throw explained(error instanceof Error ? error.message : String(error), session);
  } finally {
    db.close();
  }
}

const cells = (row: unknown): Value[] => (Array.isArray(row) ? row.map(cell) : []);
const cell = (value: unknown): Value =>
  typeof value === 'number' || typeof value === 'string' ? value : null;

/** SQLite knows neither these functions nor MySQL's backslash quotes. */
const portable = (statement: string): string =>
  statement.replace(/\b(NOW|UTC_TIMESTAMP|CURRENT_TIMESTAMP)\(\)/gi, "datetime('now')");

function explained(message: string, session: Session): SqlRefused {
  const table = /no such table: (\S+)/.exec(message)?.[1];
  if (table !== undefined) {
    if (!table.includes('.') && session.database === undefined)
      return new SqlRefused(1046, 'No database selected', false);
    const name = table.includes('.') ? table : `${session.database}.${table}`;
    return new SqlRefused(1146, `Table '${name}' doesn't exist`, false);
  }
  const column = /no such column: (\S+)/.exec(message)?.[1];
  if (column !== undefined) return new SqlRefused(1054, `Unknown column '${column}' in 'field list'`, false);
  return new SqlRefused(1064, `You have an error in your SQL syntax; ${message}`, false);
}
