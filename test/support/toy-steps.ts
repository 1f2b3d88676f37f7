/** Verbs of the toy world: every kind of promise the engine makes, with none of a real pool's details. */
import { act, ask, done, stop, wait } from '../../src/domain/decision';
import { digestOf } from '../../src/domain/digest';
import { currentLine, lanesOf, recalled, answersOn, type Run } from '../../src/domain/run';
import { defineStep, LOOKS_ONLY, type AnyStep, type StepDefinition } from '../../src/steps/step';
import type { Json } from '../../src/domain/json';
import type { MachineLook, ToyDoor } from './toy-world';

export type ToyArgs = { readonly on: string; readonly limit: number };

/** Settle times are the shortest that registration allows: 10 s to send, 5 s to answer, the far side's own. */
const PLAIN = { settleSeconds: 30, callTimeoutSeconds: 5, farDelaySeconds: 15 } as const;
const HALF_AN_HOUR = { softSeconds: 600, hardSeconds: 1800 } as const;

const tooLong = ({ line }: { readonly line: { readonly line: { readonly title: string } } }) => ({
  code: 'TOO_LONG',
  what: `“${line.line.title}” takes too long.`,
  why: 'It was waited for.',
  doThis: ['Press Try again.'],
});

type Change = (step: AnyStep) => AnyStep;

/** The steps of one worker. `change` mutates one of them, to see its promise break. */
export function toySteps(
  door: ToyDoor,
  change: Readonly<Record<string, Change>> = {},
): (kind: string) => AnyStep | undefined {
  const all = [
    looking(door, 'approve', ({ run, line, now }) => {
      const digest = digestOf({ line: line.line.id, level: now.level });
      const yes = answersOn(run, line.line.id).findLast(
        (q) => q.answer.says === 'yes' && q.ask.digest === digest,
      );
      if (yes) return done(`approved by ${yes.answer.by.name}`);
      return ask({
        kind: 'approve',
        text: 'Go?',
        saw: [`The level is ${now.level}.`],
        digest,
        notTheRequester: true,
      });
    }),
    lower(door),
    raise(door),
    off(door),
    boot(door),
    press(door),
    on(door),
    looking(door, 'prove', ({ args, run, now }) => {
      const was = recalled(run, 'boot', args.on).at(-1)?.before as MachineLook | undefined;
      if (!now.answers) return wait(`${args.on} is away`);
      return now.boots === (was?.boots ?? 0) + 1
        ? done(`${args.on} has booted`)
        : wait(`${args.on} has not booted`);
    }),
    looking(door, 'settle-account', ({ run }) =>
      run.owed.length === 0
        ? done('nothing is owed')
        : stop({ ...tooLong({ line: { line: { title: 'owed' } } }), code: 'STILL_OWED' }),
    ),
  ].map((verb) => verb.step);
  const kinds = new Map(all.map((step) => [step.kind, change[step.kind]?.(step) ?? step]));
  return (kind) => kinds.get(kind);
}

type AllSeen = MachineLook & { readonly level: number };

function looking(door: ToyDoor, kind: string, decide: StepDefinition<ToyArgs, AllSeen>['decide']) {
  return defineStep<ToyArgs, AllSeen>({
    ...LOOKS_ONLY,
    kind,
    v: 1,
    title: ({ on: name }) => `${kind} ${name}`,
    patience: HALF_AN_HOUR,
    observe: async (_world, { on: name }) => ({ ...(await machine(door, name)), level: await door.level() }),
    decide,
    tooLong,
  });
}

const NOBODY: MachineLook = { answers: true, on: true, boots: 0, presses: 0 };
const machine = (door: ToyDoor, name: string): Promise<MachineLook> =>
  name === 'pool' ? Promise.resolve(NOBODY) : door.machine(name);

const lower = (door: ToyDoor) =>
  defineStep<ToyArgs, { readonly level: number }>({
    ...PLAIN,
    kind: 'lower',
    v: 1,
    title: () => 'Lower the level, what it was remembered',
    maxActs: 3,
    patience: HALF_AN_HOUR,
    observe: async () => ({ level: await door.level() }),
    decide: ({ now }) =>
      now.level === 0
        ? done('it is 0')
        : act(`it is ${now.level}`, { subject: 'pool', what: 'level pool', args: null }),
    act: () => door.send('level', 'pool', 0),
    owes: (_act, { before }) => [{ what: 'ha-off', on: 'pool', before }],
    tooLong,
  });

const owedLevel = (run: Run): number =>
  (run.owed.find((owed) => owed.what === 'ha-off')?.before as { readonly level?: number } | undefined)
    ?.level ?? 0;

const raise = (door: ToyDoor) =>
  defineStep<ToyArgs, { readonly level: number }>({
    ...PLAIN,
    kind: 'raise',
    v: 1,
    title: () => 'Raise the level again, as it was',
    maxActs: 3,
    patience: HALF_AN_HOUR,
    observe: async () => ({ level: await door.level() }),
    decide: ({ now, run }) =>
      now.level === owedLevel(run)
        ? done('as it was')
        : act(`it is ${now.level}`, { subject: 'pool', what: 'level pool', args: { to: owedLevel(run) } }),
    act: (_world, { args }) => door.send('level', 'pool', (args as { readonly to: number }).to),
    gaveBack: () => [{ what: 'ha-off', on: 'pool' }],
    tooLong,
  });

/** Lanes whose machine is off or may be so soon: intents that are open count. */
function downElsewhere(run: Run, lane: string): number {
  return lanesOf(run).filter((other) => {
    if (other === lane) return false;
    const acted = Object.values(run.lines).some(
      ({ line, acts }) =>
        line.lane === other &&
        line.kind === 'off' &&
        Object.values(acts).some(({ outcome }) => outcome !== 'not-sent'),
    );
    return acted && currentLine(run, other) !== undefined;
  }).length;
}

const off = (door: ToyDoor) =>
  defineStep<ToyArgs, MachineLook>({
    ...PLAIN,
    kind: 'off',
    v: 1,
    title: ({ on: name }) => `Turn ${name} off`,
    maxActs: 3,
    patience: HALF_AN_HOUR,
    observe: (_world, { on: name }) => door.machine(name),
    decide: ({ args, now, run, line }) => {
      if (!now.on) return done(`${args.on} is off`);
      if (downElsewhere(run, line.line.lane) >= args.limit) return wait('enough machines are off');
      return act(`${args.on} is on`, { subject: args.on, what: `off ${args.on}`, args: null });
    },
    act: (_world, { subject }) => door.send('off', subject),
    owes: ({ subject }, { before }) => [{ what: 'host-disabled', on: subject, before: { on: before.on } }],
    tooLong,
  });

/** Cannot be taken back. */
const boot = (door: ToyDoor) =>
  defineStep<ToyArgs, MachineLook>({
    kind: 'boot',
    v: 1,
    title: ({ on: name }) => `Boot ${name}`,
    settleSeconds: 60,
    callTimeoutSeconds: 5,
    farDelaySeconds: 45,
    maxActs: 1,
    patience: HALF_AN_HOUR,
    silence: 'host',
    observe: (_world, { on: name }) => door.machine(name),
    decide: ({ args, before, now }) => {
      if (now.boots !== before.boots) return done(`${args.on} has booted`);
      if (!now.answers) return wait(`${args.on} is away`);
      return act(`${args.on} has not booted`, { subject: args.on, what: `boot ${args.on}`, args: null });
    },
    act: (_world, { subject }) => door.send('boot', subject),
    tooLong,
  });

/** Shows only after a minute, so that whoever is impatient presses twice. */
const press = (door: ToyDoor) =>
  defineStep<ToyArgs, MachineLook>({
    kind: 'press',
    v: 1,
    title: ({ on: name }) => `Press ${name}`,
    settleSeconds: 80,
    callTimeoutSeconds: 5,
    farDelaySeconds: 65,
    maxActs: 2,
    patience: HALF_AN_HOUR,
    observe: (_world, { on: name }) => door.machine(name),
    decide: ({ args, now }) =>
      now.presses > 0
        ? done(`${args.on} is pressed`)
        : act(`${args.on} is not pressed`, { subject: args.on, what: `press ${args.on}`, args: null }),
    act: (_world, { subject }) => door.send('press', subject),
    tooLong,
  });

const on = (door: ToyDoor) =>
  defineStep<ToyArgs, MachineLook>({
    ...PLAIN,
    kind: 'on',
    v: 1,
    title: ({ on: name }) => `Turn ${name} on`,
    maxActs: 3,
    patience: HALF_AN_HOUR,
    observe: (_world, { on: name }) => door.machine(name),
    decide: ({ args, now }) =>
      now.on
        ? done(`${args.on} is on`)
        : act(`${args.on} is off`, { subject: args.on, what: `on ${args.on}`, args: null }),
    act: (_world, { subject }) => door.send('on', subject),
    gaveBack: ({ args }) => [{ what: 'host-disabled', on: args.on }],
    tooLong,
  });

/** Args of a toy line, as they stand in a plan. */
export const toyArgs = (name: string, limit = Infinity): Json => ({
  on: name,
  limit: Number.isFinite(limit) ? limit : 1000,
});
