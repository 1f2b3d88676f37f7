/** `npm run bench [-- NAME…] [--json] [--seed S]`: measures, prints, judges nobody: it exits 0 whatever the numbers are. */
import { parseArgs } from 'node:util';
import { drift } from './drift';
import { fixedWorkload, tableOf, type Figure } from './figures';
import { loop } from './loop';
import { overhead, wholeOverhead } from './overhead';
import { placement } from './placement';
import { plan } from './plan';
import { reaction } from './reaction';
import { upload } from './upload';

type Bench = (workload: number, seed: number) => Promise<readonly Figure[]>;

/** Each is told how long the fixed workload took just before it, wall milliseconds. */
const BENCHES: Readonly<Record<string, Bench>> = { reaction, overhead, plan, loop, upload };
/** Too long for every day. */
const BY_NAME: Readonly<Record<string, Bench>> = { 'overhead-whole': wholeOverhead, placement, drift };

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    options: { json: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
    allowPositionals: true,
  });
  const known: Readonly<Record<string, Bench>> = { ...BENCHES, ...BY_NAME };
  const unknown = positionals.filter((name) => !(name in known));
  if (unknown.length > 0) {
    process.stderr.write(
      `No such benchmark: ${unknown.join(', ')}. There are ${Object.keys(known).join(', ')}.\n`,
    );
    return 2;
  }
  const wanted = positionals.length > 0 ? positionals : Object.keys(BENCHES);
  const figures: Figure[] = [];
  const workloads: Record<string, number> = {};
  for (const name of wanted) {
    const workload = fixedWorkload();
    workloads[name] = workload;
    process.stderr.write(`${name} … (fixed workload ${workload.toFixed(0)} ms)\n`);
    figures.push(...(await known[name]!(workload, Number(values.seed))));
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ v: 1, workloadMs: workloads, figures })}\n`);
  else process.stdout.write(`${tableOf(figures)}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
