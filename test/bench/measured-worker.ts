/** The worker as it is, with a watch on its event loop: answers each message of its parent with what it saw since the last. */
import { runProcess } from '../../src/run-process';
import { startWorker } from '../../src/worker';
import { watchLoop } from './loop-watch';

const report = watchLoop();
process.on('message', () => process.send?.(report()));

runProcess('worker', startWorker);
