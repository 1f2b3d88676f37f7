/** What a program of the pretend machines is: words in, code and output out. */
import type { Strike } from '../faults';
import { diskOfMachine, type Machine, type SshSide } from './machines';

/** One shell with its directory and last code. `detached`: no connection that could break. */
export interface Shell {
  readonly side: SshSide;
  readonly machine: Machine;
  readonly by: string;
  readonly detached: boolean;
  directory: string;
  code: number;
}

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export type Program = (
  shell: Shell,
  parameters: readonly string[],
  strike: Strike | undefined,
) => Result | Promise<Result>;

export const ok = (out = ''): Result => ({ code: 0, out, err: '' });
export const failed = (code: number, err: string): Result => ({ code, out: '', err: `${err}\n` });

export const fullPath = (shell: Shell, path: string): string =>
  path.startsWith('/') ? path : `${shell.directory}/${path}`;

/** Reads the file named last, or says what its manual says when it is not there. */
export function onFile(
  shell: Shell,
  name: string,
  parameters: readonly string[],
  use: (content: string, path: string) => string,
): Result {
  const path = fullPath(shell, parameters.at(-1) ?? '');
  const file = diskOfMachine(shell.machine).read(path);
  return file ? ok(use(file.content, path)) : failed(1, `${name}: ${path}: No such file or directory`);
}

export const optionValue = (parameters: readonly string[], option: string): string | undefined => {
  const at = parameters.indexOf(option);
  return at < 0 ? undefined : parameters[at + 1];
};
