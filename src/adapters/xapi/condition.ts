/** What costs questions of its own: messages kept, tasks under way, clocks of the hosts (xapi §9). */
import { Malformed, Refused } from '../../domain/errors';
import type { XenCondition } from '../../ports';
import { readHostConditions } from './host-condition';
import type { Look } from './read-hosts';

export async function readCondition(look: Look): Promise<XenCondition> {
  const { session, directory } = look;
  const [messages, tasks, clockSkewSeconds, hosts] = await Promise.all([
    countMessages(look),
    directory.table(session, 'task'),
    skews(look),
    readHostConditions(look),
  ]);
  return {
    messages,
    tasks: [...tasks.values()]
      .filter((task) => task.text('status') === 'pending')
      .map((task) => task.text('name_label'))
      .toSorted(),
    clockSkewSeconds,
    hosts,
  };
}

export async function countMessages({ session, source }: Look): Promise<number> {
  const messages = await session.read('message.get_all', [], 'count messages');
  if (!Array.isArray(messages)) throw new Malformed(source, 'a list of messages was expected');
  return messages.length;
}

/**
 * The master is asked before and after all others: a clock between its two answers is right, however slow the calls
 * were and however fast time runs.
 */
async function skews({ session, directory, source }: Look): Promise<Readonly<Record<string, number>>> {
  const [[, pool] = []] = await directory.table(session, 'pool');
  const hosts = await directory.table(session, 'host');
  const master = pool?.text('master') ?? '';
  const timeOf = async (ref: string): Promise<number | undefined> => {
    try {
      const time = await session.read('host.get_servertime', [ref], 'read a clock');
      if (!(time instanceof Date) || Number.isNaN(time.getTime()))
        throw new Malformed(source, 'a host’s clock is no time');
      return time.getTime();
    } catch (error) {
      // a host that does not answer now has no clock; whether it should answer is another question
      if (error instanceof Refused) return undefined;
      throw error;
    }
  };
  const before = await timeOf(master);
  const members = [...hosts].filter(([ref]) => ref !== master);
  const times = await Promise.all(
    members.map(async ([ref, host]) => [host.text('uuid'), await timeOf(ref)] as const),
  );
  const after = await timeOf(master);
  if (before === undefined || after === undefined) return {};
  const uuid = hosts.get(master)?.text('uuid');
  return Object.fromEntries([
    ...(uuid === undefined ? [] : [[uuid, 0] as const]),
    ...times.flatMap(([host, time]) =>
      time === undefined ? [] : [[host, aheadOf(time, before, after)] as const],
    ),
  ]);
}

/** XAPI's times are cut to the second (xapi §1.3). */
const SECOND_MS = 1000;

const aheadOf = (time: number, before: number, after: number): number =>
  time > before - SECOND_MS && time < after + SECOND_MS
    ? 0
    : Math.round((time - (before + after) / 2) / SECOND_MS);
