/** What a statement is before anybody runs it: where it ends, and whether it would change anything. */

/** Session words that change nothing outside the session. */
export const HARMLESS =
  /^(SET\s+(?!GLOBAL|PERSIST|PASSWORD)|START\s+TRANSACTION|BEGIN|COMMIT|ROLLBACK|DO\s+\d)/i;
const WRITES =
  /^(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|CREATE|ALTER|DROP|RENAME|GRANT|REVOKE|LOAD|CALL|LOCK|UNLOCK|SET|FLUSH|OPTIMIZE|REPAIR|HANDLER|IMPORT|KILL|PURGE|RESET|SHUTDOWN|ANALYZE|XA|EXECUTE|PREPARE|INSTALL|UNINSTALL)\b/i;

/** Locks taken and files written by a SELECT are writes too. */
export function isWrite(statement: string): boolean {
  if (HARMLESS.test(statement)) return false;
  return (
    WRITES.test(statement) ||
    /\bINTO\s+(OUTFILE|DUMPFILE)\b|\bFOR\s+UPDATE\b|\bLOCK\s+IN\s+SHARE\s+MODE\b/i.test(
      unquoted(statement),
    ) ||
    /^WITH\b.*\b(INSERT|UPDATE|DELETE)\s/is.test(unquoted(statement))
  );
}

/** Statements without comments, split at semicolons outside quotes. Executable comments count as what they hold. */
export function split(sql: string): string[] {
  const statements: string[] = [];
  let current = '';
  for (let i = 0; i < sql.length; i++) {
    const rest = sql.slice(i, i + 3);
    const character = sql[i]!;
    if (character === "'" || character === '"' || character === '`') {
      const end = closing(sql, i);
      current += sql.slice(i, end + 1);
      i = end;
    } else if (rest.startsWith('-- ') || rest === '--\n' || character === '#') {
      const end = sql.indexOf('\n', i);
      i = end < 0 ? sql.length : end;
      current += ' ';
    } else if (rest.startsWith('/*')) {
      const end = sql.indexOf('*/', i);
      if (/^\/\*M?!/.test(sql.slice(i, i + 4)))
        current += ` ${sql.slice(i, end < 0 ? sql.length : end).replace(/^\/\*M?!\d*/, '')} `;
      else current += ' ';
      i = end < 0 ? sql.length : end + 1;
    } else if (character === ';') {
      statements.push(current.trim());
      current = '';
    } else current += character;
  }
  return [...statements, current.trim()].filter((statement) => statement !== '');
}

function closing(sql: string, from: number): number {
  const mark = sql[from]!;
  for (let i = from + 1; i < sql.length; i++) {
    if (sql[i] === '\\' && mark !== '`') i++;
    else if (sql[i] === mark) {
      if (sql[i + 1] !== mark) return i;
      i++;
    }
  }
  return sql.length;
}

export const unquoted = (statement: string): string =>
  statement.replace(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"/g, "''");
