/** `npm start`: bot and worker as two processes on one configuration, started again when they end, ended together. */
import { join } from 'node:path';
import { ConfigInvalid, configDirectory, loadConfig } from './config';
import { makeLog } from './log';
import { supervise } from './supervise';

/** What a person or systemd reads when the configuration cannot be used; the CLI exits with the same. */
const EXIT_CONFIG = 3;

function main(argv: readonly string[]): void {
  const { dir } = configDirectory(argv);
  const config = loadConfig(dir);
  const log = makeLog({ process: 'main', level: config.logLevel, secrets: () => config.secrets });
  const children = ['bot', 'worker'].map((name) => ({
    name,
    script: [join(__dirname, `${name}.js`), '--config', dir],
  }));
  const supervision = supervise(children, log);
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      log.info({ signal }, 'ending bot and worker');
      void supervision.stop().then(() => process.exit(0));
    });
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigInvalid)) throw error;
  for (const { what, doThis } of error.problems) process.stderr.write(`${[what, ...doThis].join('\n  ')}\n`);
  process.exitCode = EXIT_CONFIG;
}
