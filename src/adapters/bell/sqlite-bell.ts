/** The embedded bell: rows in the journal's SQLite file. Another process's ring is noticed by PRAGMA data_version. */
import type { Clock } from '../../ports';
import { isBusy, openSqliteFile, writing, type SqliteFile } from '../sqlite';
import type { OpenBell } from './open-bell';
import { oneAtATime, within, type OneAtATime } from './one-at-a-time';

export interface SqliteBellOptions {
  readonly sqliteFile: string;
  readonly clock: Clock;
  readonly trouble: (error: unknown) => void;
}

/** How often another process's rings are looked for: four microseconds of work, and a click is felt as immediate. */
const LOOK_MS = 50;
/** A commit takes a few milliseconds; a click that met one is not kept for a whole look. */
const BUSY_AGAIN_MS = 5;

/**
 * Rings are rows, taken by deleting them: whoever's delete counts one has it. Due times are pool time, so that a delay
 * follows the clock when its speed is changed. A ring may be lost with the power; the sweep brings it back.
 */
export async function sqliteBell({ sqliteFile, clock, trouble }: SqliteBellOptions): Promise<OpenBell> {
  const db = await patiently(() => open(sqliteFile));
  const ringing = db.prepare(
    'insert into rings (run_id, kind, due_ms) values (?, ?, ?) on conflict (run_id, kind) do update set due_ms = min(due_ms, excluded.due_ms)',
  );
  const due = db.prepare('select run_id, kind, due_ms from rings where due_ms <= ?');
  const taking = db.prepare('delete from rings where run_id = ? and kind = ? and due_ms <= ?');
  const nearest = db.prepare('select min(due_ms) as due_ms from rings');
  const listeners: OneAtATime[] = [];
  let closed = false;
  let version = -1;
  let next = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    if (closed || listeners.length === 0) return;
    try {
      version = versionOf(db);
      const now = clock.now();
      for (const ring of ringsIn(due.all([now])))
        if (writing(db, () => taking.run([ring.run, ring.kind, now])).changes > 0)
          void listeners[0]?.call(ring.run);
      next = dueIn(nearest.get([])) ?? Number.POSITIVE_INFINITY;
      arm();
    } catch (error) {
      next = Number.NEGATIVE_INFINITY;
      // somebody else is writing: the rings are still there in a moment
      if (isBusy(error)) timer = setTimeout(look, BUSY_AGAIN_MS);
      else trouble(error);
    }
  };
  /** Between two looks only when a ring becomes due sooner, which at a simulator's speed is common. */
  const arm = (): void => {
    clearTimeout(timer);
    const inMs = (next - clock.now()) / clock.speed();
    if (inMs < LOOK_MS) timer = setTimeout(look, Math.max(1, inMs));
  };
  const looking = setInterval(() => {
    if (listeners.length > 0 && (clock.now() >= next || hasChanged(db, version, trouble))) look();
  }, LOOK_MS);
  // a process that only rings may end when it is done
  looking.unref();

  return {
    ring: async (run, inSeconds = 0) => {
      const at = inSeconds > 0 ? clock.now() + inSeconds * 1000 : 0;
      try {
        await patiently(() => writing(db, () => ringing.run([run, inSeconds > 0 ? 'later' : 'now', at])));
        if (at < next || at <= clock.now()) setImmediate(look);
      } catch (error) {
        trouble(error);
        if (at <= clock.now()) void listeners[0]?.call(run);
      }
    },

    listen: async (answer) => {
      listeners.push(oneAtATime(answer, trouble));
      looking.ref();
      look();
    },

    check: async () => void db.prepare('select 1').all([]),

    close: async () => {
      closed = true;
      clearInterval(looking);
      clearTimeout(timer);
      await Promise.all(listeners.map((calls) => within(calls.idle())));
      db.close();
    },
  };
}

function open(file: string): SqliteFile {
  // A ring need not survive the power: no wait for the disk, and none for those who write the journal.
  const db = openSqliteFile(file, 'NORMAL');
  try {
    db.exec(
      'create table if not exists rings (run_id text not null, kind text not null, due_ms integer not null, primary key (run_id, kind))',
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const versionOf = (db: SqliteFile): number => {
  const [row] = db.pragma('data_version') as readonly { readonly data_version: number }[];
  return row?.data_version ?? -1;
};

function hasChanged(db: SqliteFile, seen: number, trouble: (error: unknown) => void): boolean {
  try {
    return versionOf(db) !== seen;
  } catch (error) {
    trouble(error);
    return false;
  }
}

function ringsIn(rows: readonly unknown[]): readonly { readonly run: string; readonly kind: string }[] {
  return (rows as readonly { readonly run_id: string; readonly kind: string }[]).map((row) => ({
    run: row.run_id,
    kind: row.kind,
  }));
}

const dueIn = (row: unknown): number | null => (row as { readonly due_ms: number | null }).due_ms;

/** Half a second of another process's writing; after that the ring is this process's own affair. */
const PATIENCE_MS = 500;

async function patiently<T>(work: () => T): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 9));
    }
  }
}
