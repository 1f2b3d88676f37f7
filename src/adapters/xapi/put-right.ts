/** Changes that put right what pre-flight found: flags in other_config, blocked operations, old messages (xapi §3.1, §6.1, §9.3). */
import { NotSent, Refused, Unreachable } from '../../domain/errors';
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
  const call = async (method: string, params: Parameters<Session['act']>[1], doing: string): Promise<void> =>
    void (await session.act(method, params, doing));
  return {
    setAutoPowerOn: async (on) => {
      const pool = await o.poolRef();
      const doing = `switch automatic starts ${on ? 'on' : 'off'}`;
      // adding a key that is there is refused (MAP_DUPLICATE_KEY), taking one away that is not is no error
      await call('pool.remove_from_other_config', [pool, AUTO_START], doing);
      if (on) await call('pool.add_to_other_config', [pool, AUTO_START, 'true'], doing);
    },
    allowOperations: async (uuid, operations) => {
      const vm = await refOf('VM', uuid);
      for (const operation of operations)
        await call(
          'VM.remove_from_blocked_operations',
          [vm, operation],
          `allow ${operation} of ${named(vm)}`,
        );
    },
    blockOperations: async (uuid, blocked) => {
      const vm = await refOf('VM', uuid);
      for (const [operation, code] of Object.entries(blocked)) {
        const doing = `block ${operation} of ${named(vm)} again`;
        await call('VM.remove_from_blocked_operations', [vm, operation], doing);
        await call('VM.add_to_blocked_operations', [vm, operation, code], doing);
      }
    },
    endMaintenanceMode: async (uuid) => {
      const host = await refOf('host', uuid);
      await call(
        'host.remove_from_other_config',
        [host, MAINTENANCE_MODE],
        `end the maintenance mode of ${named(host)}`,
      );
    },
    destroyMessages: async (count) => destroy(session, await oldest(o, count)),
  };
}

/** References of so many of the oldest. Nothing is sent where they cannot be listed. */
async function oldest({ table }: PutRight, count: number): Promise<readonly string[]> {
  try {
    return [...(await table('message'))]
      .map(([ref, message]) => ({ ref, at: message.time('timestamp') }))
      .toSorted((a, b) => a.at - b.at)
      .slice(0, count)
      .map(({ ref }) => ref);
  } catch (error) {
    if (error instanceof Unreachable) throw new NotSent(error.message);
    throw error;
  }
}

const DOING = 'remove old messages';

/** In one call from 22.19 on, before that one by one (xapi App. A). */
async function destroy(session: Session, messages: readonly string[]): Promise<void> {
  if (messages.length === 0) return;
  try {
    await session.act('message.destroy_many', [[...messages]], DOING);
    return;
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'MESSAGE_METHOD_UNKNOWN') throw error;
  }
  for (const message of messages) {
    try {
      await session.act('message.destroy', [message], DOING);
    } catch (error) {
      // somebody else was faster: it is gone, which is what was wanted
      if (!(error instanceof Refused) || error.code !== 'HANDLE_INVALID') throw error;
    }
  }
}
