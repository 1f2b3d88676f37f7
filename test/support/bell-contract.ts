/** What every bell promises; each implementation runs all of it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { makeBell, type BellOptions, type OpenBell } from '../../src/adapters/bell/bell';
import type { Clock } from '../../src/ports';

/** Pool time runs 100 times faster than the wall, so that 5 pool seconds are 50 ms. */
const SPEED = 100;
export const clock: Clock = {
  now: () => Date.now() * SPEED,
  monotonic: () => performance.now(),
  speed: () => SPEED,
};

/** Until it is so, or the test's own time is over. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wallMs(2);
}
export const wallMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** What is promised not to happen would have happened by now: three looks of the embedded bell. */
export const quiet = (): Promise<void> => wallMs(150);

export function bellContract(make: () => BellOptions): void {
  let options: BellOptions;
  let bell: OpenBell;
  const opened: OpenBell[] = [];
  const troubles: unknown[] = [];
  const another = async (): Promise<OpenBell> => {
    const made = await makeBell(options, clock, (error) => troubles.push(error));
    opened.push(made);
    return made;
  };

  beforeEach(async () => {
    options = make();
    bell = await another();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((it) => it.close()));
    expect(troubles.splice(0)).toEqual([]);
  });

  test('a ring is answered, and with nothing rung nothing is', async () => {
    const answered: string[] = [];
    await bell.listen(async (run) => void answered.push(run));
    await quiet();
    const before = [...answered];

    await bell.ring('run-1');
    await until(() => answered.length > 0);
    await quiet();

    expect([before, answered]).toEqual([[], ['run-1']]);
  });

  test('what was rung before anybody listened is answered', async () => {
    const answered: string[] = [];
    await bell.ring('run-1');

    await bell.listen(async (run) => void answered.push(run));

    await until(() => answered.length > 0);
    expect(answered).toEqual(['run-1']);
  });

  test('a ring during a tick brings one more tick, after it and not beside it', async () => {
    let inHand = 0;
    let most = 0;
    let ended = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await bell.listen(async () => {
      most = Math.max(most, ++inHand);
      await held;
      inHand--;
      ended++;
    });
    await bell.ring('run-1');
    await until(() => inHand === 1);

    await bell.ring('run-1');
    await bell.ring('run-1');
    await quiet();
    release();
    await until(() => ended >= 2);
    await quiet();

    expect({ ended, most }).toEqual({ ended: 2, most: 1 });
  });

  test('runs do not wait for each other', async () => {
    const begun: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await bell.listen(async (run) => {
      begun.push(run);
      if (run === 'run-1') await held;
    });

    await bell.ring('run-1');
    await until(() => begun.length === 1);
    await bell.ring('run-2');
    await until(() => begun.length === 2);
    release();

    expect(begun).toEqual(['run-1', 'run-2']);
  });

  test('a click is answered at once although a delayed ring exists, and the delayed one still comes', async () => {
    const answered: number[] = [];
    const start = performance.now();
    await bell.listen(async () => void answered.push(performance.now() - start));

    await bell.ring('run-1', 40);
    await bell.ring('run-1');
    await until(() => answered.length === 2);

    expect(answered[0]).toBeLessThan(300);
    expect(answered[1]).toBeGreaterThanOrEqual(390);
  });

  test('a click and a "later" in one tick are two more ticks', async () => {
    const answered: string[] = [];
    await bell.listen(async (run) => {
      answered.push(run);
      if (answered.length > 1) return;
      await bell.ring('run-1');
      await bell.ring('run-1', 20);
    });

    await bell.ring('run-1');
    await until(() => answered.length === 3);
    await quiet();

    expect(answered).toHaveLength(3);
  });

  test('later after sooner does not put it off, and sooner after later brings it nearer', async () => {
    const answered: (readonly [string, number])[] = [];
    const start = performance.now();
    await bell.listen(async (run) => void answered.push([run, performance.now() - start]));

    await bell.ring('sooner first', 20);
    await bell.ring('sooner first', 500);
    await bell.ring('later first', 500);
    await bell.ring('later first', 20);
    await until(() => answered.length === 2);
    await quiet();

    expect(answered.map(([run]) => run).sort()).toEqual(['later first', 'sooner first']);
    for (const [, ms] of answered) {
      expect(ms).toBeGreaterThanOrEqual(190);
      expect(ms).toBeLessThan(1_500);
    }
  });

  test('a tick that asks for the next one gets it, again and again', async () => {
    let ticks = 0;
    await bell.listen(async (run) => {
      ticks++;
      if (ticks < 10) await bell.ring(run, 1);
    });

    await bell.ring('run-1', 1);
    await until(() => ticks === 10);
    await quiet();

    expect(ticks).toBe(10);
  });

  test('a ring is answered after five hundred others have been', async () => {
    let ticks = 0;
    await bell.listen(async () => void ticks++);

    for (let i = 0; i < 500; i++) {
      await bell.ring('run-1');
      await until(() => ticks > i);
    }
    await bell.ring('run-1');
    await until(() => ticks === 501);

    expect(ticks).toBe(501);
  });

  test('a tick that fails does not stop the next one', async () => {
    let ticks = 0;
    await bell.listen(async () => {
      ticks++;
      throw new Error(`tick ${ticks}`);
    });

    await bell.ring('run-1');
    await until(() => ticks === 1);
    await bell.ring('run-1');
    await until(() => ticks === 2);
    await until(() => troubles.length === 2);

    expect(troubles.splice(0).map(String)).toEqual(['Error: tick 1', 'Error: tick 2']);
  });

  test('a ring from another process is answered within a tenth of a second and a bit', async () => {
    const answered: number[] = [];
    await bell.listen(async () => void answered.push(Date.now()));
    const rung = await ringFromAnotherProcess(options, 'run-1');

    await until(() => answered.length > 0);

    expect(answered[0]! - rung).toBeLessThan(300);
    await quiet();
    expect(answered).toHaveLength(1);
  });

  test('a ring is answered by one of several listeners', async () => {
    const answered: string[] = [];
    const other = await another();
    await bell.listen(async (run) => void answered.push(run));
    await other.listen(async (run) => void answered.push(run));

    for (let i = 0; i < 20; i++) await bell.ring(`run-${i}`);
    await until(() => answered.length >= 20);
    await quiet();

    expect(answered.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `run-${i}`).sort());
  });

  test('closing waits for the tick in hand', async () => {
    let ended = false;
    let begun = false;
    await bell.listen(async () => {
      begun = true;
      await wallMs(100);
      ended = true;
    });
    await bell.ring('run-1');
    await until(() => begun);

    await bell.close();
    opened.splice(0, 1);

    expect(ended).toBe(true);
  });
}

export function ringFromAnotherProcess(options: BellOptions, run: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(__dirname, 'ringer.cjs'), JSON.stringify(options), run], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(Number(said)) : reject(new Error(`the ringer ended with ${code}`)),
    );
  });
}
