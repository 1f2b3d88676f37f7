/** Whether a worker with a large pool stays awake: delay of its event loop and its memory while it plans and while it ticks. */
import { openQuestions } from '../../src/domain/run';
import type { Figure } from './figures';
import type { LoopReport } from './measured-worker';
import { LARGE } from './plan';
import { poolOf } from './pools';
import { composed, directory, pause, startSim, startWorker, until, type Running } from './scene';

const ANN = { id: 'UANN', name: 'Ann' };
const BOB = { id: 'UBOB', name: 'Bob' };
/** Pool seconds per wall second: the first host is being drained well before the measurement ends. */
const SPEED = 30;
/** How long the run is watched, wall milliseconds. */
const TICKING_MS = 30_000;
const PLAN_MS = 120_000;

export async function loop(workload: number): Promise<readonly Figure[]> {
  const { dir, remove } = directory();
  const sim = await startSim(poolOf(LARGE.hosts, LARGE.vms), dir, SPEED);
  const product = await composed(dir);
  const worker = startWorker(dir);
  try {
    const { journal, bell, operator, folds } = product;
    const asked = {
      id: 'ask-bench',
      kind: 'plan',
      pool: 'pool-a',
      args: {},
      by: ANN,
      askedAt: Date.now(),
    } as const;
    await journal.ask(asked);
    await bell.ring(asked.id);
    const answer = await until(
      async () => (await journal.request(asked.id))?.answer,
      'the plan asked for',
      PLAN_MS,
    );
    const planning = await reportOf(worker);

    const { plan } = answer as { readonly plan?: string };
    if (plan === undefined) throw new Error(`no plan: ${JSON.stringify(answer)}`);
    const { run } = await operator.start(ANN, plan);
    const before = await journal.lastSeq(run);
    const end = performance.now() + TICKING_MS;
    while (performance.now() < end) {
      for (const question of openQuestions(await folds.newest(run)))
        await operator.answer(BOB, run, { question: question.id, says: 'yes' });
      await pause(250);
    }
    const ticking = await reportOf(worker);
    const entries = (await journal.lastSeq(run)) - before;
    return [
      ...figuresOf('while it plans', planning, workload),
      ...figuresOf('while it drains', ticking, workload, `${entries} journal entries`),
    ];
  } finally {
    await worker.end();
    await product.close();
    await sim.end();
    remove();
  }
}

async function reportOf({ process }: Running): Promise<LoopReport> {
  const report = new Promise<LoopReport>((resolve) =>
    process.once('message', (said) => resolve(said as LoopReport)),
  );
  process.send('report');
  return report;
}

function figuresOf(when: string, report: LoopReport, workload: number, note?: string): readonly Figure[] {
  const size = `${LARGE.hosts} hosts, ${LARGE.vms} VMs`;
  const row = (what: string, value: number): Figure => ({
    bench: 'loop',
    what: `${size}: ${what} ${when}`,
    value,
    unit: 'ms',
    ofWorkload: value / workload,
  });
  return [
    row('event-loop delay p50', report.p50),
    row('event-loop delay p99', report.p99),
    row('event-loop delay, worst', report.worst),
    {
      bench: 'loop',
      what: `${size}: peak memory ${when}`,
      value: report.peakRssMib,
      unit: 'MiB',
      ...(note !== undefined && { note }),
    },
  ];
}
