/** The machines that answer SSH: dom0 of every host, and the management servers with their files. */
import type { CloudStackSide } from '../cloudstack/side';
import type { SimHost, SimManagementServer } from '../model';
import { bootFiles } from './boot-files';
import { diskOf, Files, type Disk, type File } from './disk';
import { withDom0Files } from './dom0-files';

export interface Process {
  /** Its whole command line, as pgrep -f reads it. */
  readonly line: string;
}

export type Machine =
  | {
      readonly kind: 'dom0';
      readonly name: string;
      readonly host: SimHost;
      /** CloudStack's directory. */
      readonly bin: string;
    }
  | {
      readonly kind: 'management';
      readonly name: string;
      readonly server: SimManagementServer;
      readonly files: Files;
      /** Of the file system that backups go to. */
      readonly diskMib: number;
      readonly freeMib: number;
      readonly processes: Set<Process>;
    };

export interface SshSide {
  readonly source: CloudStackSide;
  readonly machines: readonly Machine[];
}

/** CloudStack's configuration with the `key` that decrypts the database's secrets (cs §11.1), and what mysqldump logs in with. */
const CONFIGURATION: Readonly<Record<string, string>> = {
  '/etc/cloudstack/management/db.properties': 'db.cloud.name=cloud\ndb.usage.name=cloud_usage\n',
  '/etc/cloudstack/management/key': 'simulated-key\n',
  '/etc/cloudstack/management/server.properties': 'http.port=8080\n',
  '/etc/cloudstack/management/environment.properties': 'paths.script=/usr/share/cloudstack-common\n',
  // User and password of the backup user, as mysqldump's --defaults-extra-file takes them (cs §11.2).
  '/root/.xsupgrade-backup.cnf': '[client]\nuser=backup\npassword=simulated\n',
  '/etc/cloudstack/usage/db.properties': 'db.usage.name=cloud_usage\n',
};

export function sshSide(source: CloudStackSide): SshSide {
  const { cloud } = source;
  const hosts = cloud.pools.flatMap((pool) => pool.hosts);
  return {
    source,
    machines: [
      ...hosts.map((host): Machine => ({
        kind: 'dom0',
        name: host.name,
        host,
        bin: source.profile.bin,
      })),
      ...cloud.managementServers.map((server): Machine => ({
        kind: 'management',
        name: server.name,
        server,
        files: installed(Math.floor(server.startedAt / 1000)),
        diskMib: 40 * 1024,
        freeMib: server.freeMib,
        processes: new Set(),
      })),
    ],
  };
}

function installed(at: number): Files {
  const files = new Files();
  for (const [path, content] of Object.entries(CONFIGURATION)) {
    files.makeDirectory(path.slice(0, path.lastIndexOf('/')), true);
    files.write(path, content, at);
  }
  return files;
}

/** Found by the address that XAPI and CloudStack know it under, port 22. */
export function machineAt(
  side: SshSide,
  target: { readonly host: string; readonly port: number },
): Machine | undefined {
  if (target.port !== 22) return undefined;
  return side.machines.find((machine) => addressOf(machine) === target.host);
}

export const addressOf = (machine: Machine): string =>
  machine.kind === 'dom0' ? machine.host.address : machine.server.address;

/** sshd runs from the end of dom0's boot until the machine goes down, whatever xapi does (xapi §2.3). */
export const answersSsh = (machine: Machine): boolean =>
  machine.kind === 'management' || ['up', 'starting', 'xapi-down'].includes(machine.host.phase);

/** Some of what SetupCommand copies (cs §8.4). */
const SCRIPTS = [
  'check_heartbeat.sh',
  'launch_hb.sh',
  'setup_heartbeat_file.sh',
  'setup_heartbeat_sr.sh',
  'xenheartbeat.sh',
];

/** dom0's files follow from the host's state: a new root file system has none of CloudStack's. */
export function diskOfMachine(machine: Machine): Disk {
  if (machine.kind === 'management') return machine.files;
  const { host, bin } = machine;
  const files: Record<string, File> = {
    // XenServer's own, beside which CloudStack put its files until 4.1
    '/opt/xensource/bin/fix_firewall.sh': { content: '#!/bin/bash\n', mtime: host.bootTime + 1 },
    '/etc/hosts': { content: '127.0.0.1 localhost\n', mtime: host.bootTime },
    ...bootFiles(host),
  };
  if (host.scriptsAt > 0)
    for (const script of SCRIPTS)
      files[`${bin}/${script}`] = { content: '#!/bin/bash\n', mtime: host.scriptsAt };
  if (host.scriptsAt > 0 && host.heartbeat.srs.length > 0)
    files[`${bin}/heartbeat`] = { content: heartbeatFile(host), mtime: host.heartbeat.writtenAt };
  return withDom0Files(host, diskOf(files), diskOf);
}

/** setup_heartbeat_file.sh writes a path of a file; setup_heartbeat_sr.sh that of a volume. */
const heartbeatFile = (host: SimHost): string =>
  host.heartbeat.srs
    .map((uuid) => {
      const isBlock = host.pool.srs.find((sr) => sr.uuid === uuid)?.type.startsWith('lvm') ?? false;
      return isBlock
        ? `/dev/VG_XenStorage-${uuid}/hb-${host.uuid}\n`
        : `/var/run/sr-mount/${uuid}/hb-${host.uuid}\n`;
    })
    .join('');

export function processesOf(machine: Machine): readonly Process[] {
  if (machine.kind === 'management') return [...machine.processes];
  const { host, bin } = machine;
  const heartbeat = { line: `/bin/bash ${bin}/xenheartbeat.sh ${host.uuid} 120 60` };
  return [{ line: '/usr/sbin/sshd -D' }, ...(host.heartbeat.running ? [heartbeat] : [])];
}
