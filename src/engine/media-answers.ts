/** What every host says of the installation media that a plan with --automatic names. Asking changes nothing. */
import type { Extra } from '../checks/index';
import type { InstallerAnswers, MediaFiles } from '../domain/installer';
import type { Automatic } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import type { Dom0, World } from '../ports';

/** Asked of every host by itself: what the master can reach a member may not (xc §1.3 row 4). `dom0Of`: the only one. */
export async function mediaAnswers(
  { xen, dom0 }: Pick<World, 'xen' | 'dom0'>,
  pool: Snapshot,
  target: string,
  { automatic, dom0Of }: { readonly automatic?: Automatic; readonly dom0Of?: string },
): Promise<Extra['installer']> {
  if (!automatic) return undefined;
  const hosts = pool.hosts.filter(
    ({ name, version, live }) =>
      live && version !== target && !automatic.byHand.includes(name) && (dom0Of ?? name) === name,
  );
  const answers = await Promise.all(
    hosts.map(async ({ name, uuid }) => {
      const [said, files] = await Promise.all([
        asked(xen, uuid, automatic.url),
        dom0?.configured.includes(uuid) ? reached(dom0, uuid, automatic.url) : undefined,
      ]);
      return [name, { ...said, ...(files && { files }) }] as const;
    }),
  );
  const { url, repartition } = automatic;
  return { url, hosts: Object.fromEntries(answers), ...(repartition && { repartition }) };
}

async function asked(xen: World['xen'], uuid: string, url: string): Promise<InstallerAnswers> {
  try {
    return await xen.installer(uuid, url);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { plugin: 'unread', refused: error.message };
  }
}

async function reached(dom0: Dom0, uuid: string, url: string): Promise<MediaFiles> {
  try {
    return await dom0.mediaFiles(uuid, url);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { unseen: error.message };
  }
}
