/** Buttons that ask for the plan again with a remedy as one of its lines. What is approved is that plan, never the button. */
import type { Button } from '@slack/types';
import type { Plan } from '../../domain/plan';
import { findingGroups } from '../../domain/plan-outline';
import { press } from './buttons';

/** More buttons than these nobody reads; "every remedy" has them all. */
const MOST = 4;

/** Remedies chosen already stay chosen: a second press does not undo the first. */
export function remedyButtons({ id, findings, remedies = [] }: Plan): readonly Button[] {
  const open = findings.filter((one) => one.remedy !== undefined && one.takenCareOf === undefined);
  const checks = [...new Set(findingGroups(open).flatMap(({ topics }) => topics.map(({ check }) => check)))];
  const ask = (label: string, about: readonly string[]): Button =>
    press(
      label,
      { do: 'plan-with', plan: id, remedies: about.join(',') },
      {
        confirm: {
          title: 'A new plan with this remedy?',
          text: 'Nothing is changed now. The new plan appears in this channel with the remedy as a line of its own, and somebody approves it.',
          yes: 'Make the plan',
        },
      },
    );
  return [
    ...checks.slice(0, MOST).map((check) => ask(`Plan with remedy: ${check}`, [...remedies, check])),
    ...(checks.length > 1 ? [ask('Plan with every remedy', ['all'])] : []),
  ];
}
