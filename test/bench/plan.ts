/**
 * What a plan of a large pool costs: a new process in a shell, and the worker that is asked from Slack. TLS, XML-RPC,
 * CloudStack's API, its database and SSH; nothing may be changed by it.
 */
import type { Truth } from '../../src/demo/verdict';
import { percentile, type Figure } from './figures';
import { delaysOf, type LoopReport } from './loop-watch';
import { HUGE, LARGE, poolOf, sizeOf, type Size } from './pools';
import { askedPlan, cli, composed, directory, reportOf, startSim, startWorker } from './scene';

interface Promised {
  readonly size: Size;
  /** Wall seconds. */
  readonly seconds: number;
  readonly samples: number;
}

const PROMISED: readonly Promised[] = [
  { size: LARGE, seconds: 15, samples: 5 },
  { size: HUGE, seconds: 60, samples: 3 },
];
/** Of one process. */
const MOST_MIB = 512;
/** Longer than the worker takes on a machine that is busy with other work. */
const WORKER_MS = 240_000;

export async function plan(workload: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const promised of PROMISED) figures.push(...(await sized(promised, workload)));
  return figures;
}

async function sized({ size, seconds, samples }: Promised, workload: number): Promise<readonly Figure[]> {
  const { dir, remove } = directory();
  const sim = await startSim(poolOf(size.hosts, size.vms), dir, 1);
  try {
    const taken: number[] = [];
    const loops: LoopReport[] = [];
    for (let n = 0; n < samples; n++) {
      const { ms, code, out, loop } = await cli(dir, 'plan', 'pool-a', '--json', '--as', 'UANN');
      const { snapshot } = JSON.parse(out) as { readonly snapshot?: { readonly vms: readonly unknown[] } };
      if (code !== 0 || snapshot?.vms.length !== size.vms)
        throw new Error(`the plan ended with ${code}: ${out.slice(0, 2_000)}`);
      taken.push(ms / 1000);
      loops.push(loop);
    }
    const asked = (await callsOf(sim.announcement.control)).length / samples;
    const inWorker = await byWorker(dir);
    const changing = (await callsOf(sim.announcement.control)).filter((call) => call.mutates);
    const row = (what: string, value: number, unit: Figure['unit'], rest: Partial<Figure> = {}): Figure => ({
      bench: 'plan',
      what: `${sizeOf(size)}: ${what}`,
      value,
      unit,
      ...rest,
    });
    const wall = (what: string, value: number, n: number): Figure =>
      row(what, value, 's', { goal: seconds, samples: n, ofWorkload: (value * 1000) / workload });
    const memory = (what: string, loop: LoopReport, n: number): Figure =>
      row(what, loop.peakRssMib, 'MiB', { goal: MOST_MIB, samples: n });
    const worst = worstOf(loops);
    return [
      wall('by the CLI, median', percentile(taken, 50), samples),
      wall('by the CLI, slowest', percentile(taken, 100), samples),
      memory('by the CLI, peak memory', worst, samples),
      ...delaysOf('plan', `${sizeOf(size)}: by the CLI`, worst, workload),
      wall('by the worker', inWorker.seconds, 1),
      memory('by the worker, peak memory', inWorker.loop, 1),
      ...delaysOf('plan', `${sizeOf(size)}: by the worker`, inWorker.loop, workload),
      row('calls of one plan', asked, 'calls', { samples }),
      row('changing calls of all plans', changing.length, 'calls', { goal: 0, samples: samples + 1 }),
    ];
  } finally {
    await sim.end();
    remove();
  }
}

const worstOf = (loops: readonly LoopReport[]): LoopReport => ({
  p99: Math.max(...loops.map((loop) => loop.p99)),
  worst: Math.max(...loops.map((loop) => loop.worst)),
  peakRssMib: Math.max(...loops.map((loop) => loop.peakRssMib)),
});

async function byWorker(dir: string): Promise<{ readonly seconds: number; readonly loop: LoopReport }> {
  const product = await composed(dir);
  const worker = startWorker(dir);
  try {
    // answered once its programs are loaded, and what that cost goes with the answer
    await reportOf(worker);
    const from = performance.now();
    await askedPlan(product, WORKER_MS);
    return { seconds: (performance.now() - from) / 1000, loop: await reportOf(worker) };
  } finally {
    await worker.end();
    await product.close();
  }
}

/** Everything asked of the pool: what the worker says in Slack is no part of it. */
async function callsOf(control: string): Promise<Truth['calls']> {
  const { calls } = (await (await fetch(`${control.replace(/\/$/, '')}/truth`)).json()) as Truth;
  return calls.filter((call) => call.face !== 'slack');
}
