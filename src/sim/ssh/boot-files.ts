/** dom0's boot loader: its files as the host's state has them (xc §2.8). */
import { compareVersions } from '../../domain/version';
import type { SimHost } from '../model';
import type { File } from './disk';

export const EXTLINUX = '/boot/extlinux.conf';
/** GRUB's own files: with UEFI on the system partition of the firmware. */
const directoryOf = ({ firmware }: SimHost): string =>
  firmware === 'efi' ? '/boot/efi/EFI/xenserver' : '/boot/grub';
export const grubOf = (host: SimHost): string => `${directoryOf(host)}/grub.cfg`;
export const variablesOf = (host: SimHost): string => `${directoryOf(host)}/grubenv`;
/** GRUB numbers entries: the installer's is the last. */
export const INSTALLER_ENTRY = 3;

export const hasGrub = ({ version }: SimHost): boolean => compareVersions(version, '7.0') >= 0;

export function bootFiles(host: SimHost): Readonly<Record<string, File>> {
  const { installer } = host.boot;
  const mtime = host.bootTime;
  if (!hasGrub(host)) {
    const labels = ['xe', 'xe-serial', 'safe', 'fallback', ...(installer ? ['upgrade'] : [])];
    const content = [
      'serial 0 115200',
      `default ${installer ? 'upgrade' : 'xe'}`,
      'prompt 1',
      ...labels.flatMap((label) => ['', `label ${label}`, '  kernel mboot.c32']),
    ].join('\n');
    return { [EXTLINUX]: { content: `${content}\n`, mtime } };
  }
  const titles = [
    host.brand,
    `${host.brand} (Serial)`,
    `${host.brand} in Safe Mode`,
    ...(installer ? ['Rolling pool upgrade'] : []),
  ];
  const content = [
    `set default=${installer === 'default' ? INSTALLER_ENTRY : 0}`,
    'set timeout=5',
    ...titles.map((title) => `menuentry '${title}' {\n\tmultiboot2 /boot/xen.gz\n}`),
  ].join('\n');
  const variables = `# GRUB Environment Block\n${installer === 'once' ? `override_entry=${INSTALLER_ENTRY}\n` : ''}`;
  return {
    [grubOf(host)]: { content: `${content}\n`, mtime },
    [variablesOf(host)]: { content: variables, mtime },
  };
}
