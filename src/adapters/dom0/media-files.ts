/** Whether dom0 reaches the installer's files at a URL: their heads are asked for, nothing is downloaded (xc R34). */
import { installerReason, TREEINFO, type MediaFiles } from '../../domain/installer';
import { mediaHead, type Command } from '../ssh/commands';
import type { SshAnswer } from '../ssh/transport';

/** What the plugin tests as well, and the hidden file that it does not (xc §2.8). */
const FILES = [TREEINFO, 'install.img', 'boot/vmlinuz', 'boot/xen.gz'];

/** curl's exit codes: why nothing was answered. */
const EXITS: Readonly<Record<number, string>> = {
  6: 'the host does not know the name of the server',
  7: 'the server takes no connection',
  9: 'the server does not let the host in there',
  19: installerReason('NOT_FOUND'),
  28: installerReason('TIMEOUT'),
  35: 'host and server speak no TLS that both know',
  51: 'the host does not trust the certificate of the server',
  60: 'the host does not trust the certificate of the server',
  67: installerReason('UNAUTH_URL'),
  78: installerReason('NOT_FOUND'),
};
/** 127: the shell knows no such program. */
const NO_CURL = 127;

export async function mediaFiles(
  url: string,
  run: (command: Command) => Promise<SshAnswer>,
): Promise<MediaFiles> {
  const { protocol } = new URL(url);
  if (protocol === 'nfs:') return { unseen: 'an nfs URL is read by the plugin only' };
  const answers = await Promise.all(
    FILES.map(async (file) => ({ file, answer: await run(mediaHead(url, file)) })),
  );
  if (answers.some(({ answer }) => answer.code === NO_CURL)) return { unseen: 'its dom0 has no curl' };
  return {
    missing: answers.flatMap(({ file, answer }) => {
      const why = whyNot(protocol, answer);
      return why === undefined ? [] : [{ file, why }];
    }),
  };
}

/** Undefined: it is there. FTP has no status, only curl's own word. */
function whyNot(protocol: string, { code, stdout }: SshAnswer): string | undefined {
  if (code !== 0) return EXITS[code] ?? `curl ended with ${code}`;
  if (protocol === 'ftp:') return undefined;
  const status = Number(stdout.trim());
  if (status >= 200 && status < 300) return undefined;
  if (status >= 500) return `the server failed (${status})`;
  switch (status) {
    case 401:
      return installerReason('UNAUTH_URL');
    case 403:
      return installerReason('FORBIDDEN');
    case 404:
      return installerReason('NOT_FOUND');
    case 407:
      return installerReason('PROXY AUTH FAILURE');
    default:
      return `the server answers ${stdout.trim() === '' ? 'nothing' : stdout.trim()}`;
  }
}
