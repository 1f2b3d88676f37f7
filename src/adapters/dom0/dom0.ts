/** dom0 of the hosts over SSH, CloudStack's scripts and heartbeat, what an upgrade may stumble over, what boots next. */
import { Malformed } from '../../domain/errors';
import type { Dom0 } from '../../ports';
import { clock, heartbeatFile, heartbeatProcess, scriptTimes, type Command } from '../ssh/commands';
import type { SshTarget, SshTransport } from '../ssh/transport';
import { lookAt } from './look';
import { mediaFiles } from './media-files';
import { keepPartitions, readNextBoot, takeBackInstaller } from './next-boot';

/** Four small reads; a host that needs longer is not well. */
const CALL_SECONDS = 15;
/** Eleven reads, one of which counts files: planning waits for no host any longer. */
const LOOK_SECONDS = 20;

export interface Dom0Host {
  readonly uuid: string;
  readonly name: string;
  readonly target: SshTarget;
}

/** cs §8.4, facts 14 and 15; seeds 003 and 004. `agent` throws Unreachable, NotSent, WrongKey, Malformed. */
export function dom0(options: {
  readonly hosts: readonly Dom0Host[];
  readonly transport: SshTransport;
  /** The login that the media server wants: the plugin is given it, a shell never is. */
  readonly media?: object | undefined;
}): Dom0 {
  const { hosts, transport, media } = options;
  const hostOf = (hostUuid: string): Dom0Host => {
    const host = hosts.find((candidate) => candidate.uuid === hostUuid);
    if (!host) throw new Error(`SSH is not configured for the host ${hostUuid}`);
    return host;
  };
  const within =
    (host: Dom0Host, seconds: number) =>
    (command: Command): ReturnType<SshTransport['exec']> =>
      transport.exec(host.target, command, { signal: AbortSignal.timeout(seconds * 1000) });
  return {
    configured: hosts.map((host) => host.uuid),
    nextBoot(hostUuid) {
      const host = hostOf(hostUuid);
      return readNextBoot(host.name, within(host, CALL_SECONDS));
    },
    async mediaFiles(hostUuid, url) {
      const host = hostOf(hostUuid);
      // on a command line everybody on the host could read it
      if (media) return { unseen: 'the server wants a password, which is put on no command line' };
      return mediaFiles(url, within(host, LOOK_SECONDS));
    },
    keepPartitions(hostUuid) {
      const host = hostOf(hostUuid);
      return keepPartitions(host.name, within(host, CALL_SECONDS));
    },
    takeBackInstaller(hostUuid, ownEntry) {
      const host = hostOf(hostUuid);
      return takeBackInstaller(host.name, ownEntry, within(host, CALL_SECONDS));
    },
    async agent(hostUuid, bin = '/opt/cloud/bin') {
      const host = hostOf(hostUuid);
      const signal = AbortSignal.timeout(CALL_SECONDS * 1000);
      const run = (command: Command) => transport.exec(host.target, command, { signal });
      const [scripts, process, file, date] = await Promise.all([
        run(scriptTimes(bin)),
        run(heartbeatProcess),
        run(heartbeatFile(bin)),
        run(clock),
      ]);
      const now = Number(date.stdout.trim());
      if (date.code !== 0 || !Number.isInteger(now))
        throw new Malformed(`SSH on ${host.name}`, 'date gave no time');
      return {
        scriptsAt: newest(scripts.stdout),
        heartbeatRunning: process.code === 0,
        heartbeatSrs: file.code === 0 ? srsOf(file.stdout) : [],
        clock: now,
      };
    },
    async look(hostUuid) {
      const host = hostOf(hostUuid);
      const signal = AbortSignal.timeout(LOOK_SECONDS * 1000);
      // each command listens to a signal of its own; eleven listeners on one look like a leak
      return lookAt(host, (command) =>
        transport.exec(host.target, command, { signal: AbortSignal.any([signal]) }),
      );
    },
  };
}

const newest = (times: string): number =>
  Math.floor(
    Math.max(
      0,
      ...times
        .split('\n')
        .map(Number)
        .filter((time) => Number.isFinite(time)),
    ),
  );

/** `/var/run/sr-mount/<sr>/hb-<host>` on file storage, `/dev/VG_XenStorage-<sr>/hb-<host>` on block storage. */
function srsOf(file: string): readonly string[] {
  const named = [...file.matchAll(/(?:sr-mount\/|VG_XenStorage-)([0-9a-f-]{36})\//g)].map(
    (match) => match[1]!,
  );
  return [...new Set(named)].toSorted();
}
