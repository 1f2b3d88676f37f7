/** CloudStack's management servers over SSH: services through systemd, backups on one of them. Allow-listed lines only. */
import { Malformed, Refused } from '../domain/errors';
import type { ManagementServers } from '../ports';
import { backups } from './backup/backup';
import {
  isActive,
  startUnit,
  stopUnit,
  UNITS,
  type BackupPlace,
  type Command,
  type Unit,
} from './ssh/commands';
import type { SshAnswer, SshTarget, SshTransport } from './ssh/transport';

/** Every line but the reading of dumps answers at once; systemd takes stop and start as jobs. */
const CALL_SECONDS = 20;

export interface ManagementServersOptions {
  readonly servers: readonly { readonly name: string; readonly target: SshTarget }[];
  readonly transport: SshTransport;
  readonly backup: BackupPlace & {
    /** Machine that runs mysqldump: a management server by name, or the database server's own. */
    readonly server: string;
    readonly target: SshTarget;
  };
  readonly signal?: AbortSignal;
}

/** cs §12.1, §11. `service` gives systemd's word; an unknown unit is Refused. */
export function managementServers(options: ManagementServersOptions): ManagementServers {
  const exec = (target: SshTarget, command: Command, seconds = CALL_SECONDS): Promise<SshAnswer> => {
    const deadline = AbortSignal.timeout(seconds * 1000);
    const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
    return options.transport.exec(target, command, { signal });
  };
  const targetOf = (server: string): SshTarget => {
    const known = options.servers.find((candidate) => candidate.name === server);
    if (!known) throw new Error(`No management server is called ${server}`);
    return known.target;
  };
  const order = async (server: string, unit: Unit, command: Command): Promise<void> => {
    const answer = await exec(targetOf(server), command);
    if (answer.code !== 0) throw refused(server, unit, command, answer);
  };

  return {
    names: options.servers.map((server) => server.name),
    async service(server, unit) {
      const answer = await exec(targetOf(server), isActive(unit));
      // is-active says the word on stdout and ends with 3 for anything but active.
      const word = answer.stdout.trim();
      if (!/^[a-z]+$/.test(word))
        throw new Malformed(`${server} over SSH`, `systemctl gave no state of ${UNITS[unit]}`);
      return word;
    },
    stop: (server, unit) => order(server, unit, stopUnit(unit)),
    start: (server, unit) => order(server, unit, startUnit(unit)),
    ...backups(options.backup.server, options.backup, (command, seconds) =>
      exec(options.backup.target, command, seconds),
    ),
  };
}

function refused(server: string, unit: Unit, command: string, answer: SshAnswer): Refused {
  return new Refused(
    {
      code: 'SERVICE_REFUSED',
      what: `systemd on ${server} refused: ${command}.`,
      why: answer.stderr.trim().split('\n')[0] || `It ended with code ${answer.code}.`,
      doThis: [
        `On ${server}: systemctl status ${UNITS[unit]}`,
        `On ${server}: journalctl -u ${UNITS[unit]} -n 50`,
      ],
    },
    String(answer.code),
  );
}
