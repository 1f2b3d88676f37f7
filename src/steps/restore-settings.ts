/** Settings of CloudStack as they were. What somebody has set to a third value meanwhile is theirs: it is told, not overwritten. */
import { act, done, stop } from '../domain/decision';
import { problems } from '../domain/problems';
import type { Run } from '../domain/run';
import { defineStep } from './step';
import { listed, minutes } from './sight';

/** `names`: whose turn it is; empty: all that are owed. */
type Args = { readonly names: readonly string[] };
type Seen = {
  readonly settings: readonly {
    readonly name: string;
    /** Absent: CloudStack does not list it any more. */
    readonly now?: string;
    readonly was: string;
    /** What the run had set. */
    readonly set: string;
  }[];
};

const owedSettings = (run: Run, { names }: Args) =>
  run.owed.filter(
    (owed) => owed.what === 'setting-changed' && (names.length === 0 || names.includes(owed.on)),
  );

export const restoreSettings = defineStep<Args, Seen>({
  kind: 'restore-settings',
  v: 1,
  title: ({ names }) =>
    names.length === 0
      ? 'Set CloudStack’s settings as they were'
      : `Set ${listed(names)} of CloudStack as before`,
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async ({ cloudStack }, args, { run }) => ({
    settings: await Promise.all(
      owedSettings(run, args).map(async ({ on, before }) => {
        // written by change-setting and nobody else
        const { value: was, to: set } = before as { readonly value: string; readonly to: string };
        const now = await cloudStack.setting(on);
        return { name: on, was, set, ...(now !== undefined && { now }) };
      }),
    ),
  }),
  decide: ({ now: { settings } }) => {
    const other = settings.find(({ now, was, set }) => now !== was && now !== set);
    if (other) return stop(problems.settingChangedSince(other.name, other.now ?? 'gone', other.was));
    const open = settings.filter(({ now, was }) => now !== was);
    if (open.length === 0)
      return done(
        settings.length === 0
          ? 'none is owed'
          : `as before: ${listed(settings.map(({ name, was }) => `${name} = ${was}`))}`,
      );
    return act(
      `not yet as before: ${listed(open.map(({ name }) => name))}`,
      ...open.map(({ name, was }) => ({
        subject: name,
        what: `set ${name} to ${was} again`,
        args: { to: was },
      })),
    );
  },
  act: ({ cloudStack }, { subject, args }) => cloudStack.changeSetting(subject, (args as { to: string }).to),
  gaveBack: ({ now }) => now.settings.map(({ name }) => ({ what: 'setting-changed' as const, on: name })),
  tooLong: ({ line, now }) =>
    problems.tooLong(
      line.line.title,
      `not yet as before: ${listed(now.settings.filter((one) => one.now !== one.was).map(({ name }) => name))}`,
    ),
});
