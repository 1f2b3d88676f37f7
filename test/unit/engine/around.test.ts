/** What stands around the tick: rings, requests, watching, our other runs, and the backup of a run before. */
import { Rejected } from '../../../src/domain/errors';
import type { Entry, Recorded } from '../../../src/domain/journal';
import { problems } from '../../../src/domain/problems';
import { backupThatCounts } from '../../../src/engine/backup-that-counts';
import { folds } from '../../../src/engine/fold';
import { otherRuns } from '../../../src/engine/others';
import { carryOut, type RequestDeps } from '../../../src/engine/requests';
import { sweep } from '../../../src/engine/sweep';
import { watch } from '../../../src/engine/watch';
import { answerRings } from '../../../src/engine/work';
import type { Bell, Journal, World } from '../../../src/ports';
import { recorded } from '../../support/toy-journal';
import { ANN, emptyWorld, RUN, toyPlan, toyRun, toyStarted } from '../../support/toy-run';
import { settled } from '../../support/toy-world';

interface Rings {
  readonly rung: (readonly [string, number?])[];
  readonly bell: Bell;
}

function rings(): Rings {
  const rung: (readonly [string, number?])[] = [];
  const ring: Bell['ring'] = async (run, inSeconds) =>
    void rung.push(inSeconds === undefined ? [run] : [run, inSeconds]);
  return { rung, bell: { ring, listen: async () => undefined, close: async () => undefined } };
}

describe('a ring', () => {
  test('is answered until nothing more follows, told after each move, and rung again when it is time', async () => {
    const toy = await toyRun({ machines: ['a'], before: [], kinds: ['off', 'boot'], after: [] });
    const { rung, bell } = rings();
    const published: number[] = [];
    const answer = answerRings({
      journal: toy.journal,
      bell,
      engine: toy.worker(),
      isRequest: () => false,
      carryOut: async () => false,
      publish: async () => void published.push(await toy.journal.lastSeq(RUN)),
    });
    await answer(RUN);
    expect((await toy.run()).lines['a-02-boot']?.waitingFor).toBe('a is away');
    expect(rung).toEqual([[RUN, 10]]);
    expect(published.at(-1)).toBe(await toy.journal.lastSeq(RUN));
    await toy.world.pass(30);
    await answer(RUN);
    expect((await toy.run()).phase).toBe('finished');
    expect(rung).toHaveLength(1);
  });

  test('of a request carries out what is asked and ticks nothing', async () => {
    const toy = await toyRun();
    const { bell } = rings();
    const carried: string[] = [];
    const answer = answerRings({
      journal: toy.journal,
      bell,
      engine: toy.worker(),
      isRequest: (id) => id.startsWith('ask-'),
      carryOut: async () => {
        carried.push('all');
        return true;
      },
      publish: async () => undefined,
    });
    await answer('ask-1');
    expect(carried).toEqual(['all']);
    expect(await toy.journal.lastSeq(RUN)).toBe(1);
  });

  test('comes by the sweep for every open run and every open request', async () => {
    const toy = await toyRun();
    await toy.journal.ask({ id: 'ask-1', kind: 'plan', pool: 'pool-a', args: {}, by: ANN, askedAt: 0 });
    const { rung, bell } = rings();
    expect(await sweep(toy.journal, bell)).toBe(2);
    expect(rung).toEqual([[RUN], ['ask-1']]);
  });
});

describe('a request', () => {
  const asked = async (makePlan: RequestDeps['makePlan']) => {
    const { journal } = await toyRun();
    const said: unknown[] = [];
    const reported: string[] = [];
    await journal.ask({
      id: 'ask-1',
      kind: 'plan',
      pool: 'pool-a',
      args: { to: '8.0.0' },
      by: ANN,
      askedAt: 0,
    });
    const deps: RequestDeps = {
      journal,
      owner: 'worker-1',
      makePlan,
      tell: async (_request, answer) => void said.push(answer),
      report: (what) => void reported.push(what),
    };
    const some = [await carryOut(deps), await carryOut(deps)];
    return { some, said, reported, answer: (await journal.request('ask-1'))?.answer };
  };

  test('is carried out once, with what was wished, and answered with the plan', async () => {
    const wishes: unknown[] = [];
    const seen = await asked(async (pool, wish, by) => {
      wishes.push([pool, wish, by]);
      return toyPlan();
    });
    expect(wishes).toEqual([['pool-a', { to: '8.0.0' }, ANN]]);
    expect(seen).toMatchObject({ some: [true, false], answer: { plan: 'plan-1' }, reported: [] });
  });

  test('that cannot be carried out is answered with the sentence', async () => {
    const seen = await asked(() => Promise.reject(new Rejected(problems.noTarget('pool-a'))));
    expect(seen.answer).toMatchObject({ problem: { code: 'NO_TARGET' } });
    expect(seen.reported).toEqual([]);
  });

  test('that fails unexpectedly is answered too, and reported to those who run this', async () => {
    const seen = await asked(() => Promise.reject(new TypeError('x is undefined')));
    expect(seen.answer).toMatchObject({
      problem: { code: 'PLAN_FAILED', doThis: ['Try again: /xsupgrade plan pool-a --to 8.0.0'] },
    });
    expect(seen.said).toHaveLength(1);
    expect(seen.reported).toEqual(['The plan of pool-a could not be made']);
  });
});

describe('our other runs', () => {
  const OTHER = 'run-2';
  const beside = async (
    entries: readonly Entry[],
    same = true,
  ): Promise<{ hosts: readonly string[]; services: readonly string[] }> => {
    const { journal } = await toyRun();
    const plan = { ...toyPlan(), id: 'plan-2', pool: 'pool-b', poolUuid: 'uuid-pool-b' };
    await journal.savePlan(plan);
    const row = {
      id: OTHER,
      plan: plan.id,
      pool: plan.pool,
      poolUuid: plan.poolUuid,
      procedure: 'toy',
      openedAt: 0,
    };
    await journal.openRun(row, { ...toyStarted(plan), pool: 'pool-b' });
    for (const entry of entries) await journal.append(OTHER, await journal.lastSeq(OTHER), entry);
    const others = otherRuns(journal, folds(journal), RUN, (pool) => pool === 'pool-b' && same);
    return { hosts: await others.hostsInWork(), services: await others.servicesHeld() };
  };
  const act = (
    line: string,
    subject: string,
    owes: Extract<Entry, { type: 'ActIntended' }>['owes'] = [],
  ): readonly Entry[] => [
    { type: 'LineBegan', line, before: { on: true } },
    {
      type: 'ActIntended',
      line,
      act: { subject, what: `off ${subject}`, args: null },
      n: 1,
      owes,
      worker: 'w',
    },
  ];
  const usage = [{ what: 'services-stopped' as const, on: 'usage on ms-1', before: null }];

  test('have a host in work from its first intent to its last line', async () => {
    expect((await beside([])).hosts).toEqual([]);
    expect((await beside([{ type: 'LineBegan', line: 'a-01-off', before: { on: true } }])).hosts).toEqual([]);
    expect((await beside(act('a-01-off', 'a'))).hosts).toEqual(['a of pool-b']);
    const through = ['off', 'boot', 'prove', 'on'].map((kind, n): Entry => ({
      type: 'LineDone',
      line: `a-0${n + 1}-${kind}`,
      saw: '',
      gaveBack: [],
    }));
    expect((await beside([...act('a-01-off', 'a'), ...through])).hosts).toEqual([]);
  });

  test('hold services from the intent to stop them until they are given back', async () => {
    const held = act('before-02-lower', 'usage on ms-1', usage);
    expect((await beside(held)).services).toEqual(['usage on ms-1 (pool-b)']);
    const back: Entry = {
      type: 'LineDone',
      line: 'before-02-lower',
      saw: '',
      gaveBack: [{ what: 'services-stopped', on: 'usage on ms-1' }],
    };
    expect((await beside([...held, back])).services).toEqual([]);
  });

  test('on another CloudStack, or ended, do not count', async () => {
    expect(await beside(act('a-01-off', 'a', usage), false)).toEqual({ hosts: [], services: [] });
    expect(await beside([...act('a-01-off', 'a', usage), { type: 'RunAborted' }])).toEqual({
      hosts: [],
      services: [],
    });
  });
});

describe('the backup of an earlier run', () => {
  const plan = (target = '7.1.2', procedure = 'rolling-upgrade') => {
    const base = toyPlan();
    const [first, ...rest] = base.sections;
    const line = { ...first!.lines[0]!, id: 'before-05-back-up-databases', kind: 'back-up-databases' };
    const gone = { ...line, id: 'host-1-10-upgrade-by-hand', kind: 'upgrade-by-hand' };
    return { ...base, target, procedure, sections: [{ ...first!, lines: [line, gone] }, ...rest] };
  };
  const GONE: Entry = { type: 'LineDone', line: 'host-1-10-upgrade-by-hand', saw: '', gaveBack: [] };
  const ended = (name: string, end?: Entry, upgraded = true): readonly Recorded[] =>
    recorded([
      toyStarted(toyPlan()),
      { type: 'LineDone', line: 'before-05-back-up-databases', saw: '', result: { name }, gaveBack: [] },
      ...(upgraded ? [GONE] : []),
      ...(end ? [end] : []),
    ]);

  test('counts when that run was of this very upgrade and did not finish; the newest of them', () => {
    const aborted = { plan: plan(), entries: ended('b-1', { type: 'RunAborted' }) };
    expect(backupThatCounts([aborted], '7.1.2')).toBe('b-1');
    expect(backupThatCounts([aborted, { plan: plan(), entries: ended('b-2') }], '7.1.2')).toBe('b-2');
  });

  test.each([
    ['to another version', plan('8.0.0'), ended('b-1')],
    ['of another procedure', plan('7.1.2', 'give-back'), ended('b-1')],
    ['that finished', plan(), ended('b-1', { type: 'RunFinished' })],
    ['that upgraded no host', plan(), ended('b-1', { type: 'RunAborted' }, false)],
    ['that took none', plan(), recorded([toyStarted(toyPlan())])],
  ])('does not count from a run %s', (_sentence, of, entries) => {
    expect(backupThatCounts([{ plan: of, entries }], '7.1.2')).toBeUndefined();
  });
});

describe('watching', () => {
  test('holds one stream for each open run, rings on its events, and ends it with the run', async () => {
    const toy = await toyRun({ machines: ['a'] });
    const streams: { readonly changed: () => void; readonly signal: AbortSignal }[] = [];
    const world: World = {
      ...emptyWorld(),
      xen: streaming((changed, signal) => void streams.push({ changed, signal })),
    };
    const rung: string[] = [];
    const seen = watch({
      journal: toy.journal,
      world: () => world,
      ring: (run) => void rung.push(run),
      speed: () => 1,
    });
    await seen.follow();
    await seen.follow();
    expect(streams).toHaveLength(1);
    streams[0]!.changed();
    expect(rung).toEqual([RUN]);
    await toy.say({ type: 'RunAborted' });
    await seen.follow();
    await settled();
    expect(streams[0]!.signal.aborted).toBe(true);
    await seen.close();
  });

  test('a worker that closes leaves no stream behind', async () => {
    const toy: { readonly journal: Journal } = await toyRun({ machines: ['a'] });
    const signals: AbortSignal[] = [];
    const world: World = { ...emptyWorld(), xen: streaming((_changed, signal) => void signals.push(signal)) };
    const seen = watch({ journal: toy.journal, world: () => world, ring: () => undefined, speed: () => 1 });
    await seen.follow();
    await seen.close();
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  });
});

/** A pool that streams until it is told not to, and does nothing else. */
function streaming(listen: (changed: () => void, signal: AbortSignal) => void): World['xen'] {
  return {
    ...emptyWorld().xen,
    watch: (changed, signal) => {
      listen(changed, signal);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  };
}
