/** Writing to a file that others write to as well: done and on record, or not begun. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBusy, openSqliteFile, writing, type SqliteFile } from '../../../src/adapters/sqlite';

const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-sqlite-'));
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;
let ours: SqliteFile;
let theirs: SqliteFile;
beforeEach(() => {
  const file = join(directory, `${count++}.sqlite`);
  ours = openSqliteFile(file, 'FULL');
  theirs = openSqliteFile(file, 'FULL');
  ours.exec('create table entries (seq integer primary key, body text)');
});
afterEach(() => {
  ours.close();
  theirs.close();
});

const insert = (db: SqliteFile, seq: number): void =>
  void writing(db, () => db.prepare('insert into entries values (?, ?)').run([seq, 'x']));
const seen = (db: SqliteFile): readonly unknown[] =>
  db
    .prepare('select seq from entries order by seq')
    .all([])
    .map((row) => (row as { seq: number }).seq);
function failure(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('a write that met a busy file was not begun, and those after it are seen by everybody', () => {
  theirs.exec('begin immediate');
  const met = [1, 2, 3].map((seq) => failure(() => insert(ours, seq)));
  theirs.exec('commit');

  insert(ours, 4);
  insert(theirs, 5);

  expect(met.every(isBusy)).toBe(true);
  expect([seen(theirs), seen(ours)]).toEqual([
    [4, 5],
    [4, 5],
  ]);
});

test('a write that is refused leaves nothing open', () => {
  insert(ours, 1);

  const refused = failure(() => insert(ours, 1));
  insert(theirs, 2);

  expect(refused).toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
  expect([ours.inTransaction, seen(ours)]).toEqual([false, [1, 2]]);
});

test('inside a transaction a write belongs to it', () => {
  ours.exec('begin immediate');
  insert(ours, 1);
  const before = seen(theirs);
  ours.exec('rollback');

  expect([before, seen(ours)]).toEqual([[], []]);
});
