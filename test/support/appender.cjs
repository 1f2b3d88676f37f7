/** A process of its own that appends to run-1 until entry 41 is there; prints how often it was first. */
require('./typescript.cjs');
const { makeJournal } = require('../../src/adapters/journal/journal');
const { Stale } = require('../../src/domain/errors');

const [file, name] = process.argv.slice(2);
const clock = { now: Date.now, monotonic: () => performance.now(), speed: () => 1 };

async function append() {
  const journal = await makeJournal({ sqliteFile: file, allowVolatile: false }, clock);
  let won = 0;
  for (let seen = await journal.lastSeq('run-1'); seen < 41; seen = await journal.lastSeq('run-1')) {
    try {
      await journal.append('run-1', seen, { type: 'LineWaiting', line: 'x', for: name });
      won++;
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
    }
  }
  await journal.close();
  process.stdout.write(String(won));
}

append().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
