/** Hotfixes up to 7.0: a file on the master, applied host by host; packs are an ISO that a plugin installs (xapi §8.1; xc §3.6). */
import { Refused } from '../../../domain/errors';
import { guidancesOf, type HostPatchesSeen, type PatchesSeen } from '../../../domain/patching';
import { xapiProblem } from '../../../domain/xapi-advice';
import type { XapiObject } from '../record';
import type { Table } from '../tables';
import { asked, beforeActing, notThere, rowOf, seconds, type PatchContext, type Provider } from './context';
import { PATCH_SECONDS } from './seconds';
import { begunBut, diskOf, disksByArtefact, dropDisks, makeDisk } from './disks';
import { assertIsIt, upload } from './upload';

const PACK_PLUGIN = 'install-supp-pack';

export function poolPatch(context: PatchContext): Provider {
  const { session, directory, refOf, named } = context;
  const patches = (): Promise<Table> => directory.table(session, 'pool_patch');
  const refused = (code: string, name: string): Refused =>
    new Refused(xapiProblem({ doing: `apply ${name}`, code, params: [name], nameOf: () => undefined }), code);

  return {
    seen: () => seen(context),
    precheck: async (hostUuid, artefact) => {
      const [table, host] = await Promise.all([patches(), refOf('host', hostUuid)]);
      const patch = rowOf(table, artefact.uuid);
      if (patch === undefined)
        // nobody can ask a pack whether it fits
        return (await diskOf(context, artefact))
          ? { ok: true }
          : notThere('CANNOT_FIND_PATCH', artefact.name);
      const answer = await asked(context, 'pool_patch.precheck', [patch, host], artefact.name);
      return 'ok' in answer ? answer : { ok: true };
    },
    stage: async (artefact, progress) => {
      if (artefact.kind !== 'hotfix') return makeDisk(context, artefact, progress);
      try {
        const patch = await upload(context, '/pool_patch_upload', artefact, progress);
        await assertIsIt(context, artefact, 'pool_patch', patch);
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'PATCH_ALREADY_EXISTS') throw error;
      }
    },
    unstage: async (artefact) => {
      const doing = `clean up ${artefact.name}`;
      await dropDisks(context, artefact);
      const patch = rowOf(await beforeActing(patches), artefact.uuid);
      if (patch === undefined) return;
      await session.act('pool_patch.pool_clean', [patch], doing);
      await destroyed(context, 'pool_patch.destroy', patch, 'PATCH_IS_APPLIED', doing);
    },
    apply: async (hostUuid, artefact) => {
      if (artefact === 'latest') throw refused('CANNOT_FIND_PATCH', 'the latest updates');
      const { host, patch, disk } = await beforeActing(async () => ({
        host: await refOf('host', hostUuid),
        patch: rowOf(await patches(), artefact.uuid),
        disk: await diskOf(context, artefact),
      }));
      const doing = `apply ${artefact.name} to ${named(host)}`;
      if (patch !== undefined) await session.act('pool_patch.apply', [patch, host], doing, PATCH_SECONDS);
      else if (disk !== undefined)
        await session.act(
          'host.call_plugin',
          [host, PACK_PLUGIN, 'install', { vdi: disk.uuid }],
          doing,
          PATCH_SECONDS,
        );
      else throw refused('CANNOT_FIND_PATCH', artefact.name);
    },
  };
}

/** What is applied somewhere stays in the pool's database, and that is no failure of cleaning up. */
export async function destroyed(
  { session }: PatchContext,
  method: string,
  row: string,
  inUse: string,
  doing: string,
): Promise<void> {
  try {
    await session.act(method, [row], doing);
  } catch (error) {
    if (!(error instanceof Refused) || (error.code !== inUse && error.code !== 'HANDLE_INVALID')) throw error;
  }
}

async function seen(context: PatchContext): Promise<PatchesSeen> {
  const { session, directory } = context;
  const table = (cls: string): Promise<Table> => directory.table(session, cls);
  const [hosts, patches, hostPatches, disks, begun] = await Promise.all([
    table('host'),
    table('pool_patch'),
    table('host_patch'),
    disksByArtefact(context),
    begunBut(context, ({ isFull }) => isFull),
  ]);
  const staged = [...patches.values()].filter((patch) => patch.integer('size') > 0);
  return {
    staged: [
      ...staged.map((patch) => ({
        uuid: patch.text('uuid'),
        name: patch.text('name_label'),
        guidance: guidancesOf(patch.set('after_apply_guidance')),
      })),
      // what a pack wants is not known before it is there; a driver wants a reboot
      ...[...disks].map(([uuid, { name }]) => ({ uuid, name, guidance: ['reboot'] as const })),
    ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...begun,
    hosts: Object.fromEntries(
      [...hosts.values()].map((host) => [host.text('uuid'), hostSeen(host, patches, hostPatches)]),
    ),
  };
}

function hostSeen(host: XapiObject, patches: Table, hostPatches: Table): HostPatchesSeen {
  const other = host.map('other_config');
  const bootedAt = seconds(other['boot_time']) * 1000;
  const startedAt = Math.max(bootedAt, seconds(other['agent_start_time']) * 1000);
  const applied = [...hostPatches.values()].filter(
    (row) => row.text('host') === host.ref && row.flag('applied'),
  );
  const since = (at: number): readonly string[] =>
    applied
      .filter((row) => row.time('timestamp_applied') >= at)
      .flatMap((row) => patches.get(row.text('pool_patch'))?.set('after_apply_guidance') ?? []);
  const sinceBoot = guidancesOf(since(bootedAt));
  const sinceStart = guidancesOf(since(startedAt));
  return {
    applied: [...applied.map((row) => row.text('name_label')), ...packsOf(host)].toSorted(),
    // a toolstack that was restarted since has what it wanted; so has one whose host was booted
    pending: sinceBoot.filter((one) => one !== 'restart-toolstack' || sinceStart.includes(one)),
  };
}

/** `originator:name` among the versions (xapi §5.2). */
export const packsOf = (host: XapiObject): readonly string[] =>
  Object.keys(host.map('software_version')).filter((key) => key.includes(':'));
