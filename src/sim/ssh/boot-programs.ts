/** Programs that change what a host boots next, and whether its partitions stay (xc §2.8). */
import type { SimHost } from '../model';
import { EXTLINUX, grubOf, hasGrub, INSTALLER_ENTRY, variablesOf } from './boot-files';
import { failed, ok, type Result, type Shell } from './program';

const MARK = '/var/preserve/safe2upgrade';

function noInstaller(host: SimHost): Result {
  host.boot = {};
  host.prepared = false;
  delete host.nextVersion;
  return ok();
}

const hostOf = ({ machine }: Shell): SimHost | undefined =>
  machine.kind === 'dom0' ? machine.host : undefined;

/** `rm -f PATH`: of what there is here, only the mark. */
export function rm(shell: Shell, parameters: readonly string[]): Result {
  const host = hostOf(shell);
  if (!host || parameters.join(' ') !== `-f ${MARK}`) return failed(127, 'sh: rm: command not found');
  host.dom0 = { ...host.dom0, safe2upgrade: false };
  return ok();
}

/** `grub-editenv FILE unset override_entry`. */
export function grubEditenv(shell: Shell, [file, verb, name]: readonly string[]): Result {
  const host = hostOf(shell);
  if (!host || !hasGrub(host) || file !== variablesOf(host))
    return failed(1, `grub-editenv: error: cannot open \`${file}': No such file or directory.`);
  if (verb !== 'unset' || name !== 'override_entry')
    return failed(1, 'grub-editenv: error: unknown command.');
  return host.boot.installer === 'once' ? noInstaller(host) : ok();
}

/** `sed -i 's/^default .*\/default xe/' FILE` and its like for GRUB: another entry boots by default. */
export function sedInPlace(shell: Shell, parameters: readonly string[]): Result {
  const [script = '', file = ''] = parameters.filter((word) => word !== '-i');
  const host = hostOf(shell);
  const wanted = host && hasGrub(host) ? grubOf(host) : EXTLINUX;
  if (!host || file !== wanted) return failed(2, `sed: can't read ${file}: No such file or directory`);
  const entry = /^s\/\^(?:default |set default=)\.\*\/(?:default |set default=)(\S+)\/$/.exec(script)?.[1];
  if (entry === undefined) return failed(1, `sed: -e expression #1: unknown command`);
  const isInstaller = entry === 'upgrade' || entry === String(INSTALLER_ENTRY);
  return host.boot.installer === 'default' && !isInstaller ? noInstaller(host) : ok();
}
