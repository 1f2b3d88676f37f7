/** Where backups go on the machine that runs mysqldump (cs §11.1, §11.2). */
import type { BackupPlace } from '../ssh/commands';

export const backupPlace: BackupPlace = {
  directory: '/var/backups/xsupgrade',
  defaultsFile: '/root/.xsupgrade-backup.cnf',
  configuration: '/etc/cloudstack',
};
