/** The last lines of a host's block, whatever was done to the host: back where CloudStack places VMs. */
import type { HostSnapshot } from '../domain/pool';
import { showsConnection } from '../domain/version-eras';
import { awaitUp } from '../steps/await-up';
import { enableHostAllocation } from '../steps/enable-host-allocation';
import { leaveMaintenance } from '../steps/leave-maintenance';
import type { LineDraft } from '../steps/step';
import { verifyAgent } from '../steps/verify-agent';
import type { ProcedureInput } from './procedure';
import { argsOf, binFor, heartbeatSrs, skipsMaintenance } from './what-is';

/** Out of maintenance, or open for placement again where it never entered it. */
/** `beforeLeaving`: what comes directly before maintenance is left. */
export function openForVms(
  input: ProcedureInput,
  host: HostSnapshot,
  beforeLeaving: readonly LineDraft[] = [],
): readonly LineDraft[] {
  const { snapshot: pool } = input;
  const args = argsOf(pool, host);
  const proven = [awaitUp(args), verifyAgent({ ...args, srs: heartbeatSrs(pool, host), ...binFor(input) })];
  if (skipsMaintenance(input, host)) return [...proven, enableHostAllocation({ ...args, again: true })];
  const leave = {
    ...args,
    to: input.target,
    ...(input.patching?.asked === 'latest' && { latest: true as const }),
  };
  return showsConnection(pool.cloudstack.version)
    ? [...proven, ...beforeLeaving, leaveMaintenance(leave)]
    : [...beforeLeaving, leaveMaintenance({ ...leave, hidden: true }), ...proven];
}
