/** XenServer's own installer, driven by the host plugin prepare_host_upgrade.py: its answers, in words (xc §1.4, §2.8; xapi §5.5). */

/** What one host says of the installation media at a URL. Reading it changes nothing on the host. */
export interface InstallerAnswers {
  /** `absent`: the host has no such plugin (before 6.0). `unread`: it could not be asked; `refused` says why. */
  readonly plugin: 'present' | 'absent' | 'unread';
  /** Why this host cannot install from there: the plugin's own word; absent when it can. */
  readonly refused?: string;
  /** product-version of the media; absent where the plugin cannot tell (before 2.x). */
  readonly version?: string;
  /** testSafe2Upgrade: `true` means that the installer would partition the disk anew. Absent: it did not say. */
  readonly repartition?: string;
  /** The licence text that comes with the media, by its digest; absent: the plugin knows of none (before 2.2.5). */
  readonly licence?: { readonly digest: string } | { readonly refused: string };
  /** Words of checkHost and checkPool; empty: neither objects. Absent where the plugin has no such function (before 3.1). */
  readonly objections?: { readonly host?: readonly string[]; readonly pool?: readonly string[] };
  /** Absent where SSH to the host is not configured. */
  readonly files?: MediaFiles;
  /** MiB that dom0 has now, and that it gets from these media. */
  readonly dom0Mib?: { readonly now: number; readonly target: number };
}

/** Says what the media are; a server may hide it as it hides every file whose name begins with a dot. */
export const TREEINFO = '.treeinfo';

/** Which of the installer's files dom0 of a host does not reach; `unseen`: why nobody could look. */
export type MediaFiles =
  | { readonly unseen: string }
  | { readonly missing: readonly { readonly file: string; readonly why: string }[] };

/** What the next boot of a host does, as its boot loader's files say. */
export interface NextBoot {
  /** `once`: the installer at the next boot only; `default`: at every boot until somebody takes it back (plugin before 1.2.0). */
  readonly installer: 'none' | 'once' | 'default';
  /** The entry that boots when it is not the installer: what is put back. */
  readonly ownEntry: string;
  /** /var/preserve/safe2upgrade is there: the installer partitions the disk anew, and local storage on it is lost (seed 003). */
  readonly repartition: boolean;
}

/** The plugin's words; whatever else it says is shown as it is. */
const REASONS: Readonly<Record<string, string>> = {
  MISSING_URL: 'the plugin was given no URL',
  INVALID_URL: 'there are no installation files at this URL, or the host cannot reach it',
  INVALID_VER: 'the media are older than what the host runs',
  FORBIDDEN: 'the server at this URL does not let the host read the files',
  NOT_FOUND: 'the server says that the files are not there',
  UNAUTH_URL: 'the server wants a user and a password, or refuses the ones given',
  'PROXY AUTH FAILURE': 'the proxy between host and server wants a user and a password',
  REPO_IOERROR: 'the files cannot be read to their end',
  TIMEOUT: 'the server does not answer the host in time',
  ERROR_PREPARING_HOST: 'the host could not prepare its boot loader; its /var/log/SMlog and messages say why',
  NO_TREEINFO: 'the hidden file .treeinfo is not served there',
};

export function installerReason(word: string): string {
  if (word.startsWith('REPO_SERVER_ERROR')) return 'the server failed while the host was reading (5xx)';
  return REASONS[word] ?? `the host says: ${word}`;
}

/** Said before anything on the host is changed: nothing was prepared (xc §2.8). Any other failure may have come afterwards. */
export const isSaidFirst = (word: string): boolean => word in REASONS || word.startsWith('REPO_SERVER_ERROR');

const SCHEMES = ['http:', 'https:', 'ftp:', 'nfs:'];

/** Why this is no URL for a plan; undefined when it is one. Never repeats the URL: there may be a password in it. */
export function urlMistake(url: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(url)) return 'the URL of the installation media is one word without spaces';
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return 'what follows --automatic is no URL; it looks like http://server/xenserver-7.1.2';
  }
  if (parsed.username !== '' || parsed.password !== '' || url.includes('@'))
    return 'a URL with a user or password in it is not taken: everybody could read it in the plan; set `installer` for the pool in pools.yaml';
  if (!SCHEMES.includes(parsed.protocol))
    return 'the installation media are at an http, https, ftp or nfs URL';
  return undefined;
}
