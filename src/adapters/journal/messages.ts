/** Where Slack has put what, who is writing it, and how far each notifier has read. */
import type { Kysely } from 'kysely';
import { Stale } from '../../domain/errors';
import type { Journal } from '../../ports';
import { isDuplicate, reached, reading } from './portable';
import type { Tables } from './tables';

type MessageJournal = Pick<
  Journal,
  'bookmark' | 'setBookmark' | 'messages' | 'claimMessage' | 'saveMessage' | 'releaseMessage'
>;

/** Leases are wall time of this machine: machines that share a database keep their clocks together (NTP). */
export function messagesIn(db: Kysely<Tables>, wallNow: () => number): MessageJournal {
  /** True when the row is new. */
  const fresh = async (insert: () => Promise<unknown>): Promise<boolean> => {
    try {
      await reached(insert);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  };
  const claim = (scope: string, key: string, owner: string, until: number): (() => Promise<unknown>) => {
    const row = {
      scope,
      message_key: key,
      channel: null,
      ts: null,
      hash: null,
      owner,
      lease_until_ms: until,
    };
    return () => db.insertInto('messages').values(row).execute();
  };

  return {
    bookmark: async (notifier, run) => {
      const row = await reading(() =>
        db
          .selectFrom('bookmarks')
          .select('seq')
          .where('notifier', '=', notifier)
          .where('run_id', '=', run)
          .executeTakeFirst(),
      );
      return row?.seq ?? 0;
    },

    setBookmark: async (notifier, run, seq) => {
      if (await fresh(() => db.insertInto('bookmarks').values({ notifier, run_id: run, seq }).execute()))
        return;
      await reached(() =>
        db
          .updateTable('bookmarks')
          .set({ seq })
          .where('notifier', '=', notifier)
          .where('run_id', '=', run)
          .where('seq', '<', seq)
          .execute(),
      );
    },

    messages: async (scope) => {
      const rows = await reading(() =>
        db
          .selectFrom('messages')
          .select(['message_key as key', 'channel', 'ts', 'hash'])
          .where('scope', '=', scope)
          .where('ts', 'is not', null)
          .orderBy('ts')
          .orderBy('message_key')
          .execute(),
      );
      return rows.map((row) => ({
        key: row.key,
        channel: row.channel ?? '',
        ts: row.ts ?? '',
        hash: row.hash ?? '',
      }));
    },

    claimMessage: async (scope, key, owner, leaseMs) => {
      const now = wallNow();
      const until = now + leaseMs;
      if (await fresh(claim(scope, key, owner, until))) return true;
      const { numUpdatedRows } = await reached(() =>
        db
          .updateTable('messages')
          .set({ owner, lease_until_ms: until })
          .where('scope', '=', scope)
          .where('message_key', '=', key)
          .where((row) =>
            row.or([row('owner', 'is', null), row('owner', '=', owner), row('lease_until_ms', '<=', now)]),
          )
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0n;
    },

    // The row stays as it is when another writer has taken the message over: Stale.
    saveMessage: async (scope, owner, { key, channel, ts, hash }) => {
      await fresh(claim(scope, key, owner, 0));
      const { numUpdatedRows } = await reached(() =>
        db
          .updateTable('messages')
          .set({ channel, ts, hash })
          .where('scope', '=', scope)
          .where('message_key', '=', key)
          .where((row) => row.or([row('owner', 'is', null), row('owner', '=', owner)]))
          .executeTakeFirst(),
      );
      if (numUpdatedRows === 0n) throw new Stale(scope, 0);
    },

    releaseMessage: async (scope, key, owner) => {
      await reached(() =>
        db
          .updateTable('messages')
          .set({ owner: null, lease_until_ms: 0 })
          .where('scope', '=', scope)
          .where('message_key', '=', key)
          .where('owner', '=', owner)
          .execute(),
      );
    },
  };
}
