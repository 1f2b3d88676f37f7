/** What every host says of the installation media that a plan with --automatic names. Asking changes nothing. */
import type { Extra } from '../checks/index';
import type { InstallerAnswers } from '../domain/installer';
import type { Automatic } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import type { World } from '../ports';

/** Asked of every host by itself: what the master can reach a member may not (xc §1.3 row 4). `dom0Of`: the only one. */
export async function mediaAnswers(
  { xen }: Pick<World, 'xen'>,
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
    hosts.map(async ({ name, uuid }) => [name, await asked(xen, uuid, automatic.url)] as const),
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
