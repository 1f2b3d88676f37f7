/** Loaded before the CLI: what was seen of its event loop goes to the fourth stream when it ends. */
import { writeSync } from 'node:fs';
import { watchLoop } from './loop-watch';

/** After stdin, stdout and stderr. */
const REPORTS = 3;

// programs are loaded in one go before anybody could wait: the watch begins with the work
setImmediate(() => {
  const report = watchLoop();
  process.on('exit', () => writeSync(REPORTS, JSON.stringify(report())));
});
