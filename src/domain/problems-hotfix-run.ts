/** What a hotfix run meets on its way. Each names the state that the pool is in, and may stay in. */
import { problem, type Problem } from './problem';

const unharmed = 'No host has been touched: every VM runs where it ran.';
const without = (name: string): string => `Or abort the run and plan without ${name}.`;

export const inHotfixRun = {
  notStaged: (name: string, pool: string, says: string, doThis: readonly string[]): Problem =>
    problem(
      'HOTFIX_NOT_STAGED',
      `${name} could not be brought to ${pool}.`,
      `${says} ${unharmed}`,
      ...doThis,
      'Then press Try again: what is there already is not sent again.',
      without(name),
    ),
  precheckFailed: (pool: string, refusals: readonly string[]): Problem =>
    problem(
      'PRECHECK_FAILED',
      `${pool} cannot take its hotfixes: ${refusals.length === 1 ? 'one pre-check says no' : `${refusals.length} pre-checks say no`}.`,
      `${refusals.join(' ')} ${unharmed}`,
      'Remove the cause, then press Try again: all of them are asked anew.',
      'Or abort the run and plan without the hotfix.',
    ),
  hotfixFailed: (
    host: string,
    name: string,
    says: string,
    doThis: readonly string[],
    applied: readonly string[],
    rests: string,
  ): Problem =>
    problem(
      'HOTFIX_FAILED',
      `${name} has not been applied to ${host}.`,
      `${says} ${applied.length > 0 ? `Applied so far: ${applied.join(', ')}.` : 'None of this run is applied to it.'} ${host} stays ${rests}: safe for as long as you need.`,
      ...doThis,
      'Or apply it by hand. Then press Try again: what is applied is not applied again.',
      `Or abort the run: the pool keeps what is applied, and what is owed for ${host} can be given back.`,
    ),
  notLiveAnyMore: (host: string, name: string): Problem =>
    problem(
      'NOT_LIVE_ANY_MORE',
      `${name} is no longer a live patch for ${host}.`,
      'Its pre-check now asks for more than the plan said, so it is not applied to a host in service. Nothing was touched.',
      'Abort this run and make a new plan: it takes the host out of service for it.',
    ),
  hotfixGone: (host: string, missing: readonly string[]): Problem =>
    problem(
      'HOTFIX_GONE',
      `${host} does not have ${missing.join(', ')}.`,
      'It was applied, or XAPI said so, and is not listed any more. The host is still out of service, which is safe.',
      `Look at xe host-param-list and /var/log/xensource.log on ${host}.`,
      'Apply it by hand, then press Try again; or abort the run and plan again.',
    ),
  stillPending: (host: string, pending: readonly string[]): Problem =>
    problem(
      'STILL_PENDING',
      `${host} has its hotfixes, and they still want ${pending.join(' and ')}.`,
      'A live patch may have failed, or the guidance came late. The host is not rebooted a second time by itself.',
      `Look at xe host-param-get param-name=updates-requiring-reboot uuid=HOST and at pending-guidances.`,
      `Do what is named on ${host} by hand while it is out of service, then press Try again.`,
    ),
} as const;
