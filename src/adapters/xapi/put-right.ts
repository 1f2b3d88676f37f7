/** Changes that put right what pre-flight found: flags in other_config, blocked operations, old messages (xapi §3.1, §6.1, §9.3). */
import { NotSent, Refused, Unreachable, WrongKey } from '../../domain/errors';
import type { XenPoolActs } from '../../ports';
import type { Session } from './session';
import type { Table } from './tables';

export interface PutRight {
  readonly session: Session;
  /** `XAPI of pool-a`. */
  readonly source: string;
  readonly poolRef: () => Promise<string>;
  readonly refOf: (cls: string, uuid: string) => Promise<string>;
  readonly named: (ref: string) => string;
  readonly table: (cls: string) => Promise<Table>;
}

type Acts = Pick<
  XenPoolActs,
  'setAutoPowerOn' | 'allowOperations' | 'blockOperations' | 'endMaintenanceMode' | 'destroyMessages'
>;

/** XAPI's keys, as it spells them. */
const AUTO_START = 'auto_poweron';
const MAINTENANCE_MODE = 'MAINTENANCE_MODE';

export function putRight(o: PutRight): Acts {
  const { session, refOf, named } = o;
  type Call = readonly [method: string, params: Parameters<Session['act']>[1], doing: string];
  const call = async (...calls: readonly Call[]): Promise<void> =>
    inTurn(
      o.source,
      calls.map((one) => () => session.act(...one)),
    );
  return {
    setAutoPowerOn: async (on) => {
      const pool = await o.poolRef();
      const doing = `switch automatic starts ${on ? 'on' : 'off'}`;
      // adding a key that is there is refused (MAP_DUPLICATE_KEY), taking one away that is not is no error
      const off: Call = ['pool.remove_from_other_config', [pool, AUTO_START], doing];
      await call(
        off,
        ...(on ? [['pool.add_to_other_config', [pool, AUTO_START, 'true'], doing] as const] : []),
      );
    },
    allowOperations: async (uuid, operations) => {
      const vm = await refOf('VM', uuid);
      const allow = (operation: string): Call => [
        'VM.remove_from_blocked_operations',
        [vm, operation],
        `allow ${operation} of ${named(vm)}`,
      ];
      await call(...operations.map(allow));
    },
    blockOperations: async (uuid, blocked) => {
      const vm = await refOf('VM', uuid);
      const block = ([operation, code]: readonly [string, string]): readonly Call[] => {
        const doing = `block ${operation} of ${named(vm)} again`;
        return [
          ['VM.remove_from_blocked_operations', [vm, operation], doing],
          ['VM.add_to_blocked_operations', [vm, operation, code], doing],
        ];
      };
      await call(...Object.entries(blocked).flatMap(block));
    },
    endMaintenanceMode: async (uuid) => {
      const host = await refOf('host', uuid);
      const doing = `end the maintenance mode of ${named(host)}`;
      await call(['host.remove_from_other_config', [host, MAINTENANCE_MODE], doing]);
    },
    destroyMessages: async (count, keep) => destroy(o, await oldest(o, count, keep)),
  };
}

/**
 * One act of several calls. Once the first is through, a refusal says nothing about the act any more: it is in doubt, so
 * that what is owed for it stays owed and the next look says what is left.
 */
async function inTurn(source: string, calls: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const [at, call] of calls.entries()) {
    try {
      await call();
    } catch (error) {
      const isNothing = error instanceof Refused || error instanceof NotSent || error instanceof WrongKey;
      if (at === 0 || !isNothing) throw error;
      throw new Unreachable(source, `only ${at} of ${calls.length} calls are through: ${error.message}`);
    }
  }
}

/**
 * References of so many of the oldest, and of none that is to stay: others may have destroyed some since they were counted.
 * Nothing is sent where they cannot be listed.
 */
async function oldest({ table }: PutRight, count: number, keep: number): Promise<readonly string[]> {
  try {
    const listed = [...(await table('message'))];
    return listed
      .map(([ref, message]) => ({ ref, at: message.time('timestamp') }))
      .toSorted((a, b) => a.at - b.at)
      .slice(0, Math.max(0, Math.min(count, listed.length - keep)))
      .map(({ ref }) => ref);
  } catch (error) {
    if (error instanceof Unreachable) throw new NotSent(error.message);
    throw error;
  }
}

const DOING = 'remove old messages';

/** In one call from 22.19 on, before that one by one (xapi App. A). */
async function destroy({ session, source }: PutRight, messages: readonly string[]): Promise<void> {
  if (messages.length === 0) return;
  try {
    await session.act('message.destroy_many', [[...messages]], DOING);
    return;
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'MESSAGE_METHOD_UNKNOWN') throw error;
  }
  const one = async (act: Session['act'], message: string): Promise<void> => {
    try {
      await act('message.destroy', [message], DOING);
    } catch (error) {
      // somebody else was faster: it is gone, which is what was wanted
      if (!(error instanceof Refused) || error.code !== 'HANDLE_INVALID') throw error;
    }
  };
  await session.inSeries((act) =>
    inTurn(
      source,
      messages.map((message) => () => one(act, message)),
    ),
  );
}
