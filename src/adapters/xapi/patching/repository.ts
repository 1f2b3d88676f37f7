/** XenServer 8 and XCP-ng 8.3: what the repositories offer, synchronised by the master, applied host by host (xapi §8.3; xc §3.7). */
import { Malformed, Refused } from '../../../domain/errors';
import { guidancesOf, type HostPatchesSeen, type PatchesSeen } from '../../../domain/patching';
import { problems } from '../../../domain/problems';
import { xapiProblem } from '../../../domain/xapi-advice';
import type { XapiObject } from '../record';
import { operationsOf } from '../traits';
import { beforeActing, notThere, type PatchContext, type Provider } from './context';
import { PATCH_SECONDS } from './seconds';
import { parseUpdates, type Offered } from './updates-json';

/** Metadata of a hundred megabytes from a server far away. */
const SYNC_SECONDS = 870;
/** XenCenter waits so long for the list (xc §3.7.1). */
const LIST_SECONDS = 60;

export function repository(context: PatchContext): Provider {
  const { session, directory, source, pool, refOf, named } = context;
  const poolRow = async (): Promise<XapiObject> => {
    const [row] = (await directory.table(session, 'pool')).values();
    if (!row) throw new Malformed(source, 'there is no pool object');
    return row;
  };
  const offered = async (row: XapiObject): Promise<Offered | undefined> => {
    // before the first synchronisation there is nothing to ask for
    if (!row.has('last_update_sync') || row.time('last_update_sync') <= 0) return undefined;
    const reply = await session.get((ref) => `/updates?session_id=${encodeURIComponent(ref)}`, LIST_SECONDS);
    // XAPI's way to say that it has no list now (xc §3.7.1)
    return reply.status === 200 ? parseUpdates(reply.body.toString('utf8'), source) : undefined;
  };

  return {
    seen: async () => {
      const [row, hosts] = await Promise.all([poolRow(), directory.table(session, 'host')]);
      return seen(row, [...hosts.values()], await offered(row));
    },
    precheck: (_host, artefact) => Promise.resolve(notThere('CANNOT_FIND_UPDATE', artefact.name)),
    stage: (artefact) => Promise.reject(new Refused(problems.patchingNoUpload(pool, artefact.name))),
    unstage: () => Promise.resolve(),
    synchronise: async () => {
      const row = await beforeActing(poolRow);
      await session.act(
        'pool.sync_updates',
        [row.ref, false, '', ''],
        `synchronise the repositories of ${pool}`,
        SYNC_SECONDS,
      );
    },
    apply: async (hostUuid, artefact, hash) => {
      if (artefact !== 'latest') throw new Refused(problems.patchingNoUpload(pool, artefact.name));
      // what is on offer at this moment is not what somebody has agreed to
      if (hash === undefined || hash === '') throw new Refused(problems.updatesNotNamed(pool));
      const host = await beforeActing(() => refOf('host', hostUuid));
      await session.act('host.apply_updates', [host, hash], `apply updates to ${named(host)}`, PATCH_SECONDS);
    },
    readiness: async (rebootNeeded) => {
      const doing = 'take updates';
      try {
        const row = await poolRow();
        const found = await session.read('pool.check_update_readiness', [row.ref, rebootNeeded], doing);
        return sentences(context, found);
      } catch (error) {
        // came with 1.304
        if (error instanceof Refused && error.code === 'MESSAGE_METHOD_UNKNOWN') return [];
        throw error;
      }
    },
  };
}

/** Each thing in the way is an error as XAPI would throw it. */
function sentences({ directory, source }: PatchContext, found: unknown): readonly string[] {
  if (!Array.isArray(found)) throw new Malformed(source, 'a list of obstacles was expected');
  return found.map((one: unknown) => {
    const words = Array.isArray(one) ? one.filter((word): word is string => typeof word === 'string') : [];
    const [code = '', ...params] = words;
    return xapiProblem({ doing: 'take updates', code, params, nameOf: (ref) => directory.nameOf(ref) }).why;
  });
}

function seen(pool: XapiObject, hosts: readonly XapiObject[], offered: Offered | undefined): PatchesSeen {
  const busy = [
    ...(operationsOf(pool).includes('sync_updates') ? ['the repositories are being synchronised'] : []),
    ...hosts
      .filter((host) => operationsOf(host).includes('apply_updates'))
      .map((host) => `updates are being applied to ${host.text('name_label')}`),
  ].join(', ');
  return {
    staged: [],
    hosts: Object.fromEntries(hosts.map((host) => [host.text('uuid'), hostSeen(host, offered)])),
    ...(offered && { updateHash: offered.hash }),
    ...(busy !== '' && { busy }),
  };
}

function hostSeen(host: XapiObject, offered: Offered | undefined): HostPatchesSeen {
  const words = (field: string): readonly string[] => (host.has(field) ? host.set(field) : []);
  const full = guidancesOf(words('pending_guidances_full'));
  const available = offered?.hosts.get(host.ref);
  return {
    applied: [],
    pending: guidancesOf([...words('pending_guidances'), ...words('pending_guidances_recommended')]),
    ...(full.length > 0 && { full }),
    ...(available && { available }),
  };
}
