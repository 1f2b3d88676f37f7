/** What commands answer: domain shapes that Slack or a shell renders. `--json` prints them as they are. */
import { hotfixMatrix, type HotfixMatrix } from './hotfix-matrix';
import type { Finding } from './finding';
import type { Obligation } from './obligation';
import type { PatchArtefact, PatchWork } from './patch-work';
import type { Phase } from './phases';
import type { Minutes, Placement, Plan } from './plan';
import type { Problem } from './problem';
import type { QuestionKind } from './decision';
import type { WayOut } from './ways-out';

export interface PlanAnswer {
  readonly v: 1;
  readonly plan: string;
  readonly digest: string;
  readonly procedure: string;
  readonly pool: string;
  readonly target: string;
  readonly verdict: 'go' | 'blocked';
  readonly findings: readonly Finding[];
  readonly remedies?: readonly string[];
  readonly automatic?: Plan['automatic'];
  /** What is applied to which host; where its files are is nobody's business but the worker's. */
  readonly patching?: Omit<PatchWork, 'artefacts'> & {
    readonly artefacts: readonly Omit<PatchArtefact, 'file'>[];
  };
  readonly sections: readonly {
    readonly host?: string;
    readonly lines: readonly { readonly id: string; readonly kind: string; readonly title: string }[];
  }[];
  readonly placement: Placement;
  readonly hotfixes: HotfixMatrix;
  readonly snapshot: Plan['snapshot'];
}

/** Where VMs would go in a pool that is only a file. */
export interface WhatIfAnswer {
  readonly v: 1;
  readonly pool: string;
  readonly target: string;
  readonly placement: Placement;
}

export interface RunAnswer {
  readonly run: string;
  readonly phase: Phase;
}

export interface LaneAnswer {
  readonly host?: string;
  /** Title of the line the lane stands at; absent when it is through. */
  readonly line?: string;
  readonly state: string;
  readonly since: string;
  readonly waitingFor?: string;
}

export interface QuestionAnswerable {
  readonly id: string;
  readonly kind: QuestionKind;
  readonly host?: string;
  readonly text: string;
  readonly saw: readonly string[];
  /** Names of people who may answer, or the rule where the list is a Slack group. */
  readonly mayAnswer: readonly string[];
  /** Words for `advance --way`, where there is a choice. */
  readonly ways?: readonly WayOut[];
}

export interface OwedAnswer extends Pick<Obligation, 'what' | 'on' | 'since'> {
  readonly id: string;
  readonly canBeGivenBack: boolean;
  readonly why?: string;
}

export interface StatusAnswer {
  readonly run: string;
  readonly plan: string;
  readonly pool: string;
  readonly phase: Phase;
  /** Minutes, without the time that people take; only while it runs. */
  readonly workLeft?: Minutes;
  readonly lanes: readonly LaneAnswer[];
  readonly questions: readonly QuestionAnswerable[];
  readonly owed: readonly OwedAnswer[];
  readonly problems: readonly Problem[];
}

export const planAnswer = (plan: Plan): PlanAnswer => ({
  v: 1,
  plan: plan.id,
  digest: plan.digest,
  procedure: plan.procedure,
  pool: plan.pool,
  target: plan.target,
  verdict: plan.verdict,
  findings: plan.findings,
  ...(plan.remedies && { remedies: plan.remedies }),
  ...(plan.automatic && { automatic: plan.automatic }),
  ...(plan.patching && {
    patching: {
      ...plan.patching,
      artefacts: plan.patching.artefacts.map(({ file: _file, ...rest }) => rest),
    },
  }),
  sections: plan.sections.map((section) => ({
    ...(section.host !== undefined && { host: section.host }),
    lines: section.lines.map(({ id, kind, title }) => ({ id, kind, title })),
  })),
  placement: plan.placement,
  hotfixes: hotfixMatrix(plan.snapshot),
  snapshot: plan.snapshot,
});
