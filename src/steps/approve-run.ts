/** Asks for an upgrade as a whole before anything is touched. */
import { APPROVAL, approvalOfRun } from './approval-of-run';
import { defineStep } from './step';

/** `facts`: what the approver must know, one sentence each; the CloudStack outage among them. */
type Args = {
  readonly pool: string;
  readonly from: string;
  readonly to: string;
  readonly facts: readonly string[];
};

export const approveRun = defineStep<Args, null>({
  ...APPROVAL,
  kind: 'approve-run',
  v: 1,
  title: ({ pool, from, to }) => `Approve the upgrade of ${pool} from ${from} to ${to}`,
  decide: (evidence) => {
    const { pool, from, to, facts } = evidence.args;
    return approvalOfRun(evidence, `Upgrade ${pool} from ${from} to ${to}?`, facts);
  },
});
