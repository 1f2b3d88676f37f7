/** What a button means. Its value says everything, and the operator checks all of it again when it is pressed. */
import type { Button } from '@slack/types';
import type { QuestionKind } from '../../domain/decision';
import { isWayOut, type WayOut } from '../../domain/ways-out';
import { button, type ButtonLook } from './blocks';

export type Pressed =
  | { readonly do: 'start'; readonly plan: string }
  /** The same again; `remedies`: names of checks, with commas between. */
  | { readonly do: 'plan-with'; readonly plan: string; readonly remedies: string }
  | { readonly do: 'pause' | 'pause-now' | 'resume' | 'abort'; readonly run: string }
  | {
      readonly do: 'yes' | 'accept' | 'no';
      readonly run: string;
      readonly question: string;
      readonly digest: string;
    }
  | {
      readonly do: 'way';
      readonly run: string;
      readonly question: string;
      readonly digest: string;
      readonly way: WayOut;
    }
  | { readonly do: 'give-back' | 'take-over'; readonly pool: string; readonly obligation: string };

/** Labels of the two buttons of a question, by its kind. */
export const ANSWERS = {
  approve: { yes: 'Approve', no: 'Decline' },
  confirm: { yes: 'Confirm', no: 'Not done' },
  retry: { yes: 'Try again', no: 'Leave it held' },
  'accept-key': { yes: 'Accept key', no: 'Refuse key' },
  'accept-loss': { yes: 'Accept the loss', no: 'Do not accept' },
  'accept-licence': { yes: 'Accept licence', no: 'Do not accept' },
} as const satisfies Record<QuestionKind, { readonly yes: string; readonly no: string }>;

const PREFIX = 'xsu/';

/** action_ids are unique within a message: obligations, remedies and ways out name themselves in theirs. */
export function press(label: string, pressed: Pressed, look?: ButtonLook): Button {
  const about =
    'obligation' in pressed
      ? `/${pressed.obligation}`
      : 'remedies' in pressed
        ? `/${pressed.remedies}`
        : 'way' in pressed
          ? `/${pressed.way}`
          : '';
  return button(label, `${PREFIX}${pressed.do}${about}`.slice(0, 255), JSON.stringify(pressed), look);
}

/** The meaning of a button by its value; undefined when it is none of ours or was tampered with. */
export function pressedOf(value: string | undefined): Pressed | undefined {
  const given = parsed(value);
  if (!given) return undefined;
  const has = (...keys: readonly string[]): boolean =>
    keys.every((key) => typeof given[key] === 'string' && given[key] !== '');
  switch (given['do']) {
    case 'start':
      return has('plan') ? { do: 'start', plan: String(given['plan']) } : undefined;
    case 'plan-with':
      return has('plan', 'remedies')
        ? { do: 'plan-with', plan: String(given['plan']), remedies: String(given['remedies']) }
        : undefined;
    case 'pause':
    case 'pause-now':
    case 'resume':
    case 'abort':
      return has('run') ? { do: given['do'], run: String(given['run']) } : undefined;
    case 'yes':
    case 'accept':
    case 'no':
      return has('run', 'question', 'digest')
        ? {
            do: given['do'],
            run: String(given['run']),
            question: String(given['question']),
            digest: String(given['digest']),
          }
        : undefined;
    case 'way': {
      const way = String(given['way']);
      return has('run', 'question', 'digest') && isWayOut(way)
        ? {
            do: 'way',
            run: String(given['run']),
            question: String(given['question']),
            digest: String(given['digest']),
            way,
          }
        : undefined;
    }
    case 'give-back':
    case 'take-over':
      return has('pool', 'obligation')
        ? { do: given['do'], pool: String(given['pool']), obligation: String(given['obligation']) }
        : undefined;
    default:
      return undefined;
  }
}

function parsed(value: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === 'object' && read !== null ? { ...read } : undefined;
  } catch {
    return undefined;
  }
}
