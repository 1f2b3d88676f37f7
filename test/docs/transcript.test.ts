/**
 * The thread in README.md is what the product renders: the default simulated pool is upgraded in memory, and every line
 * that is shown is compared. `…` stands for lines that are left out; times, digests and ids may differ.
 */
import { openQuestions, type Question, type Run } from '../../src/domain/run';
import { thread } from '../../src/slack/view/thread';
import { transcript } from '../../src/slack/view/transcript';
import { story } from '../support/story';
import { fencesOf, page } from './markdown';

const README = page('README.md');
const region = /<!-- transcript -->\n([\s\S]*?)<!-- \/transcript -->/.exec(README)?.[1] ?? '';
const [waiting = '', finished = ''] = fencesOf(region, 'text');

/** What differs from run to run: when it was, how long it took, what it was called. */
const steady = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+Z)?/g, 'TIME')
    .replace(/\bpool-a-\d{8}-\d{6}-[0-9a-f]{6}/g, 'PLAN')
    .replace(/\b\d\d:\d\d(?= UTC)/g, 'TIME')
    .replace(/\b[0-9a-f]{12}\b/g, 'SUM')
    .replace(/\d+\.\d MiB/g, 'SIZE')
    .replace(/\b(\d+ (h|min|s)|less than a minute)( \d+ min)?\b/g, 'LONG')
    .replace(/\d+ MiB free/g, 'ROOM');

const rendered = (run: Run): readonly string[] => steady(transcript(thread(run, [], []))).split('\n');

/** Pieces of the fence between the lines that stand for what is left out. */
function piecesOf(fence: string): readonly (readonly string[])[] {
  const pieces: string[][] = [[]];
  for (const line of steady(fence).trimEnd().split('\n')) {
    if (/^(│ )?…$/.test(line)) pieces.push([]);
    else pieces.at(-1)!.push(line);
  }
  return pieces.filter((piece) => piece.length > 0);
}

/** Where each piece begins in the rendered thread, one after the other; -1 for one that is not there. */
function placesOf(pieces: readonly (readonly string[])[], lines: readonly string[]): readonly number[] {
  let from = 0;
  return pieces.map((piece) => {
    const at = lines.findIndex(
      (_, start) => start >= from && piece.every((line, offset) => lines[start + offset] === line),
    );
    if (at >= 0) from = at + piece.length;
    return at;
  });
}

function expectShown(fence: string, lines: readonly string[]): void {
  const pieces = piecesOf(fence);
  const places = placesOf(pieces, lines);

  expect(pieces.length).toBeGreaterThan(0);
  const missing = pieces.filter((_, at) => (places[at] ?? -1) < 0).map((piece) => piece.join('\n'));
  if (missing.length > 0) expect(missing.join('\n…\n')).toBe(lines.join('\n'));
  expect(places[0]).toBe(0);
}

test('README.md shows the thread as it reads, waiting for the first host and at the end', async () => {
  const mayGoOn = { now: false };
  const asksForTheMaster = ({ ask }: Question): boolean => ask.text.includes('the pool master');
  const it = story({ answers: (question) => (asksForTheMaster(question) && !mayGoOn.now ? 'leave' : 'yes') });
  const id = await it.start(await it.plan());

  const early = await it.play(id, { until: (run) => openQuestions(run).some(asksForTheMaster) });
  expectShown(waiting, rendered(early));

  mayGoOn.now = true;
  const run = await it.play(id);
  expect([run.phase, it.errors, it.cloud.violations]).toEqual(['finished', [], []]);
  expectShown(finished, rendered(run));
}, 120_000);
