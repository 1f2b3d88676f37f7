/** A global setting of CloudStack changed for the time of the run; what it was is owed back (cs §7.5; only settings that need no restart). */
import { act, done, stop } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly name: string; readonly to: string };
/** Absent: this CloudStack has no such setting. */
type Seen = { readonly value?: string };

export const changeSetting = defineStep<Args, Seen>({
  kind: 'change-setting',
  v: 1,
  title: ({ name, to }) => `Set ${name} of CloudStack to ${to} for the time of the run`,
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async ({ cloudStack }, { name }) => {
    const value = await cloudStack.setting(name);
    return value === undefined ? {} : { value };
  },
  decide: ({ args: { name, to }, now: { value } }) => {
    if (value === undefined)
      return stop(problems.unknownBefore(name, 'CloudStack lists no setting of that name'));
    if (value === to) return done(`${name} is ${to}`);
    return act(`${name} is ${value}`, { subject: name, what: `set ${name} to ${to}`, args: { to } });
  },
  act: ({ cloudStack }, { subject, args }) => cloudStack.changeSetting(subject, (args as { to: string }).to),
  owes: ({ subject }, { before, args: { to } }) => [
    { what: 'setting-changed', on: subject, before: { value: before.value ?? '', to } },
  ],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is still ${now.value ?? 'not there'}`),
});
