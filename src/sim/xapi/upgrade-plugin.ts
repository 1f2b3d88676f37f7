/** prepare_host_upgrade.py in dom0 in its ages: the copy of 2011, 2.x, 3.1 (xapi §5.5, xc §2.8). Media are what their URL ends with. */
import { compareVersions } from '../../domain/version';
import { isLocal } from '../boot';
import { dom0DefaultMib } from '../dom0-memory';
import type { SimHost } from '../model';
import { hasSince, profileOf, PROFILES } from '../profiles';
import { hostAt, map, text, type Call } from './method';
import { assertReachable } from './methods-pool';
import { SECONDS } from './timing';
import { XapiFailure } from './values';

export const UPGRADE_PLUGIN = 'prepare_host_upgrade.py';

type Age = '2011' | '2.x' | '3.1';

/** 6.0 brought it; one-shot entries and getVersion came with 8.0's, checkHost with the updates of 8.4 (xc §2.8). */
function ageOf({ version, brand }: SimHost): Age | undefined {
  if (compareVersions(version, '6.0') < 0) return undefined;
  if (compareVersions(version, '8.0') < 0) return '2011';
  // XCP-ng 8.3 is of the age of XenServer 8.4
  return hasSince(profileOf(version, brand).release, '8.4') ? '3.1' : '2.x';
}

const FUNCTIONS: Readonly<Record<Age, readonly string[]>> = {
  '2011': ['testUrl', 'main', 'testSafe2Upgrade'],
  '2.x': ['testUrl', 'main', 'testSafe2Upgrade', 'getVersion', 'getDom0DefaultMemory', 'getEUA'],
  '3.1': [
    'testUrl',
    'main',
    'testSafe2Upgrade',
    'getVersion',
    'getDom0DefaultMemory',
    'getEUA',
    'checkHost',
    'checkPool',
  ],
};

/** A Python exception inside the plugin (xapi §5.5). */
const raised = (fn: string, message: string): XapiFailure =>
  new XapiFailure('XENAPI_PLUGIN_FAILURE', fn, 'Exception', message);

/** Only `main` changes the host. */
export const changesHost = (call: Call): boolean => text(call, 2) === 'main';

export async function callPlugin(call: Call): Promise<string> {
  const host = hostAt(call, 0);
  assertReachable(call, host);
  const [plugin, fn, args] = [text(call, 1), text(call, 2), map(call, 3)];
  const age = plugin === UPGRADE_PLUGIN ? ageOf(host) : undefined;
  if (age === undefined) throw new XapiFailure('XENAPI_MISSING_PLUGIN', plugin);
  if (!FUNCTIONS[age].includes(fn)) throw new XapiFailure('UNKNOWN_XENAPI_PLUGIN_FUNCTION', fn);
  const { time } = call.world.cloud;
  if (fn === 'testSafe2Upgrade') return safeToRepartition(host);
  const version = mediaFor(call, host, age, fn, args['url']);
  await time.sleep(SECONDS.pluginLook);
  switch (fn) {
    case 'getVersion':
      return JSON.stringify({
        'product-version': version,
        'platform-version': profile(version)?.platform ?? '',
      });
    case 'getDom0DefaultMemory':
      return String(dom0DefaultMib(profile(version)?.platform ?? '', host.memory.total) * BYTES_PER_MIB);
    case 'getEUA':
      return licenceOf(call, host, version);
    case 'checkHost':
      return checked(call, host, fn, 'world:check-host');
    case 'checkPool':
      return checked(call, host, fn, 'world:check-pool');
    case 'main':
      return prepare(call, host, age, version);
    default:
      return 'true';
  }
}

/** 3.1 looks at host and pool itself; a fault is what it objects to. */
function checked(call: Call, host: SimHost, fn: string, name: string): string {
  const strike = call.world.cloud.faults.strike(name, host.name);
  if (strike) throw raised(fn, strike.code ?? 'UNSUPPORTED');
  return 'true';
}

/** The file EULA of the media (xc §2.8, 2.2.5). A fault has the vendor change it, or leaves it out of the mirror. */
function licenceOf(call: Call, host: SimHost, version: string): string {
  const strike = call.world.cloud.faults.strike('world:licence', host.name);
  if (strike?.how === 'fail') throw raised('getEUA', strike.code ?? 'NOT_FOUND');
  const clauses = ['You may run it.', 'It comes as it is.', ...(strike ? ['You tell nobody.'] : [])];
  const eua = [
    `End user agreement of ${version}`,
    '',
    ...clauses.map((clause, at) => `${at + 1}. ${clause}`),
  ];
  return JSON.stringify({ eua: `${eua.join('\n')}\n` });
}

const BYTES_PER_MIB = 1024 ** 2;

const profile = (version: string) => PROFILES.find((one) => one.version === version);

/** Throws what the plugin of this age says of a URL that it cannot use. */
function mediaFor(call: Call, host: SimHost, age: Age, fn: string, url: string | undefined): string {
  if (url === undefined || url === '') throw raised(fn, 'MISSING_URL');
  const strike = call.world.cloud.faults.strike('world:media', host.name);
  const version = /(\d+(?:\.\d+)+)\/?$/.exec(url)?.[1];
  const isOld = age === '2011';
  // the media are of another version than their name says
  if (strike?.how === 'changed') return strike.code ?? version ?? '';
  if (strike) throw raised(fn, strike.code ?? (isOld ? 'INVALID_URL' : 'NOT_FOUND'));
  if (version === undefined || !profile(version)) throw raised(fn, isOld ? 'INVALID_URL' : 'NOT_FOUND');
  // the same version is accepted (xc §2.8)
  if (compareVersions(version, host.version) < 0) throw raised(fn, 'INVALID_VER');
  return version;
}

/** `true` also where the layout is the new one already: then there is nothing to do anew. */
function safeToRepartition(host: SimHost): string {
  if (host.dom0.disk.layout === 'new') return 'true';
  const local = host.pbds.filter((pbd) => isLocal(host, pbd.sr)).map((pbd) => pbd.sr);
  const used = host.pool.vms.some((vm) => vm.disks.some((disk) => local.includes(disk.sr)));
  return used ? 'false' : 'true';
}

const NO_SPACE = '[Errno 28] No space left on device';

/** The entry stands before the mark: whoever looks in between sees a host that keeps its partitions, and is wrong (xc §2.8). */
async function prepare(call: Call, host: SimHost, age: Age, version: string): Promise<string> {
  const { cloud } = call.world;
  await cloud.time.sleep(SECONDS.pluginDownload);
  const strike = cloud.faults.strike('world:prepare', host.name);
  if (strike?.how === 'fail' && strike.code !== undefined)
    throw raised('main', strike.code === 'no-space' ? NO_SPACE : strike.code);
  host.boot = { installer: age === '2011' ? 'default' : 'once' };
  host.nextVersion = version;
  host.prepared = true;
  if (strike?.how === 'fail') throw raised('main', NO_SPACE);
  await cloud.time.sleep(SECONDS.pluginMark);
  host.dom0 = { ...host.dom0, safe2upgrade: safeToRepartition(host) === 'true' };
  return 'true';
}
