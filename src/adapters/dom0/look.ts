/** One look at dom0: every part is read for itself, so that one answer that makes no sense hides no other. */
import { Malformed, NotSent, Refused, Unreachable, WrongKey } from '../../domain/errors';
import type { Dom0Seen } from '../../ports';
import { DOM0, type Command } from '../ssh/commands';
import type { SshAnswer } from '../ssh/transport';
import {
  readBlobs,
  readCrontabs,
  readDisk,
  readInventory,
  readMark,
  readMounts,
  readPythons,
  readRcLocal,
  readSpace,
  readTimeSync,
} from './answers';

interface Named {
  readonly uuid: string;
  readonly name: string;
}
type Unread = NonNullable<Dom0Seen['unread']>[number];

/** Throws nothing of what the outside does; a bug is thrown on. */
export async function lookAt(host: Named, run: (command: Command) => Promise<SshAnswer>): Promise<Dom0Seen> {
  const unread: Unread[] = [];
  const part = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      unread.push({ what, why: whyNot(error) });
      return undefined;
    }
  };
  const space = run(DOM0.space);
  const inventory = run(DOM0.inventory).then((answer) => readInventory(host, answer));
  // each is awaited below more than once, or not at all when an earlier one failed
  for (const one of [space, inventory]) one.catch(() => undefined);
  const [disk, freeMib, managementInterface, safe2upgrade, blobs, customisations, pythons, timeSync] =
    await Promise.all([
      part('system disk', async () => {
        const [df, partitions, { primaryDisk }] = await Promise.all([space, run(DOM0.partitions), inventory]);
        return readDisk(host, df, partitions, primaryDisk);
      }),
      part('free space', async () => {
        const { root, log } = readSpace(host, await space);
        return { root: root.freeMib, log: log.freeMib };
      }),
      part('management interface', async () => (await inventory).managementInterface),
      part('safe2upgrade', async () => readMark(host, await run(DOM0.safe2upgrade))),
      part('message files', async () => readBlobs(host, await run(DOM0.blobs))),
      part('customisations', async () => {
        const [sum, lines, mounts, crontabs, owners] = await Promise.all([
          run(DOM0.rcLocal),
          run(DOM0.rcLocalLines),
          run(DOM0.mounts),
          run(DOM0.crontabs),
          run(DOM0.crontabOwners),
        ]);
        return {
          rcLocal: readRcLocal(host, sum, lines),
          crontabs: readCrontabs(host, crontabs, owners),
          mounts: readMounts(host, mounts),
        };
      }),
      part('Python', async () => readPythons(host, await run(DOM0.pythons))),
      part('time servers', async () => readTimeSync(host, await run(DOM0.timeSync))),
    ]);
  return {
    ...(disk && { disk }),
    ...(freeMib && { freeMib }),
    ...(safe2upgrade !== undefined && { safe2upgrade }),
    ...(blobs !== undefined && { blobs }),
    ...(customisations && { customisations }),
    ...(pythons && { pythons }),
    ...(managementInterface !== undefined && { managementInterface }),
    ...(timeSync && { timeSync }),
    ...(unread.length > 0 && { unread: inFewWords(unread) }),
  };
}

function whyNot(error: unknown): string {
  if (error instanceof Refused) return `${error.problem.what} ${error.problem.why}`.trim();
  if (error instanceof NotSent || error instanceof Malformed) return error.why;
  if (error instanceof Unreachable || error instanceof WrongKey) return error.message;
  throw error;
}

/** A host that does not answer at all fails every part in the same words: once is enough. */
function inFewWords(unread: readonly Unread[]): readonly Unread[] {
  const whys = [...new Set(unread.map(({ why }) => why))];
  return whys
    .map((why) => ({
      what: unread
        .filter((one) => one.why === why)
        .map(({ what }) => what)
        .toSorted()
        .join(', '),
      why,
    }))
    .toSorted((a, b) => (a.what < b.what ? -1 : 1));
}
