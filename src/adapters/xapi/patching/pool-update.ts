/** Updates from 7.1 on: an ISO in an SR, introduced, applied host by host, some of them live (xapi §8.2; xc §3.2, §3.5). */
import { Refused } from '../../../domain/errors';
import { guidancesOf, type PatchesSeen } from '../../../domain/patching';
import { xapiProblem } from '../../../domain/xapi-advice';
import { nameOfUpdate } from '../patches';
import { NULL_REF, type Table } from '../tables';
import { asked, beforeActing, notThere, rowOf, type PatchContext, type Provider } from './context';
import { PATCH_SECONDS } from './seconds';
import { begunBut, dropDisks, fill } from './disks';
import { destroyed } from './pool-patch';
import { textFrom } from '../record';
import { assertIsIt } from './upload';

const UNKNOWN = 'CANNOT_FIND_UPDATE';
/** The ISO is mounted and its signature looked at. */
const INTRODUCE_SECONDS = 170;

export function poolUpdate(context: PatchContext): Provider {
  const { session, directory, source, refOf, named } = context;
  const updates = (): Promise<Table> => directory.table(session, 'pool_update');
  /** Reference of what can be applied: its row stays when its disk has gone. */
  const staged = async (uuid: string): Promise<string | undefined> => {
    const table = await updates();
    const ref = rowOf(table, uuid);
    return ref !== undefined && table.get(ref)?.text('vdi') !== NULL_REF ? ref : undefined;
  };

  return {
    seen: () => seen(context),
    precheck: async (hostUuid, artefact) => {
      const [update, host] = await Promise.all([staged(artefact.uuid), refOf('host', hostUuid)]);
      if (update === undefined) return notThere(UNKNOWN, artefact.name);
      const answer = await asked(context, 'pool_update.precheck', [update, host], artefact.name);
      if ('ok' in answer) return answer;
      if (answer.value === 'ok_livepatch_complete') return { ok: true, live: 'complete' };
      return answer.value === 'ok_livepatch_incomplete' ? { ok: true, live: 'incomplete' } : { ok: true };
    },
    stage: async (artefact, progress) => {
      if (await beforeActing(() => staged(artefact.uuid))) return;
      // of an upload whose end nobody saw
      await dropDisks(context, artefact);
      const disk = await fill(context, artefact, progress);
      try {
        const doing = `introduce ${artefact.name}`;
        const update = await session.act('pool_update.introduce', [disk], doing, INTRODUCE_SECONDS);
        await assertIsIt(context, artefact, 'pool_update', textFrom(update, source));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await session.act('VDI.destroy', [disk], 'throw away an upload').catch(() => undefined);
        if (error.code !== 'UPDATE_ALREADY_EXISTS') throw error;
      }
    },
    unstage: async (artefact) => {
      const doing = `clean up ${artefact.name}`;
      const update = rowOf(await beforeActing(updates), artefact.uuid);
      if (update !== undefined) {
        await session.act('pool_update.pool_clean', [update], doing);
        await destroyed(context, 'pool_update.destroy', update, 'UPDATE_IS_APPLIED', doing);
      }
      await dropDisks(context, artefact);
    },
    apply: async (hostUuid, artefact) => {
      const [name, uuid] =
        artefact === 'latest' ? ['the latest updates', ''] : [artefact.name, artefact.uuid];
      const { host, update } = await beforeActing(async () => ({
        host: await refOf('host', hostUuid),
        update: await staged(uuid),
      }));
      const doing = `apply ${name} to ${named(host)}`;
      if (update === undefined)
        throw new Refused(
          xapiProblem({ doing, code: UNKNOWN, params: [name], nameOf: () => undefined }),
          UNKNOWN,
        );
      await session.act('pool_update.apply', [update, host], doing, PATCH_SECONDS);
    },
  };
}

async function seen(context: PatchContext): Promise<PatchesSeen> {
  const { session, directory } = context;
  const [hosts, updates] = await Promise.all([
    directory.table(session, 'host'),
    directory.table(session, 'pool_update'),
  ]);
  const staged = [...updates.values()].filter((update) => update.text('vdi') !== NULL_REF);
  return {
    ...(await begunBut(context, ({ artefact }) => staged.some((one) => one.text('uuid') === artefact))),
    staged: staged
      .map((update) => ({
        uuid: update.text('uuid'),
        name: nameOfUpdate(update),
        guidance: guidancesOf(update.set('after_apply_guidance')),
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    hosts: Object.fromEntries(
      [...hosts.values()].map((host) => [
        host.text('uuid'),
        {
          applied: [...updates.values()]
            .filter((update) => update.set('hosts').includes(host.ref))
            .map(nameOfUpdate)
            .toSorted(),
          pending:
            host.has('updates_requiring_reboot') && host.set('updates_requiring_reboot').length > 0
              ? (['reboot'] as const)
              : [],
        },
      ]),
    ),
  };
}
