/** One command line on one pretend machine: parsed, struck by faults, run in pool time, logged. */
import type { Strike } from '../faults';
import { SimSocketError } from '../socket-error';
import { parentOf } from './disk';
import { processesOf, type Machine, type SshSide } from './machines';
import { LAST_CODE, parse, ShellSyntax, type Line } from './parse';
import type { Result, Shell } from './program';
import { PROGRAMS } from './programs';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Words that say what is done; the rest is scaffolding and neither logged nor struck. */
const SCAFFOLDING = ['umask', 'cd', 'nohup', 'echo', 'true'];
const CHANGES = /^(systemctl (stop|start|restart)|mkdir|mv|mysqldump|tar -c|printf|rm|grub-editenv|sed -i)/;

/** Runs a command line. Throws SimSocketError for what a fault does to the connection. */
export async function execOn(side: SshSide, machine: Machine, command: string, by: string): Promise<Answer> {
  const shell: Shell = { side, machine, by, detached: false, directory: '/root', code: 0 };
  let line: Line;
  try {
    line = parse(command);
  } catch (error) {
    if (!(error instanceof ShellSyntax)) throw error;
    side.source.cloud.record({
      face: 'ssh',
      call: 'sh',
      on: machine.name,
      by,
      mutates: false,
      ok: false,
      code: '2',
    });
    return { code: 2, stdout: '', stderr: `sh: ${error.message}\n` };
  }
  return run(shell, line);
}

async function run(shell: Shell, line: Line): Promise<Answer> {
  const nothing: Answer = { code: 0, stdout: '', stderr: '' };
  if (line.kind === 'simple') return simple(shell, line.words, line.to);
  if (line.kind === 'background') {
    background(shell, line.line);
    return nothing;
  }
  if (line.kind === 'and') {
    const first = await run(shell, line.first);
    return first.code === 0 ? joined(first, await run(shell, line.next)) : first;
  }
  let answer = nothing;
  for (const one of line.lines) answer = joined(answer, await run(shell, one));
  return answer;
}

const joined = (a: Answer, b: Answer): Answer => ({
  code: b.code,
  stdout: a.stdout + b.stdout,
  stderr: a.stderr + b.stderr,
});

/** Lives on without the connection; pgrep sees it until it ends. */
function background(shell: Shell, line: Line): void {
  const { machine } = shell;
  if (machine.kind !== 'management' || line.kind !== 'simple') return;
  const process = { line: line.words.filter((word) => word !== 'nohup').join(' ') };
  machine.processes.add(process);
  void run({ ...shell, detached: true }, line).finally(() => machine.processes.delete(process));
}

async function simple(
  shell: Shell,
  given: readonly string[],
  to: { readonly out?: string; readonly err?: string },
): Promise<Answer> {
  const words = given.map((word) => word.replaceAll(LAST_CODE, String(shell.code)));
  const [name = '', ...parameters] = words;
  if (name === 'nohup') return simple(shell, parameters, to);
  if (name === 'sh' && parameters[0] === '-c') return run(shell, parse(parameters[1] ?? ''));
  if (name === 'cd') {
    shell.directory = parameters[0] ?? '/root';
    return { code: 0, stdout: '', stderr: '' };
  }
  const isScaffolding = SCAFFOLDING.includes(name) || parameters[0] === '--version';
  const result = isScaffolding ? program(shell, words, undefined) : await struck(shell, words);
  const done = await result;
  shell.code = done.code;
  return redirected(shell, done, to);
}

/** First words without options: `systemctl stop cloudstack-management`, `mysqldump`, `find /opt/cloud/bin`. */
export function callOf(words: readonly string[]): string {
  const [name = '', ...parameters] = words;
  const plain = parameters.filter((word) => !word.startsWith('-'));
  if (name === 'systemctl') return [name, ...plain.slice(0, 2)].join(' ');
  if (name === 'sed' && parameters[0] === '-i') return 'sed -i';
  if (name === 'tar') return `tar ${parameters[0]?.slice(0, 2) ?? ''}`;
  return name;
}

async function struck(shell: Shell, words: readonly string[]): Promise<Result> {
  const { cloud } = shell.side.source;
  const call = callOf(words);
  const mutates = CHANGES.test(call);
  const strike = strikeOn(shell, call);
  const log = (result: Result | SimSocketError): void =>
    cloud.record({
      face: 'ssh',
      call,
      on: shell.machine.name,
      by: shell.by,
      mutates,
      ok: !(result instanceof SimSocketError) && result.code === 0,
      ...(result instanceof SimSocketError
        ? { code: result.kind }
        : result.code !== 0 && { code: String(result.code) }),
    });
  const broken = (kind: SimSocketError['kind']): SimSocketError => {
    const error = new SimSocketError(kind);
    log(error);
    return error;
  };
  if (strike?.how === 'slow') await cloud.time.sleep(strike.seconds ?? 0);
  if (strike?.how === 'hang') {
    if (!shell.detached) throw broken('hang');
    await new Promise(() => undefined);
  }
  if (strike?.how === 'lose-request' && !shell.detached) throw broken('reset');
  const result = await program(shell, words, strike);
  if (strike?.how === 'lose-answer' && !shell.detached) throw broken('reset');
  if (strike?.how === 'truncate' && !shell.detached) throw broken('truncate');
  log(result);
  return strike?.how === 'html' ? { ...result, out: '<html><body>502 Bad Gateway</body></html>\n' } : result;
}

/** A fault may name the whole call or only its first words. */
function strikeOn(shell: Shell, call: string): Strike | undefined {
  const words = call.split(' ');
  for (let count = words.length; count > 0; count--) {
    const strike = shell.side.source.cloud.faults.strike(
      `ssh:${words.slice(0, count).join(' ')}`,
      shell.machine.name,
    );
    if (strike) return strike;
  }
  return undefined;
}

async function program(shell: Shell, words: readonly string[], strike: Strike | undefined): Promise<Result> {
  const [name = '', ...parameters] = words;
  const known = PROGRAMS[name];
  if (!known) return { code: 127, out: '', err: `sh: ${name}: command not found\n` };
  if (name === 'pgrep') return pgrep(shell, parameters);
  const ownFault = name === 'mysqldump' || name === 'tar';
  if (strike?.how === 'refuse' && !ownFault)
    return {
      code: Number(strike.code) || 1,
      out: '',
      err: `${name}: refused${strike.code === undefined ? '' : ` (${strike.code})`}\n`,
    };
  return known(shell, parameters, strike);
}

function pgrep(shell: Shell, parameters: readonly string[]): Result {
  const pattern = new RegExp(parameters.at(-1) ?? '');
  const found = processesOf(shell.machine).flatMap((process, index) =>
    pattern.test(process.line) ? [1000 + index] : [],
  );
  return { code: found.length > 0 ? 0 : 1, out: found.map((pid) => `${pid}\n`).join(''), err: '' };
}

function redirected(
  shell: Shell,
  done: Result,
  to: { readonly out?: string; readonly err?: string },
): Answer {
  const { machine } = shell;
  const now = Math.floor(shell.side.source.cloud.time.now() / 1000);
  let failed = '';
  const put = (path: string | undefined, content: string): string => {
    if (path === undefined) return content;
    if (path === '/dev/null') return '';
    const full = path.startsWith('/') ? path : `${shell.directory}/${path}`;
    const written = machine.kind === 'management' && machine.files.write(full, content, now);
    if (!written) failed = `sh: cannot create ${full}: ${parentOf(full)} is not there\n`;
    return '';
  };
  const answer = { code: done.code, stdout: put(to.out, done.out), stderr: put(to.err, done.err) };
  return failed === '' ? answer : { code: 2, stdout: '', stderr: failed };
}
