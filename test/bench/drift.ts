/**
 * A pool that changes while its run is under way: a VM appears, grows or dies, a host dies, memory shrinks. Each run either
 * ends well or stops and says why; none stands still in silence, and none does what must never be done.
 */
import { shownPhase, stoppedLines } from '../../src/domain/lanes';
import { currentLine, lanesOf, openQuestions, type Run } from '../../src/domain/run';
import type { SimVm } from '../../src/sim/model';
import { fourHosts } from '../support/overlap';
import { chanceOf, type Chance } from '../support/random';
import { story, type Story } from '../support/story';
import type { Figure } from './figures';

/** Runs of four hosts, told in memory, half of them in waves of two. */
const RUNS = 200;
/** A run asks once for itself and twice for each host. */
const QUESTIONS = 9;

const someVm = (it: Story, chance: Chance): SimVm =>
  chance.oneOf(it.pool.vms.filter(({ kind, on }) => kind === 'guest' && on !== undefined));

const DRIFTS: Readonly<Record<string, (it: Story, chance: Chance) => void>> = {
  'a VM appears': (it, chance) => {
    const { cs: _unknown, ...vm } = someVm(it, chance);
    const last = String(it.pool.vms.length).padStart(12, '0');
    it.pool.vms.push({ ...vm, name: `new-${last}`, uuid: `${vm.uuid.slice(0, -12)}${last}` });
  },
  'a VM grows': (it, chance) => {
    someVm(it, chance).memoryMib *= chance.whole(2, 12);
  },
  'a VM dies': (it, chance) => {
    const vm = someVm(it, chance);
    vm.power = 'Halted';
    delete vm.on;
    if (!vm.cs) return;
    vm.cs.state = 'Stopped';
    delete vm.cs.on;
  },
  'a host dies': (it, chance) => {
    const host = chance.oneOf(it.pool.hosts.filter(({ phase }) => phase === 'up'));
    host.phase = 'off';
    host.live = false;
    host.cs.state = 'Down';
  },
  'memory shrinks': (it, chance) => {
    const host = chance.oneOf(it.pool.hosts);
    host.memory.total = Math.round(host.memory.total * (0.5 + chance.next() / 2));
  },
};

/** The run was over before the change was due. */
const NOTHING = 'nothing';

type Ending = 'finished' | 'says why' | 'silent';

/** What a person who looks at the run reads: a stop with its problem, a question, or what each lane waits for. */
function endingOf(run: Run): Ending {
  if (run.phase === 'finished') return 'finished';
  const waits = lanesOf(run).some((lane) => currentLine(run, lane)?.waitingFor !== undefined);
  const told = stoppedLines(run).some(({ problem }) => problem !== undefined);
  return told || waits || openQuestions(run).length > 0 || shownPhase(run) === 'aborted'
    ? 'says why'
    : 'silent';
}

interface Told {
  readonly what: string;
  readonly ending: Ending;
  readonly broken: number;
}

async function playedOut(seed: number): Promise<Told> {
  const chance = chanceOf(seed);
  const what = chance.oneOf(Object.keys(DRIFTS));
  const when = chance.whole(2, QUESTIONS);
  let asked = 0;
  const it = story({
    pools: [fourHosts],
    facts: { maxDown: 1 + (seed % 2) },
    answers: ({ ask }) => {
      asked += 1;
      if (asked === when) DRIFTS[what]!(it, chance);
      return ask.kind === 'retry' || ask.kind === 'accept-loss' ? 'leave' : 'yes';
    },
  });
  const run = await it.play(await it.start(await it.plan()));
  const happened = asked >= when ? what : NOTHING;
  return { what: happened, ending: endingOf(run), broken: it.cloud.violations.length + it.errors.length };
}

export async function drift(_workload: number, seed: number): Promise<readonly Figure[]> {
  const runs: Told[] = [];
  for (let n = 0; n < RUNS; n++) runs.push(await playedOut(seed * 1000 + n));
  const row = (what: string, value: number, samples: number, goal?: number): Figure => ({
    bench: 'drift',
    what,
    value,
    unit: 'in all',
    samples,
    ...(goal !== undefined && { goal }),
  });
  return [
    ...[...Object.keys(DRIFTS), NOTHING].map((what) => {
      const of = runs.filter((one) => one.what === what);
      return row(
        `${what}: finished all the same`,
        of.filter(({ ending }) => ending === 'finished').length,
        of.length,
      );
    }),
    row(
      'stopped, asks or waits, and says why',
      runs.filter(({ ending }) => ending === 'says why').length,
      RUNS,
    ),
    row('stands still and says nothing', runs.filter(({ ending }) => ending === 'silent').length, RUNS, 0),
    row(
      'broke a rule of the never list, or failed inside',
      runs.filter(({ broken }) => broken > 0).length,
      RUNS,
      0,
    ),
  ];
}
