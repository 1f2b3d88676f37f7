/** A process of its own that rings once and ends; prints the wall time of the ring. */
require('./typescript.cjs');
const { makeBell } = require('../../src/adapters/bell/bell');

const [options, run] = process.argv.slice(2);
const clock = { now: () => Date.now() * 100, monotonic: () => performance.now(), speed: () => 100 };

async function ring() {
  const bell = await makeBell(JSON.parse(options), clock, (error) => {
    throw error;
  });
  const at = Date.now();
  await bell.ring(run);
  await bell.close();
  process.stdout.write(String(at));
}

ring().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
