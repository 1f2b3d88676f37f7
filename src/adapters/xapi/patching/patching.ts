/** Patching over XAPI: the mechanism that the master's release has, looked up whenever it is used (xapi §8). */
import { Malformed, Refused } from '../../../domain/errors';
import { providerFor, type PatchProvider } from '../../../domain/patching';
import { problems } from '../../../domain/problems';
import type { Patching } from '../../../ports-patching';
import { beforeActing, type PatchContext, type Provider } from './context';
import { poolPatch } from './pool-patch';
import { poolUpdate } from './pool-update';
import { repository } from './repository';
import { updater } from './updater';

type Mechanisms = Readonly<Record<PatchProvider, Provider>>;

export function patching(context: PatchContext): Patching {
  const { session, refOf, named, pool } = context;
  const mechanisms: Mechanisms = {
    pool_patch: poolPatch(context),
    pool_update: poolUpdate(context),
    repository: repository(context),
    updater: updater(context),
  };

  const sending = new Map<string, number>();

  async function release(): Promise<{ readonly brand: string; readonly version: string }> {
    const { directory, source } = context;
    const [pools, hosts] = await Promise.all([
      directory.table(session, 'pool'),
      directory.table(session, 'host'),
    ]);
    const [one] = pools.values();
    const software = hosts.get(one?.text('master') ?? '')?.map('software_version');
    if (!software) throw new Malformed(source, 'the pool names no master that is there');
    return { brand: software['product_brand'] ?? '', version: software['product_version'] ?? '' };
  }
  async function mechanism(): Promise<Provider> {
    const { brand, version } = await release();
    const provider = providerFor(brand, version);
    const found = provider && mechanisms[provider];
    if (!found) throw new Refused(problems.patchingUnknown(pool, `${brand} ${version}`.trim()));
    return found;
  }
  const acting = (): Promise<Provider> => beforeActing(mechanism);

  return {
    provider: async () => {
      const { brand, version } = await release();
      return providerFor(brand, version);
    },
    seen: async () => {
      const seen = await (await mechanism()).seen();
      return sending.size === 0 ? seen : { ...seen, sending: Object.fromEntries(sending) };
    },
    precheck: async (host, artefact) => (await mechanism()).precheck(host, artefact),
    stage: async (artefact, progress) => {
      const { stage } = await acting();
      try {
        await stage(artefact, (bytes) => {
          sending.set(artefact.name, bytes);
          progress?.(bytes);
        });
      } finally {
        sending.delete(artefact.name);
      }
    },
    unstage: async (artefact) => (await acting()).unstage(artefact),
    synchronise: async () => {
      const { synchronise } = await acting();
      if (!synchronise) throw new Refused(problems.patchingNoSync(pool));
      await synchronise();
    },
    apply: async (host, artefact, hash) => (await acting()).apply(host, artefact, hash),
    restartToolstack: async (uuid) => {
      const host = await beforeActing(() => refOf('host', uuid));
      await session.act('host.restart_agent', [host], `restart the toolstack of ${named(host)}`);
    },
    readiness: async (rebootNeeded) => (await (await mechanism()).readiness?.(rebootNeeded)) ?? [],
  };
}
