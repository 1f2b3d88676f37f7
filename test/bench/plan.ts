/** How long a plan of a large pool takes a person in a shell: a new process, TLS, XML-RPC, CloudStack's API, its database and SSH. */
import { percentile, type Figure } from './figures';
import { poolOf } from './pools';
import { cli, directory, startSim } from './scene';
import type { Truth } from '../../src/demo/verdict';

export const LARGE = { hosts: 16, vms: 500 } as const;
const SAMPLES = 5;
/** Wall seconds. */
const GOAL = 15;

export async function plan(workload: number): Promise<readonly Figure[]> {
  const { dir, remove } = directory();
  const sim = await startSim(poolOf(LARGE.hosts, LARGE.vms), dir, 1);
  try {
    const seconds: number[] = [];
    for (let n = 0; n < SAMPLES; n++) {
      const { ms, code, out } = await cli(dir, 'plan', 'pool-a', '--json', '--as', 'UANN');
      const { snapshot } = JSON.parse(out) as { readonly snapshot?: { readonly vms: readonly unknown[] } };
      if (code !== 0 || snapshot?.vms.length !== LARGE.vms)
        throw new Error(`the plan ended with ${code}: ${out.slice(0, 2_000)}`);
      seconds.push(ms / 1000);
    }
    const { calls } = await truthOf(sim.announcement.control);
    const changing = calls.filter((call) => call.mutates && call.face !== 'slack');
    const size = `${LARGE.hosts} hosts, ${LARGE.vms} VMs`;
    return [
      ...[50, 100].map((rank) => ({
        bench: 'plan',
        what: `${size}: plan by the CLI, ${rank === 50 ? 'median' : 'slowest'}`,
        value: percentile(seconds, rank),
        unit: 's' as const,
        goal: GOAL,
        samples: SAMPLES,
        ofWorkload: (percentile(seconds, rank) * 1000) / workload,
      })),
      {
        bench: 'plan',
        what: `${size}: calls of one plan`,
        value: calls.length / SAMPLES,
        unit: 'calls',
        samples: SAMPLES,
      },
      {
        bench: 'plan',
        what: `${size}: changing calls of all plans`,
        value: changing.length,
        unit: 'calls',
        goal: 0,
        samples: SAMPLES,
      },
    ];
  } finally {
    await sim.end();
    remove();
  }
}

async function truthOf(control: string): Promise<Truth> {
  return (await (await fetch(`${control.replace(/\/$/, '')}/truth`)).json()) as Truth;
}
