/** Evidence made by hand, and a decision read aloud: what a step concludes from exactly this. */
import type { Decision, QuestionKind } from '../../src/domain/decision';
import type { Json } from '../../src/domain/json';
import { obligationId, type Obligation } from '../../src/domain/obligation';
import type { HostPlacement, PlannedLine, Section } from '../../src/domain/plan';
import { foldRun } from '../../src/domain/fold-run';
import type { LineState, Question, Run, SubjectActs } from '../../src/domain/run';
import type { Evidence, Verb } from '../../src/steps/step';
import { toyPlan, toyStarted } from './toy-run';

/** Pool time of every look, unless a test says otherwise. */
export const AT = Date.parse('2026-03-01T12:00:00Z');
export const secondsAgo = (seconds: number): number => AT - seconds * 1000;

/** A host as most steps are told of it. */
export const HOST = { host: 'host-2', uuid: 'uuid-2', id: 'cs-2', master: false } as const;
export const MASTER = { host: 'host-1', uuid: 'uuid-1', id: 'cs-1', master: true } as const;

export interface EvidenceWish {
  readonly args: Json;
  readonly now: Json;
  /** The same as now, if left out. */
  readonly before?: Json;
  readonly at?: number;
  readonly acts?: Readonly<Record<string, Partial<SubjectActs>>>;
  readonly line?: Partial<Omit<LineState, 'line' | 'acts' | 'before'>>;
  /** Lines done earlier, by kind: their before-picture and result. */
  readonly earlier?: Readonly<
    Record<
      string,
      {
        readonly before?: Json;
        readonly result?: Json;
        readonly lane?: string;
        readonly acts?: Readonly<Record<string, Partial<SubjectActs>>>;
      }
    >
  >;
  readonly owed?: readonly (Pick<Obligation, 'what' | 'on' | 'unanswered'> & { readonly before?: Json })[];
  /** Answers given on this line, oldest first; `digest` as asked. */
  readonly answers?: readonly {
    readonly says: 'yes' | 'no';
    readonly digest: string;
    readonly kind?: QuestionKind;
    readonly by?: string;
  }[];
  readonly placement?: readonly HostPlacement[];
  readonly digest?: string;
  /** What an earlier run recorded, and what people accepted since. */
  readonly recorded?: Run['recorded'];
}

const LANE = 'host-2';

export function evidenceFor(kind: string, wish: EvidenceWish): Evidence<Json, Json> {
  const lane = (wish.args as { readonly host?: string } | null)?.host ?? LANE;
  const planned: PlannedLine = {
    id: `${lane}-09-${kind}`,
    lane,
    kind,
    v: 1,
    title: kind,
    args: wish.args,
    after: [],
  };
  const before = wish.before ?? wish.now;
  const line: LineState = {
    line: planned,
    status: 'begun',
    before,
    begunAt: AT,
    patienceFrom: AT,
    notes: [],
    overdue: false,
    retries: 0,
    allowed: {},
    acts: actsOf(wish.acts),
    ...wish.line,
  };
  const earlier = Object.entries(wish.earlier ?? {}).map(([other, was], index): LineState => {
    const of = was.lane ?? lane;
    const id = `${of}-0${index + 1}-${other}`;
    return {
      ...line,
      line: { ...planned, id, lane: of, kind: other, title: other },
      status: 'done',
      acts: actsOf(was.acts),
      notes: [],
      before: was.before ?? null,
      ...(was.result !== undefined && { result: was.result }),
    };
  });
  const section: Section = {
    title: lane,
    lane,
    host: lane,
    lines: [...earlier.map((one) => one.line), planned],
  };
  const plan = { ...toyPlan(), sections: [section] };
  const started = { run: 'run-1', seq: 1, at: secondsAgo(3600), v: 1, entry: toyStarted(plan) };
  const run: Run = {
    ...foldRun(plan, [started]),
    placement: { order: [], hosts: wish.placement ?? [], misfits: [] },
    digest: wish.digest ?? 'digest-1',
    ...(wish.recorded && { recorded: wish.recorded }),
    lines: Object.fromEntries([...earlier, line].map((state) => [state.line.id, state])),
    questions: (wish.answers ?? []).map((answer, index): Question => ({
      id: `q${index + 1}`,
      line: planned.id,
      ask: {
        kind: answer.kind ?? 'approve',
        text: '?',
        saw: [],
        digest: answer.digest,
        notTheRequester: true,
      },
      askedAt: AT,
      answer: {
        says: answer.says,
        by: { id: 'UBOB', name: answer.by ?? 'Bob' },
        at: AT,
        digest: answer.digest,
      },
    })),
    at: AT,
    seq: 50,
    owed: (wish.owed ?? []).map((one) => ({
      id: obligationId(one.what, one.on),
      what: one.what,
      on: one.on,
      before: one.before ?? null,
      since: '2026-03-01T11:00:00.000Z',
      run: 'run-1',
      line: 'before-01',
      subject: one.on,
      n: 1,
      ...(one.unanswered && { unanswered: one.unanswered }),
    })),
  };
  return { args: wish.args, before, now: wish.now, at: wish.at ?? AT, line, run };
}

const actsOf = (acts: EvidenceWish['acts'] = {}): LineState['acts'] =>
  Object.fromEntries(Object.entries(acts).map(([subject, one]) => [subject, actsOn(subject, one)]));

const actsOn = (subject: string, acts: Partial<SubjectActs>): SubjectActs => ({
  subject,
  tries: 1,
  n: 1,
  act: { subject, what: subject, args: null },
  intendedAt: secondsAgo(-1),
  seq: 40,
  worker: 'worker-1',
  outcome: 'answered',
  ...acts,
});

/** `done: …`, `wait: …`, `act: WHAT; WHAT`, `ask KIND: …`, `stop: CODE`. */
export function aloud(decision: Decision): string {
  switch (decision.do) {
    case 'done':
      return `done: ${decision.saw}`;
    case 'wait':
      return `wait: ${decision.for}`;
    case 'act':
      return `act: ${decision.acts.map((one) => one.what).join('; ')}`;
    case 'ask':
      return `ask ${decision.ask.kind}: ${decision.ask.text}`;
    case 'stop':
      return `stop: ${decision.problem.code}`;
    case 'revise':
      return `revise: ${decision.revision.why}`;
  }
}

/** Verbs whatever their args. */
export type AnyVerb = Pick<Verb<never>, 'step'>;

export const decide = ({ step }: AnyVerb, wish: EvidenceWish): Decision =>
  step.decide(evidenceFor(step.kind, wish));

/** What the step says of this, in one line. */
export const says = (verb: AnyVerb, wish: EvidenceWish): string => aloud(decide(verb, wish));
