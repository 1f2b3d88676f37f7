/** Nothing secret may stand in pools.yaml or hotfixes.yaml: they are read by many people and kept in version control. */
import type { Problem } from '../domain/problem';
import { keyPath } from './mistakes';

const SECRET_KEY = /(password|passphrase|secret(key)?|api_?key|token|routing_?key|private_?key)$/i;
const SECRET_VALUE = /^(xox[a-z]-|xapp-)|:\/\/[^/\s:@]+:[^/\s@]+@|-----BEGIN /;

/** One problem for each key or value that looks secret; the value itself is never repeated. */
export function secretsIn(
  input: unknown,
  path: readonly PropertyKey[] = [],
  file: 'pools.yaml' | 'hotfixes.yaml' = 'pools.yaml',
): readonly Problem[] {
  if (typeof input === 'string')
    return SECRET_VALUE.test(input) ? [refused(file, path, String(path.at(-1)))] : [];
  if (typeof input !== 'object' || input === null) return [];
  const members: readonly (readonly [PropertyKey, unknown])[] = Array.isArray(input)
    ? [...input.entries()]
    : Object.entries(input);
  return members.flatMap(([key, value]) =>
    SECRET_KEY.test(String(key)) && (typeof value !== 'object' || value === null)
      ? [refused(file, [...path, key], String(key))]
      : secretsIn(value, [...path, key], file),
  );
}

function refused(file: string, path: readonly PropertyKey[], key: string): Problem {
  return {
    code: 'CONFIG_INVALID',
    what: `${file}: ${keyPath(path)} holds a secret.`,
    why: `Nothing secret may stand in ${file}: it is read by many people and kept in version control.`,
    doThis: [
      file === 'hotfixes.yaml'
        ? 'Take it out: copy the file to a disk of the worker, or serve it to the worker without a login'
        : `Take it out, put it into .env as a variable of its own and name that variable: ${key}Env: POOL_A_${key.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`,
      'Change the secret: it has been written down where others can read it',
    ],
  };
}
