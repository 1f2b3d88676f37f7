/** XAPI's error codes as problems in words: why, and what to do, names filled in. Codes: xapi §2.1, §2.4, §3.2, §5.3, §6.2, §11. */
import type { Problem } from './problem';
import type { Advice } from './xapi-advice-words';
import { VM_ADVICE } from './xapi-advice-vm';
import { HOST_ADVICE } from './xapi-advice-host';
import { POOL_ADVICE } from './xapi-advice-pool';
import { HOTFIX_ADVICE } from './xapi-advice-hotfixes';
import { UPDATE_ADVICE } from './xapi-advice-updates';

const ADVICE: Readonly<Record<string, Advice>> = {
  ...VM_ADVICE,
  ...HOST_ADVICE,
  ...POOL_ADVICE,
  ...HOTFIX_ADVICE,
  ...UPDATE_ADVICE,
};

export const ADVISED_CODES: readonly string[] = Object.keys(ADVICE);

export interface RefusedCall {
  /** What was being done, in our words: "disable host-1". */
  readonly doing: string;
  readonly code: string;
  readonly params: readonly string[];
  /** A reference's name; undefined for what is no reference or is not known. */
  readonly nameOf: (param: string) => string | undefined;
}

const REFERENCE = /OpaqueRef:[0-9A-Za-z-]+/g;

/** Parameters as people read them: references replaced by names, everything else as it is. */
export const namedParams = (call: Pick<RefusedCall, 'params' | 'nameOf'>): readonly string[] =>
  call.params.map(
    (param) =>
      call.nameOf(param) ??
      param.replace(REFERENCE, (reference) => call.nameOf(reference) ?? 'an object whose name is not known'),
  );

/**
 * Never contains an OpaqueRef. Parameters are hints: declared and sent ones differ (xapi §11), so a missing one reads
 * "it". An unknown code is shown as XAPI said it.
 */
export function xapiProblem(call: RefusedCall): Problem {
  const params = namedParams(call);
  const fill = (text: string): string =>
    text.replace(/\{(\d)\}/g, (_, i: string) => params[Number(i)] || 'it');
  const said = [call.code, ...params].filter((word) => word !== '').join(' ');
  const advice = ADVICE[call.code] ?? familyOf(call.code);
  return {
    code: call.code,
    what: `XAPI refused to ${call.doing}: ${said}.`,
    why: fill(advice.why),
    doThis: advice.doThis.map(fill),
  };
}

/** Codes that share a beginning: the storage manager puts its number into the code itself (xapi §11). */
function familyOf(code: string): Advice {
  if (code.startsWith('SR_BACKEND_FAILURE'))
    return {
      why: 'The storage manager failed: {2}.',
      doThis: ['Look at /var/log/SMlog on the host, repair the storage, then: xe pbd-plug uuid=PBD'],
    };
  if (code.endsWith('_IN_PROGRESS'))
    return {
      why: 'The pool is busy with another change.',
      doThis: ['Wait until it has ended, then try again.'],
    };
  if (code.startsWith('WLB_'))
    return {
      why: 'The workload balancing server did not answer as it should.',
      doThis: ['Pause workload balancing for the upgrade: xe pool-param-set wlb-enabled=false uuid=POOL'],
    };
  if (code.startsWith('HA_'))
    return {
      why: 'High availability does not allow it now.',
      doThis: ['Look at: xe pool-param-list | grep ha-'],
    };
  if (code.startsWith('VM_'))
    return { why: 'The VM does not allow it.', doThis: ['Look at the VM: xe vm-list params=all'] };
  return {
    why: 'XAPI gave no reason that is known here.',
    doThis: ['Look at /var/log/xensource.log on the pool master for this code.'],
  };
}
