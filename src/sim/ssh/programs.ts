/** The programs that the pretend machines have: each as its manual says, and nothing beyond what is sent here. */
import { startManagement, startUsage, stopManagement, stopUsage } from '../cloudstack/services';
import { mysql, mysqldump, tar } from './backup-programs';
import { digestOf } from './dom0-files';
import { DOM0_PROGRAMS, rpm } from './dom0-programs';
import { grubEditenv, rm, sedInPlace } from './boot-programs';
import { diskOfMachine } from './machines';
import { failed, fullPath, ok, onFile, optionValue, type Program, type Result, type Shell } from './program';

const UNIT_NAMES = { 'cloudstack-management': 'management', 'cloudstack-usage': 'usage' } as const;

function systemctl(shell: Shell, parameters: readonly string[]): Result {
  const [verb, unit = ''] = parameters.filter((word) => !word.startsWith('-'));
  const { machine, side, by } = shell;
  const service = isUnit(unit) ? UNIT_NAMES[unit] : undefined;
  if (machine.kind !== 'management' || service === undefined)
    return verb === 'is-active'
      ? { code: 3, out: 'inactive\n', err: '' }
      : failed(5, `Failed to ${verb} ${unit}.service: Unit ${unit}.service not found.`);
  const { server } = machine;
  if (verb === 'is-active')
    return { code: server[service] === 'active' ? 0 : 3, out: `${server[service]}\n`, err: '' };
  const { source } = side;
  if (verb === 'stop') {
    if (service === 'management') stopManagement(source, server, by);
    else stopUsage(server);
  } else if (verb === 'start') {
    if (service === 'management') startManagement(source, server);
    else startUsage(server);
  } else return failed(1, `Unknown operation ${verb}.`);
  return ok();
}

const isUnit = (unit: string): unit is keyof typeof UNIT_NAMES => unit in UNIT_NAMES;

/** `-name '*.sh'` as a shell pattern: only the star is special. */
const pattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

function find(shell: Shell, parameters: readonly string[]): Result {
  const firstOption = parameters.findIndex((word) => word.startsWith('-'));
  const roots = parameters.slice(0, firstOption < 0 ? undefined : firstOption);
  const disk = diskOfMachine(shell.machine);
  const isThere = (root: string): boolean => disk.isDirectory(root);
  const missing = roots.filter((root) => !isThere(root));
  const found = roots.filter(isThere).flatMap((root) => below(shell, root, parameters));
  const result = foundBy(shell, parameters, found);
  return {
    code: missing.length > 0 || result.code !== 0 ? 1 : 0,
    out: result.out,
    err: missing.map((root) => `find: ‘${root}’: No such file or directory\n`).join('') + result.err,
  };
}

/** `-exec PROGRAM '{}' +`, or one format for each. */
function foundBy(shell: Shell, parameters: readonly string[], paths: readonly string[]): Result {
  const exec = parameters.indexOf('-exec');
  if (exec >= 0) {
    const [name = '', ...options] = parameters.slice(exec + 1, -2);
    const run = name === 'rpm' ? rpm : name === 'sha256sum' ? sha256sum : undefined;
    if (!run) return failed(1, `find: ‘${name}’: No such file or directory`);
    return paths.length === 0 ? ok() : run(shell, [...options, ...paths]);
  }
  const disk = diskOfMachine(shell.machine);
  const format = optionValue(parameters, '-printf') ?? '%p\\n';
  return ok(
    paths
      .map((path) =>
        format
          .replaceAll('%T@', () => `${disk.read(path)!.mtime}.0000000000`)
          .replaceAll('%p', path)
          .replaceAll('\\n', '\n'),
      )
      .join(''),
  );
}

function below(shell: Shell, root: string, parameters: readonly string[]): readonly string[] {
  const least = Number(optionValue(parameters, '-mindepth') ?? 0);
  const most = Number(optionValue(parameters, '-maxdepth') ?? Infinity);
  const name = optionValue(parameters, '-name');
  const not = parameters.includes('-not') ? optionValue(parameters, '-path') : undefined;
  return diskOfMachine(shell.machine)
    .below(root)
    .filter((path) => {
      const depth = path.slice(root.length).split('/').length - 1;
      return depth >= least && depth <= most;
    })
    .filter((path) => name === undefined || pattern(name).test(path.slice(path.lastIndexOf('/') + 1)))
    .filter((path) => not === undefined || !pattern(not).test(path));
}

function sha256sum(shell: Shell, paths: readonly string[]): Result {
  const disk = diskOfMachine(shell.machine);
  const answers = paths.map((path) => {
    const file = disk.read(fullPath(shell, path));
    return file
      ? ok(`${digestOf(file)}  ${fullPath(shell, path)}\n`)
      : failed(1, `sha256sum: ${path}: No such file or directory`);
  });
  return {
    code: answers.some(({ code }) => code !== 0) ? 1 : 0,
    out: answers.map(({ out }) => out).join(''),
    err: answers.map(({ err }) => err).join(''),
  };
}

/** `-c` counts, `-v` turns the choice round; of character classes only that of spaces is spelled otherwise here. */
function grep(shell: Shell, parameters: readonly string[]): Result {
  const flags = parameters.filter((word) => /^-[a-zA-Z]+$/.test(word)).join('');
  const wanted = new RegExp((parameters.at(-2) ?? '').replaceAll('[[:space:]]', '\\s'));
  const counts = flags.includes('c');
  let matches = 0;
  const result = onFile(shell, 'grep', parameters, (content) => {
    const lines = content.replace(/\n$/, '').split('\n');
    const chosen = lines.filter((line) => wanted.test(line) !== flags.includes('v'));
    matches = chosen.length;
    return counts ? `${matches}\n` : chosen.map((line) => `${line}\n`).join('');
  });
  if (result.code !== 0) return { ...result, code: 2 };
  return { ...result, code: matches === 0 ? 1 : 0 };
}

/** `-e '/a/p'` prints matching lines, `-e '/a/,/b/p'` from one to the other. */
function sed(shell: Shell, parameters: readonly string[]): Result {
  const scripts = parameters.flatMap((word, index) => (parameters[index - 1] === '-e' ? [word] : []));
  const rules = scripts.map((script) => {
    const [, from = '', to] = /^\/(.+?)\/(?:,\/(.+)\/)?p$/.exec(script) ?? [];
    return { from: new RegExp(from), to: to === undefined ? undefined : new RegExp(to), on: false };
  });
  return onFile(shell, 'sed', parameters, (content) =>
    content
      .split('\n')
      .flatMap((line) =>
        rules.flatMap((rule) => {
          const begins = !rule.on && rule.from.test(line);
          const prints = begins || rule.on;
          // The end of a range is looked for from the line after its beginning.
          if (rule.to) rule.on = begins || (rule.on && !rule.to.test(line));
          return prints ? [`${line}\n`] : [];
        }),
      )
      .join(''),
  );
}

function makeDirectories(shell: Shell, parameters: readonly string[]): Result {
  const { machine } = shell;
  const path = fullPath(shell, parameters.at(-1) ?? '');
  if (machine.kind !== 'management')
    return failed(1, `mkdir: cannot create directory ‘${path}’: Read-only file system`);
  const parents = parameters.includes('-p');
  const made = machine.files.makeDirectory(path, parents);
  if (made === 'exists' && !parents)
    return failed(1, `mkdir: cannot create directory ‘${path}’: File exists`);
  if (made === 'no-parent')
    return failed(1, `mkdir: cannot create directory ‘${path}’: No such file or directory`);
  return ok();
}

function move(shell: Shell, parameters: readonly string[]): Result {
  const [from = '', to = ''] = parameters.filter((word) => word !== '-T');
  const moved = shell.machine.kind === 'management' && shell.machine.files.rename(from, to);
  return moved ? ok() : failed(1, `mv: cannot move '${from}' to '${to}'`);
}

export const PROGRAMS: Readonly<Record<string, Program>> = {
  ...DOM0_PROGRAMS,
  cat: (shell, words) => onFile(shell, 'cat', words, (content) => content),
  date: ({ machine, side }) => {
    const ahead = machine.kind === 'management' ? machine.server.clockSkewSeconds : 0;
    return ok(`${Math.floor(side.source.cloud.time.now() / 1000) + ahead}\n`);
  },
  'grub-editenv': grubEditenv,
  echo: (_shell, words) => ok(`${words.join(' ')}\n`),
  find,
  grep,
  head: (shell, words) =>
    onFile(shell, 'head', words, (content) => content.slice(0, Number(optionValue(words, '-c') ?? 1000))),
  hostname: (shell) => ok(`${shell.machine.name}\n`),
  mkdir: makeDirectories,
  mv: move,
  mysql,
  mysqldump,
  pgrep: () => ok(),
  printf: (_shell, words) => ok(words.at(-1)),
  rm,
  sed: (shell, words) => (words[0] === '-i' ? sedInPlace(shell, words) : sed(shell, words)),
  sha256sum,
  stat: (shell, words) => onFile(shell, 'stat', words, (content) => `${Buffer.byteLength(content)}\n`),
  systemctl,
  tail: (shell, words) =>
    onFile(shell, 'tail', words, (content) => content.slice(-Number(optionValue(words, '-c') ?? 1000))),
  tar,
  test: (shell, words) => {
    const disk = diskOfMachine(shell.machine);
    const path = words.at(-1) ?? '';
    const is = disk.isDirectory(path) || (words[0] === '-e' && disk.read(path) !== undefined);
    return { code: is ? 0 : 1, out: '', err: '' };
  },
  true: () => ok(),
  umask: () => ok(),
};
