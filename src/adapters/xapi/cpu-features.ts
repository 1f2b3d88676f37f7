/** CPU features as XAPI writes them: words of 32 bits in hexadecimal, `17cbfbff-f7fa3223`; from 7.0 on it levels a pool. */
import type { XapiObject } from './record';

const WORDS = /^[0-9a-f]{1,8}(?:-[0-9a-f]{1,8})*$/i;
const wordsOf = (text: string): readonly number[] => text.split('-').map((word) => Number.parseInt(word, 16));

/**
 * What a running VM was started with and the pool as a whole (`cpu_info` of the pool) does not have: somebody took in an
 * older host since, or an update took a feature away (CTX231947). Undefined: nothing, or XAPI does not level.
 */
export function cpuBeyond(vm: XapiObject, level: Readonly<Record<string, string>>): string | undefined {
  const paravirtual = vm.text('HVM_boot_policy') === '';
  const pool = level[paravirtual ? 'features_pv' : 'features_hvm'] ?? '';
  const used = vm.map('last_boot_CPU_flags')['features'] ?? '';
  if (pool === '' || used === '' || vm.text('power_state') === 'Halted') return undefined;
  // what cannot be compared is not read as fitting
  if (!WORDS.test(used) || !WORDS.test(pool)) return used;
  const has = wordsOf(pool);
  const more = wordsOf(used).map((word, at) => (word & ~(has[at] ?? 0)) >>> 0);
  return more.some((word) => word !== 0)
    ? more.map((word) => word.toString(16).padStart(8, '0')).join('-')
    : undefined;
}
