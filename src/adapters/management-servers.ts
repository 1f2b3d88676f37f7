/** CloudStack's management servers over SSH: services through systemd, backups on one of them. Allow-listed lines only. */
import { Malformed, NotSent, Refused, Unreachable } from '../domain/errors';
import type { ManagementServers, ServersCondition } from '../ports';
import { backups } from './backup/backup';
import {
  clock,
  databaseBytes,
  isActive,
  spaceFor,
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

  const backupRoom = async (): Promise<ServersCondition['backupRoom']> => {
    const { server, target, directory } = options.backup;
    const source = `${server} over SSH`;
    const [df, bytes] = await Promise.all([
      exec(target, spaceFor(options.backup)),
      exec(target, databaseBytes(options.backup)),
    ]);
    const free = df.stdout
      .split('\n')
      .flatMap((line) => /^\S+\s+\d+\s+\d+\s+(\d+)\s+\d+%\s+\//.exec(line)?.[1] ?? [])
      .at(-1);
    if (free === undefined) throw new Malformed(source, `df did not tell the space of ${directory}`);
    if (bytes.code !== 0 || !/^\d+$/.test(bytes.stdout.trim()))
      throw new Malformed(source, 'the database did not tell its size');
    return {
      server,
      directory,
      freeMib: Math.floor(Number(free) / 1024),
      neededMib: Math.ceil(Number(bytes.stdout) / 1024 ** 2),
    };
  };
  /** The first server is asked before and after the others: a clock between its two answers is right. */
  const skews = async (): Promise<Readonly<Record<string, number>>> => {
    const [first, ...others] = options.servers;
    if (!first) return {};
    const before = await timeOf(first);
    const times = await Promise.all(others.map(async (one) => [one.name, await timeOf(one)] as const));
    const after = await timeOf(first);
    if (before === undefined || after === undefined) return {};
    return Object.fromEntries([
      [first.name, 0] as const,
      ...times.flatMap(([name, time]) =>
        time === undefined ? [] : [[name, aheadOf(time, before, after)] as const],
      ),
    ]);
  };
  const timeOf = async ({ name, target }: ManagementServersOptions['servers'][number]) => {
    try {
      const answer = await exec(target, clock);
      if (answer.code !== 0 || !/^\d+$/.test(answer.stdout.trim()))
        throw new Malformed(`${name} over SSH`, 'date gave no time');
      return Number(answer.stdout);
    } catch (error) {
      // whether a server should answer is another question, and another finding
      if (error instanceof NotSent || error instanceof Unreachable) return undefined;
      throw error;
    }
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
    condition: async () => ({ backupRoom: await backupRoom(), clockSkewSeconds: await skews() }),
    stop: (server, unit) => order(server, unit, stopUnit(unit)),
    start: (server, unit) => order(server, unit, startUnit(unit)),
    ...backups(options.backup.server, options.backup, (command, seconds) =>
      exec(options.backup.target, command, seconds),
    ),
  };
}

/** `date` cuts to the second. */
const aheadOf = (time: number, before: number, after: number): number =>
  time >= before - 1 && time <= after + 1 ? 0 : Math.round(time - (before + after) / 2);

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
