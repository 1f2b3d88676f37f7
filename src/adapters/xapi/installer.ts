/** The host plugin prepare_host_upgrade.py through host.call_plugin, in all its ages (xapi §5.5, xc §2.8). */
import { Malformed, Refused, Unreachable } from '../../domain/errors';
import { licenceDigest, type LicenceSeen } from '../../domain/licence';
import { installerReason, isSaidFirst, type InstallerAnswers } from '../../domain/installer';
import { problems } from '../../domain/problems';
import type { Session } from './session';

const PLUGIN = 'prepare_host_upgrade.py';
/** Four small files; a look in the middle of a run has 45 s for everything. */
const ASK_SECONDS = 20;
/** The installer's image is some 60 MB; XenCenter waits a day, and 15 minutes is a very slow line (xc §2.4). */
const PREPARE_SECONDS = 900;
const MIB = 1024 * 1024;

/** Sent to the hosts and to nobody else: it is in no plan, no journal and no sentence. */
export interface MediaLogin {
  readonly user: string;
  readonly password: string;
}

interface Asked {
  readonly session: Session;
  readonly hostRef: string;
  readonly host: string;
  /** Its name in pools.yaml, for people. */
  readonly pool: string;
  readonly url: string;
  readonly login?: MediaLogin | undefined;
}

export async function askInstaller(asked: Asked): Promise<InstallerAnswers> {
  const url = await asks(asked, 'testUrl');
  if (url.missing === 'plugin') return { plugin: 'absent' };
  const failed = url.said === undefined ? url.failed : /^true$/i.test(url.said) ? undefined : url.said;
  const [version, repartition, memory, licence, host, pool] = await Promise.all([
    asks(asked, 'getVersion'),
    asks(asked, 'testSafe2Upgrade'),
    asks(asked, 'getDom0DefaultMemory'),
    askLicence(asked),
    objections(asked, 'checkHost'),
    objections(asked, 'checkPool'),
  ]);
  const product = version.said === undefined ? undefined : textOf(version.said, 'product-version');
  const target = Number(memory.said);
  const now = target > 0 ? await dom0MibOf(asked) : undefined;
  const word = repartition.said ?? repartition.failed;
  return {
    plugin: 'present',
    ...(failed !== undefined && { refused: scrubbed(asked, failed) }),
    ...(product !== undefined && { version: product }),
    ...(word !== undefined && { repartition: scrubbed(asked, word) }),
    ...(licence.has === 'text' && { licence: { digest: licenceDigest(licence.text) } }),
    ...(licence.has === 'refused' && { licence: { refused: licence.why } }),
    // of media that it cannot read, it says nothing but that
    ...(failed === undefined &&
      (host || pool) && { objections: { ...(host && { host }), ...(pool && { pool }) } }),
    ...(now !== undefined && { dom0Mib: { now, target: Math.round(target / MIB) } }),
  };
}

/** Undefined: no such function. `true`, or a list with nothing in it, is no objection; whatever else it says is one. */
async function objections(
  asked: Asked,
  fn: 'checkHost' | 'checkPool',
): Promise<readonly string[] | undefined> {
  const { said, failed, missing } = await asks(asked, fn);
  if (missing !== undefined) return undefined;
  const words = said === undefined ? [failed ?? 'no reason was given'] : wordsIn(said);
  return words.map((word) => scrubbed(asked, word));
}

function wordsIn(said: string): readonly string[] {
  if (/^true$/i.test(said)) return [];
  try {
    const parsed: unknown = JSON.parse(said);
    if (Array.isArray(parsed))
      return parsed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  } catch {
    // no JSON: the words are its own
  }
  return [said === '' ? 'nothing' : said];
}

/** Longer than any licence there is; what is longer is no text for people. */
const LICENCE_CHARACTERS = 500_000;

/** getEUA came with 2.2.5 (xc §2.8). */
export async function askLicence(asked: Asked): Promise<LicenceSeen> {
  const { said, failed, missing } = await asks(asked, 'getEUA');
  if (missing !== undefined) return { has: 'none' };
  if (said === undefined)
    return { has: 'refused', why: installerReason(scrubbed(asked, failed ?? 'no reason was given')) };
  const text = textOf(said, 'eua');
  if (text === undefined) return { has: 'refused', why: 'what the host says is no licence' };
  if (text.length > LICENCE_CHARACTERS)
    return { has: 'refused', why: `it has ${text.length} characters, which nobody reads` };
  // lines may end otherwise from host to host; the text is the same
  return { has: 'text', text: scrubbed(asked, text.replaceAll('\r\n', '\n')) };
}

/** Refused only where it is proved that nothing was prepared; any other failure is judged by the boot loader's files. */
export async function prepareInstaller(asked: Asked): Promise<void> {
  const { session, host, pool, url } = asked;
  const source = `The upgrade plugin on ${host}`;
  let said: unknown;
  try {
    said = await session.act(
      'host.call_plugin',
      parameters(asked, 'main'),
      `prepare ${host}`,
      PREPARE_SECONDS,
    );
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const word = wordOf(error);
    if (word === undefined || isSaidFirst(word))
      throw new Refused(
        problems.installerRefused(
          host,
          word === undefined ? 'it has no such plugin' : installerReason(word),
          pool,
          url,
        ),
      );
    throw new Unreachable(source, `failed with: ${scrubbed(asked, word)}`);
  }
  if (typeof said !== 'string' || !/^true$/i.test(said))
    throw new Unreachable(source, `ended with: ${scrubbed(asked, String(said))}`);
}

type Answer = { readonly said?: string; readonly failed?: string; readonly missing?: 'plugin' | 'function' };

async function asks(asked: Asked, fn: string): Promise<Answer> {
  const { session, host } = asked;
  try {
    const value = await session.read(
      'host.call_plugin',
      parameters(asked, fn),
      `ask ${host} about an installer`,
      {
        seconds: ASK_SECONDS,
      },
    );
    if (typeof value !== 'string') throw new Malformed(`XAPI of ${host}`, 'a plugin’s answer is text');
    return { said: value.trim() };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.code === 'XENAPI_MISSING_PLUGIN') return { missing: 'plugin' };
    if (error.code === 'UNKNOWN_XENAPI_PLUGIN_FUNCTION') return { missing: 'function' };
    const word = wordOf(error);
    if (word === undefined) throw error;
    return { failed: word };
  }
}

/** What the plugin said when it failed: `[function, exception, message]`, or its own code (xapi §5.5). */
function wordOf({ code, params }: Refused): string | undefined {
  if (code === 'XENAPI_MISSING_PLUGIN') return undefined;
  return code === 'XENAPI_PLUGIN_FAILURE' ? (params[2] ?? params[1] ?? 'no reason was given') : code;
}

/** A member of a JSON object, where it is text with something in it. */
function textOf(json: string, key: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    const value: unknown =
      typeof parsed === 'object' && parsed !== null
        ? Object.entries(parsed).find(([name]) => name === key)?.[1]
        : undefined;
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** host.control_domain came with 7.1, before getDom0DefaultMemory (xapi App. B). */
async function dom0MibOf({ session, hostRef }: Asked): Promise<number | undefined> {
  const dom0 = await session.read('host.get_control_domain', [hostRef], 'find the control domain');
  if (typeof dom0 !== 'string') return undefined;
  const bytes = Number(await session.read('VM.get_memory_dynamic_max', [dom0], 'read dom0’s memory'));
  return bytes > 0 ? Math.round(bytes / MIB) : undefined;
}

const parameters = ({ hostRef, url, login }: Asked, fn: string) => [
  hostRef,
  PLUGIN,
  fn,
  { url: withLogin(url, login) },
];

function withLogin(url: string, login: MediaLogin | undefined): string {
  if (!login) return url;
  const at = url.indexOf('://') + 3;
  return `${url.slice(0, at)}${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@${url.slice(at)}`;
}

/** A plugin may repeat the URL that it was given: the login goes before anybody reads it (design: rule 10). */
function scrubbed({ login }: Asked, text: string): string {
  const secrets = login ? [login.password, encodeURIComponent(login.password)] : [];
  return secrets
    .filter((secret) => secret !== '')
    .reduce((left, secret) => left.replaceAll(secret, '…'), text)
    .replace(/(\w+:\/\/)[^\s/@]*@/g, '$1');
}
