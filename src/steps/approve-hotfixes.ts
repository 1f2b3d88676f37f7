/** Asks for a hotfix run as a whole before anything is touched. */
import { APPROVAL, approvalOfRun } from './approval-of-run';
import { defineStep } from './step';

/** `facts`: what the approver must know, one sentence each. */
type Args = { readonly pool: string; readonly facts: readonly string[] };

export const approveHotfixes = defineStep<Args, null>({
  ...APPROVAL,
  kind: 'approve-hotfixes',
  v: 1,
  title: ({ pool }) => `Approve the hotfixes of ${pool}`,
  decide: (evidence) => {
    const { pool, facts } = evidence.args;
    return approvalOfRun(evidence, `Patch the hosts of ${pool}, one after the other?`, facts);
  },
});
