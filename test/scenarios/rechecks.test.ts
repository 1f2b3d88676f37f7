/** The checks in the middle of a run: what our own work causes (versions that differ, HA off, allocation disabled) is no finding. */
import { smallPool } from '../support/small-pool';
import { story } from '../support/story';

test('before every host the checks say nothing: neither a block nor a warning of what the run itself did', async () => {
  const warned: string[] = [];
  const it = story({
    pools: [smallPool],
    answers: (question) => {
      warned.push(...question.ask.saw.filter((seen) => seen.startsWith('Warning:')));
      return 'yes';
    },
  });
  const id = await it.start(await it.plan());

  const run = await it.play(id);

  const looks = (await it.entries(id)).flatMap((entry) =>
    entry.type === 'LineDone' && entry.line.endsWith('-recheck-host') ? [entry.saw] : [],
  );
  expect(run.phase).toBe('finished');
  expect(looks).toEqual(['nothing blocks host-1', 'nothing blocks host-2']);
  expect(warned).toEqual([]);
  expect(it.cloud.violations).toEqual([]);
}, 120_000);
