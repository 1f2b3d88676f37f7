/** How each process begins and ends: configuration, log, one start, one stop. */
import { ConfigInvalid, configDirectory, watchConfig, type Config } from './config';
import { Rejected, Unreachable } from './domain/errors';
import type { Problem } from './domain/problem';
import { makeLog, type Log } from './log';

export interface Stoppable {
  stop(): Promise<void>;
}

/** SIGTERM to exit is 20 s at most (wall); the last of them are for what does not close by itself. */
const LAST_RESORT_MS = 18_000;
/** Configuration invalid, or something it names is unreachable. */
const EXIT_UNUSABLE = 3;

/** Runs until SIGTERM or SIGINT. What keeps it from starting is said in sentences on stderr. */
export function runProcess(
  name: string,
  start: (config: () => Config, log: Log) => Promise<Stoppable>,
): void {
  begin(name, start).catch((error: unknown) => {
    for (const problem of problemsOf(error)) process.stderr.write(`${sentence(problem)}\n`);
    process.exit(EXIT_UNUSABLE);
  });
}

async function begin(
  name: string,
  start: (config: () => Config, log: Log) => Promise<Stoppable>,
): Promise<void> {
  const { dir } = configDirectory(process.argv.slice(2));
  const reported: { log?: Log } = {};
  const config = watchConfig(dir, process.env, (problems) => {
    for (const problem of problems) reported.log?.error({ problem }, problem.what);
  });
  const log = makeLog({ process: name, level: config().logLevel, secrets: () => config().secrets });
  reported.log = log;
  const started = await start(config, log);
  log.info({}, `the ${name} is ready`);
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({}, `${signal}: no new act is begun`);
    setTimeout(() => process.exit(0), LAST_RESORT_MS).unref();
    started.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ConfigInvalid) return error.problems;
  if (error instanceof Rejected) return [error.problem];
  const what = error instanceof Error ? error.message : String(error);
  const why = error instanceof Unreachable ? 'It does not answer.' : 'It is not expected here.';
  return [{ code: 'CANNOT_START', what, why, doThis: ['Look at what is named, then start again.'] }];
}

const sentence = ({ code, what, why, doThis }: Problem): string =>
  `${what} (${code}) ${why} ${doThis.join(' · ')}`;
