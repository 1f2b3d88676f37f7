/** XCP-ng up to 8.2: yum behind the plugin updater.py, host by host; it tells packages and nothing of reboots (xapi §8.4). */
import { Malformed, Refused } from '../../../domain/errors';
import { guidanceOfPackage, type HostPatchesSeen, type PatchesSeen } from '../../../domain/patching';
import { problems } from '../../../domain/problems';
import { beforeActing, notThere, type PatchContext, type Provider } from './context';
import { PATCH_SECONDS } from './seconds';

const PLUGIN = 'updater.py';
/** yum fetches its metadata again when it is older than a day. */
const LOOK_SECONDS = 40;

type Available = NonNullable<HostPatchesSeen['available']>;
type Answer = { readonly available?: Available; readonly busy?: string };

export function updater(context: PatchContext): Provider {
  const { session, directory, pool, refOf, named } = context;

  async function look(ref: string, name: string): Promise<Answer> {
    try {
      const said = await session.read(
        'host.call_plugin',
        [ref, PLUGIN, 'check_update', {}],
        `ask ${name} for updates`,
        { seconds: LOOK_SECONDS },
      );
      return { available: packagesIn(said, `The updater of ${name}`) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const busy = busyWith(error);
      // a host that cannot say what it lacks lacks nobody knows what
      return busy === undefined ? {} : { busy: `${name} is busy: ${busy}` };
    }
  }

  return {
    seen: async (): Promise<PatchesSeen> => {
      const hosts = [...(await directory.table(session, 'host')).values()];
      const answers = await Promise.all(
        hosts.map(
          async (host) => [host.text('uuid'), await look(host.ref, host.text('name_label'))] as const,
        ),
      );
      const busy = answers.flatMap(([, answer]) => answer.busy ?? []).join(', ');
      return {
        staged: [],
        hosts: Object.fromEntries(
          answers.map(([uuid, { available }]) => [
            uuid,
            { applied: [], pending: [], ...(available && { available }) },
          ]),
        ),
        ...(busy !== '' && { busy }),
      };
    },
    precheck: (_host, artefact) => Promise.resolve(notThere('CANNOT_FIND_UPDATE', artefact.name)),
    stage: (artefact) => Promise.reject(new Refused(problems.patchingNoUpload(pool, artefact.name))),
    unstage: () => Promise.resolve(),
    apply: async (hostUuid, artefact) => {
      if (artefact !== 'latest') throw new Refused(problems.patchingNoUpload(pool, artefact.name));
      const host = await beforeActing(() => refOf('host', hostUuid));
      try {
        await session.act(
          'host.call_plugin',
          [host, PLUGIN, 'update', {}],
          `apply updates to ${named(host)}`,
          PATCH_SECONDS,
        );
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const busy = busyWith(error);
        if (busy !== undefined) throw new Refused(problems.updaterBusy(named(host), busy));
        // the plugin's own failures: a number, a sentence, what it printed, a traceback
        if (/^-?\d+$/.test(error.code))
          throw new Refused(problems.updaterFailed(named(host), error.params[0] ?? 'it said nothing'));
        throw error;
      }
    },
  };
}

/** What it is at; undefined where that is not why it failed. */
function busyWith({ params }: Refused): string | undefined {
  const said = params.join(' ');
  if (/update already in progress/i.test(said)) return 'another update';
  const match = /updater plugin is busy(?: \(current operation: ([^)]+)\))?/i.exec(said);
  return match ? (match[1] ?? 'another operation') : undefined;
}

function packagesIn(said: unknown, source: string): Available {
  const wrong = (): never => {
    throw new Malformed(source, 'a list of packages was expected');
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof said === 'string' ? said : '');
  } catch {
    return wrong();
  }
  if (!Array.isArray(parsed)) return wrong();
  return parsed.map((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('name' in one) || typeof one.name !== 'string')
      return wrong();
    const version = 'version' in one && typeof one.version === 'string' ? `-${one.version}` : '';
    const release = 'release' in one && typeof one.release === 'string' ? `-${one.release}` : '';
    const guidance = guidanceOfPackage(one.name);
    return { name: `${one.name}${version}${release}`, guidance: guidance === 'none' ? [] : [guidance] };
  });
}
