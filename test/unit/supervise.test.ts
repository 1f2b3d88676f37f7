/** The supervisor: what ends is started again, and what is stopped stays so. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog } from '../../src/log';
import { supervise, type Patience, type Supervision } from '../../src/supervise';

const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-supervise-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Said {
  readonly child: string;
  readonly msg: string;
  readonly againInMs?: number;
  readonly signal?: string;
}
const patience: Patience = { firstMs: 20, longestMs: 100, wellMs: 60_000, endMs: 300 };
let supervision: Supervision | undefined;
afterEach(() => supervision?.stop());

/** Supervises these programs, each written out as a script. */
function given(programs: Readonly<Record<string, string>>, over: Partial<Patience> = {}): readonly Said[] {
  const said: Said[] = [];
  const children = Object.entries(programs).map(([name, program]) => {
    const file = join(directory, `${name}.cjs`);
    writeFileSync(file, program);
    return { name, script: [file] };
  });
  const sink = (line: string): void => void said.push(JSON.parse(line) as Said);
  const log = makeLog({ process: 'main', level: 'info', secrets: () => [], sink });
  supervision = supervise(children, log, { ...patience, ...over });
  return said;
}
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
const RUNS = 'setInterval(() => undefined, 1000);';
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a child that is killed is started again, and the other is left alone', async () => {
  const said = given({ bot: RUNS, worker: RUNS });
  const before = supervision?.pids() ?? {};

  process.kill(before['worker']!, 'SIGKILL');
  await until(() => (supervision?.pids()['worker'] ?? before['worker']) !== before['worker']);

  expect(supervision?.pids()['bot']).toBe(before['bot']);
  expect(said.map(({ msg }) => msg)).toEqual([
    'bot started',
    'worker started',
    'worker ended and is started again',
    'worker started',
  ]);
  expect(said[2]).toMatchObject({ signal: 'SIGKILL', againInMs: 20 });
});

test('a child that ends again and again is given longer and longer pauses, up to the longest', async () => {
  const said = given({ bot: 'process.exit(1);' });
  const pauses = (): readonly (number | undefined)[] =>
    said.filter(({ againInMs }) => againInMs).map(({ againInMs }) => againInMs);

  await until(() => pauses().length >= 5);

  expect(pauses().slice(0, 5)).toEqual([20, 40, 80, 100, 100]);
});

test('a child that was well for a while is started again as if it were the first time', async () => {
  const said = given({ bot: 'process.exit(1);' }, { wellMs: 0 });
  const pauses = (): readonly (number | undefined)[] =>
    said.filter(({ againInMs }) => againInMs).map(({ againInMs }) => againInMs);

  await until(() => pauses().length >= 3);

  expect(pauses().slice(0, 3)).toEqual([20, 20, 20]);
});

test('stopping asks each child to end, waits for it, and starts nothing again', async () => {
  const file = join(directory, 'ended');
  const said = given(
    {
      worker: `${RUNS} process.on('SIGTERM', () => setTimeout(() => { require('fs').writeFileSync(${JSON.stringify(file)}, 'in order'); process.exit(0); }, 50)); require('fs').writeFileSync(${JSON.stringify(file)}, 'begun');`,
    },
    { endMs: 10_000 },
  );
  await until(() => reads(file) === 'begun');

  await supervision?.stop();

  expect(reads(file)).toBe('in order');
  expect(supervision?.pids()).toEqual({});
  expect(said.map(({ msg }) => msg)).toEqual(['worker started']);
});

test('a child that does not want to end is killed', async () => {
  const file = join(directory, 'deaf');
  const said = given({
    worker: `${RUNS} process.on('SIGTERM', () => undefined); require('fs').writeFileSync(${JSON.stringify(file)}, 'begun');`,
  });
  await until(() => reads(file) === 'begun');
  const pid = supervision?.pids()['worker'] ?? 0;

  await supervision?.stop();

  expect(isAlive(pid)).toBe(false);
  expect(said.at(-1)?.msg).toBe('worker did not end within 300 ms and is killed');
});

test('stopping during a pause starts nothing', async () => {
  const said = given({ bot: 'process.exit(1);' }, { firstMs: 200, longestMs: 200 });
  await until(() => said.length === 2);

  await supervision?.stop();
  await new Promise((resolve) => setTimeout(resolve, 300));

  expect(said).toHaveLength(2);
});

function reads(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
