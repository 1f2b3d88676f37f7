/** What an installer finds on a host's system disk, and what it leaves there (seeds 003, 004; xc §2.8). */
import { afterInstaller } from './dom0';
import type { SimHost } from './model';

/** Storage of this host alone that the installer, or somebody, made on its own disks. */
export const isLocal = (host: SimHost, sr: string): boolean =>
  host.pool.srs.some((one) => one.uuid === sr && !one.shared && ['lvm', 'ext'].includes(one.type));

/** What an installer leaves: its entry is used up, and with the mark on an old layout the disk is another one. */
export function afterInstalling(host: SimHost, version: string, succeeded: boolean): void {
  delete host.nextVersion;
  host.prepared = false;
  host.boot = {};
  if (!succeeded) return;
  const { layout } = host.dom0.disk;
  host.dom0 = afterInstaller(host.dom0, version);
  if (host.dom0.disk.layout !== layout) host.pbds = host.pbds.filter((pbd) => !isLocal(host, pbd.sr));
}
