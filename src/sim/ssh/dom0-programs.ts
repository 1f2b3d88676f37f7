/** Programs that only dom0 is asked for, as their manuals say, and nothing beyond what is sent here. */
import type { TimeSync } from '../../domain/dom0';
import { compareVersions } from '../../domain/version';
import { mountOf, PACKAGED } from './dom0-files';
import { diskOfMachine } from './machines';
import { failed, ok, onFile, type Program, type Result, type Shell } from './program';

/** `-P -k`: one row for each path, in the order asked for. */
export function df(shell: Shell, parameters: readonly string[]): Result {
  const { machine } = shell;
  const header = 'Filesystem         1024-blocks      Used Available Capacity Mounted on\n';
  const rows: string[] = [];
  const missing: string[] = [];
  for (const path of parameters.filter((word) => !word.startsWith('-'))) {
    const row =
      machine.kind === 'dom0'
        ? mountOf(machine.host, path)
        : machine.files.isDirectory(path)
          ? { device: '/dev/vda1', sizeMib: machine.diskMib, freeMib: machine.freeMib, mount: '/' }
          : undefined;
    if (!row) {
      missing.push(`df: ${path}: No such file or directory\n`);
      continue;
    }
    const { device, sizeMib, freeMib, mount } = row;
    const used = Math.max(0, sizeMib - freeMib);
    rows.push(
      `${device} ${sizeMib * 1024} ${used * 1024} ${freeMib * 1024} ${Math.round((used / sizeMib) * 100)}% ${mount}\n`,
    );
  }
  return {
    code: missing.length > 0 ? 1 : 0,
    out: rows.length > 0 ? header + rows.join('') : '',
    err: missing.join(''),
  };
}

/** `-qf`: the package of each file, or that none owns it. */
export function rpm(shell: Shell, parameters: readonly string[]): Result {
  const disk = diskOfMachine(shell.machine);
  const answers = parameters.slice(1).map((path) => {
    const owner = PACKAGED[path];
    if (owner !== undefined) return { known: true, says: owner };
    return {
      known: false,
      says: disk.read(path)
        ? `file ${path} is not owned by any package`
        : `error: file ${path}: No such file or directory`,
    };
  });
  return {
    code: answers.filter(({ known }) => !known).length,
    out: answers.map(({ says }) => `${says}\n`).join(''),
    err: '',
  };
}

/** Second and third field of the lines of fstab. */
export const awk: Program = (shell, parameters) =>
  parameters[0] !== '$1 !~ /^#/ && NF > 2 { print $2, $3 }'
    ? failed(2, 'awk: this program is not understood here')
    : onFile(shell, 'awk', parameters, (content) =>
        content
          .split('\n')
          .map((line) => line.trim().split(/\s+/))
          .filter((fields) => fields.length > 2 && !fields[0]!.startsWith('#'))
          .map(([, mount, type]) => `${mount} ${type}\n`)
          .join(''),
      );

/** Version 2 tells its version on stderr. */
const python =
  (wanted: '' | '2' | '3'): Program =>
  ({ machine }) => {
    const all = machine.kind === 'dom0' ? machine.host.dom0.pythons : ['3.9.2'];
    const version = all.find((one) => one.startsWith(wanted));
    if (version === undefined) return failed(127, `sh: python${wanted}: command not found`);
    const says = `Python ${version}\n`;
    return version.startsWith('2') ? { code: 0, out: '', err: says } : ok(says);
  };

/** From 8.0 on dom0 has chrony, before that ntpd. */
const hasChrony: (shell: Shell) => boolean = ({ machine }) =>
  machine.kind !== 'dom0' || compareVersions(machine.host.version, '8.0') >= 0;
const timeSyncOf = ({ machine }: Shell): TimeSync =>
  machine.kind === 'dom0' ? machine.host.dom0.timeSync : 'synchronised';

const TIME_SERVER = '10.0.0.123';

export const chronyc: Program = (shell) => {
  if (!hasChrony(shell)) return failed(127, 'sh: chronyc: command not found');
  const state = timeSyncOf(shell);
  if (state === 'off') return { code: 1, out: '506 Cannot talk to daemon\n', err: '' };
  const followed = state === 'synchronised';
  return ok(
    [
      `Reference ID    : ${followed ? '0A00007B' : '00000000'} (${followed ? TIME_SERVER : ''})`,
      `Stratum         : ${followed ? 3 : 0}`,
      `Leap status     : ${followed ? 'Normal' : 'Not synchronised'}`,
      '',
    ].join('\n'),
  );
};

export const ntpq: Program = (shell) => {
  if (hasChrony(shell)) return failed(127, 'sh: ntpq: command not found');
  const state = timeSyncOf(shell);
  if (state === 'off') return { code: 1, out: '', err: '/usr/sbin/ntpq: read: Connection refused\n' };
  return ok(
    [
      '     remote           refid      st t when poll reach   delay   offset  jitter',
      '==============================================================================',
      `${state === 'synchronised' ? '*' : ' '}${TIME_SERVER}      .GPS.            1 u   33   64  377    0.214    0.105   0.041`,
      '',
    ].join('\n'),
  );
};

/** `-I URL -w %{http_code}`: the head of a file of the media. A server that hides files with a dot is a fault of the world. */
const curl: Program = ({ machine, side }, parameters) => {
  if (machine.kind !== 'dom0') return failed(127, 'sh: curl: command not found');
  const url = parameters.at(-1) ?? '';
  const { faults } = side.source.cloud;
  const { name } = machine.host;
  const away = faults
    .list()
    .some(
      ({ call, how, on, nth }) =>
        call === 'world:media' && how === 'fail' && nth === 0 && (on === undefined || on === name),
    );
  const hidden = url.endsWith('/.treeinfo') && faults.strike('world:treeinfo', name) !== undefined;
  return ok(away || hidden ? '404' : '200');
};

export const DOM0_PROGRAMS: Readonly<Record<string, Program>> = {
  awk,
  chronyc,
  curl,
  df,
  ntpq,
  python: python(''),
  python2: python('2'),
  python3: python('3'),
  rpm,
};
