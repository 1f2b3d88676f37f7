/** Whether a worker with a large pool stays awake: delay of its event loop and its memory while a run drains a host. */
import { openQuestions } from '../../src/domain/run';
import type { Figure } from './figures';
import { delaysOf } from './loop-watch';
import { LARGE, poolOf, sizeOf } from './pools';
import { askedPlan, composed, directory, pause, reportOf, startSim, startWorker } from './scene';

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
    const { journal, operator, folds } = product;
    const plan = await askedPlan(product, PLAN_MS);
    // how it fared while it planned is the benchmark of that name
    await reportOf(worker);
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
      ...delaysOf('loop', `${sizeOf(LARGE)}: while it drains`, ticking, workload),
      {
        bench: 'loop',
        what: `${sizeOf(LARGE)}: while it drains, peak memory`,
        value: ticking.peakRssMib,
        unit: 'MiB',
        note: `${entries} journal entries`,
      },
    ];
  } finally {
    await worker.end();
    await product.close();
    await sim.end();
    remove();
  }
}
