/**
 * Whom to wake, and when to let them sleep again: a pure function from the journal to pages.
 * Exactly one page is open per problem; the same key raises its severity; green resolves it (peers §4.4).
 */
import type { Recorded } from '../domain/journal';
import { owedAfter } from '../domain/owed';
import { linesOf, type Plan, type PlannedLine } from '../domain/plan';
import type { Obligation } from '../domain/obligation';
import type { Problem } from '../domain/problem';
import type { Page } from '../ports';

export type Severity = Page['severity'];

/** A page that follows from the entry `seq`. */
export interface DuePage {
  readonly seq: number;
  readonly page: Page;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2, critical: 3 };
/** PagerDuty cuts at 1,024 characters and keys at 255 (peers §4.4). */
const SUMMARY = 1_000;
const KEY = 255;
const UNMANAGED = 'unmanaged';

/** All pages of a run so far, in order. Those past the bookmark are the ones to be sent. */
export function pagesOf(plan: Plan, entries: readonly Recorded[]): readonly DuePage[] {
  const due: DuePage[] = [];
  const open = new Map<string, Severity>();
  const lines = new Map(linesOf(plan).map((line) => [line.id, line]));
  const questions = new Map<string, string>();
  let owed: readonly Obligation[] = [];

  for (const recorded of entries) {
    const { entry, seq, run } = recorded;
    owed = entry.type === 'RunStarted' ? entry.owed : owedAfter(owed, recorded);
    const unmanaged = owed.some((one) => one.what === 'cluster-unmanaged');
    const keyOf = (lane: string, cls: string): string => `xsu:${run}:${lane}:${cls}`.slice(0, KEY);
    const send = (
      action: Page['action'],
      dedupKey: string,
      severity: Severity,
      summary: string,
      more: Page['details'] = {},
    ): void => {
      due.push({
        seq,
        page: {
          action,
          dedupKey,
          severity,
          summary: summary.slice(0, SUMMARY),
          source: plan.pool,
          details: { run, plan: plan.id, pool: plan.pool, ...more },
        },
      });
    };
    const trigger = (
      lane: string,
      cls: string,
      severity: Severity,
      summary: string,
      more?: Page['details'],
    ): void => {
      const key = keyOf(lane, cls);
      const was = open.get(key);
      // never lower than it was: a late warning does not soften an open error
      const raised = was !== undefined && RANK[was] > RANK[severity] ? was : severity;
      if (was === raised) return;
      open.set(key, raised);
      send('trigger', key, raised, summary, more);
    };
    const resolve = (key: string, why: string): void => {
      const was = open.get(key);
      if (was === undefined) return;
      open.delete(key);
      send('resolve', key, was, why);
    };

    const held = (id: string, problem: Problem): void => {
      const line = lines.get(id);
      if (!line) return;
      const { code, why, doThis } = problem;
      trigger(
        line.lane,
        line.kind,
        grave(plan, line, owed) ? 'critical' : 'error',
        `${plan.pool}: ${problem.what}`,
        { code, why, doThis: withRun(doThis.join(' · '), run) },
      );
    };

    switch (entry.type) {
      case 'QuestionAsked':
        questions.set(entry.question, entry.line);
        if (entry.ask.problem) held(entry.line, entry.ask.problem);
        break;
      case 'PlanRevised':
        for (const line of entry.added) lines.set(line.id, line);
        break;
      case 'LineStopped':
        held(entry.line, entry.problem);
        break;
      case 'LineOverdue': {
        const line = lines.get(entry.line);
        const asked = [...questions].find(([, of]) => of === entry.line)?.[0];
        if (line)
          trigger(
            line.lane,
            line.kind,
            'warning',
            asked === undefined
              ? `${plan.pool}: ${line.title} takes longer than expected`
              : `${plan.pool}: a question waits for an answer: ${line.title}`,
            { line: line.title, doThis: asked === undefined ? slow(run) : answerIt(run, asked) },
          );
        break;
      }
      case 'QuestionAnswered': {
        const line = lines.get(questions.get(entry.question) ?? '');
        questions.delete(entry.question);
        if (line && entry.says === 'yes')
          resolve(keyOf(line.lane, line.kind), `${entry.by.name} answered: it goes on.`);
        break;
      }
      case 'QuestionWithdrawn':
        questions.delete(entry.question);
        break;
      case 'LineDone': {
        const line = lines.get(entry.line);
        if (line) resolve(keyOf(line.lane, line.kind), `Done: ${line.title}`);
        break;
      }
      case 'PauseRequested':
      case 'RunPaused':
        if (unmanaged && (entry.type === 'RunPaused' || entry.now))
          trigger(
            'pool',
            UNMANAGED,
            'critical',
            `${plan.pool}: paused while its cluster is Unmanaged in CloudStack`,
            {
              doThis: `Remove the reason for the pause, then let the run go on: xsupgrade resume ${run}`,
              meaning: 'CloudStack neither sees nor protects the VMs of this cluster until the run goes on.',
            },
          );
        break;
      case 'RunResumed':
        resolve(keyOf('pool', UNMANAGED), `${entry.by.name} resumed the run.`);
        break;
      case 'RunFinished':
      case 'RunAborted':
        for (const key of open.keys())
          resolve(
            key,
            entry.type === 'RunFinished'
              ? 'The run finished.'
              : 'The run was aborted; what is owed stands on its card.',
          );
        break;
      default:
        break;
    }
    if (!unmanaged) resolve(keyOf('pool', UNMANAGED), 'The cluster is Managed again.');
  }
  return due;
}

/** A pager knows no thread: the command that is copied from it names the run. */
const withRun = (advice: string, run: string): string =>
  advice.replaceAll('xsupgrade advance RUN', `xsupgrade advance ${run}`);

const slow = (run: string): string =>
  `Read in the thread what it waits for: xsupgrade status ${run} · Nothing is given up yet; the next limit holds the host and asks`;

const answerIt = (run: string, question: string): string =>
  `Answer it in the thread, or: xsupgrade advance ${run} --question ${question} · Nothing happens until somebody does`;

/** The master away, the cluster Unmanaged, or VMs stopped by us: people other than ours are hurt meanwhile (peers §4.4). */
const grave = (plan: Plan, line: PlannedLine, owed: readonly Obligation[]): boolean =>
  line.lane === plan.snapshot.master ||
  owed.some((one) => one.what === 'cluster-unmanaged' || one.what === 'vm-stopped');
