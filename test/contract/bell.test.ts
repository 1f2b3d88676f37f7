/** The bell's promises, kept by the embedded one and by BullMQ on a real Redis alike. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBell } from '../../src/adapters/bell/bell';
import type { Clock } from '../../src/ports';
import { describeWith, redisUrl } from '../support/backends';
import { bellContract, quiet, until } from '../support/bell-contract';

const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-bell-'));
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;

describe('the embedded bell', () => {
  bellContract(() => ({ sqliteFile: join(directory, `${count++}`, 'xsupgrade.sqlite') }));

  test('a delayed ring follows the clock when its speed is changed', async () => {
    let speed = 1;
    let offset = 0;
    const changing: Clock = {
      now: () => performance.now() * speed + offset,
      monotonic: () => performance.now(),
      speed: () => speed,
    };
    const bell = await makeBell({ sqliteFile: join(directory, 'speed.sqlite') }, changing);
    const answered: string[] = [];
    await bell.listen(async (run) => void answered.push(run));
    await bell.ring('run-1', 600);
    await quiet();
    const before = [...answered];

    offset = 601_000;
    speed = 1;
    await until(() => answered.length > 0);

    expect([before, answered]).toEqual([[], ['run-1']]);
    await bell.close();
  });
});

describeWith('redis', 'the bell on Redis', () => {
  bellContract(() => ({ redisUrl: redisUrl(), sqliteFile: '', prefix: `test-${process.pid}-${count++}` }));
});
