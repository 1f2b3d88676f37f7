/** `npm run -s sim`: a pretend cloud on loopback ports until it is stopped. Stdout carries one line of JSON, once. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeCloud, type Cloud } from './cloud';
import { serveCloud } from './serve';
import { BadSnapshotFile, parseSnapshotFile } from './snapshot-file';
import { writeConfig } from './write-config';

const USAGE = 'npm run -s sim -- [--pools FILE] [--speed N] [--write-config DIR] [--port-base P]';
const EXIT = { usage: 2, invalid: 3 } as const;

/** What was asked for cannot be done; the sentences go to stderr. */
class Unusable extends Error {
  constructor(
    readonly exit: number,
    readonly sentences: readonly string[],
  ) {
    super(sentences.join('\n'));
    this.name = 'Unusable';
  }
}

interface Asked {
  readonly pools?: string;
  readonly speed: number;
  readonly writeConfig?: string;
  readonly portBase?: number;
}

function askedFor(argv: readonly string[]): Asked {
  let given;
  try {
    given = parseArgs({
      args: [...argv],
      options: {
        pools: { type: 'string' },
        speed: { type: 'string' },
        'write-config': { type: 'string' },
        'port-base': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new Unusable(EXIT.usage, [error instanceof Error ? error.message : String(error), USAGE]);
  }
  const speed = Number(given.speed ?? 1);
  if (!(speed > 0 && Number.isFinite(speed)))
    throw new Unusable(EXIT.usage, ['--speed is a number above 0', USAGE]);
  const portBase = given['port-base'] === undefined ? undefined : Number(given['port-base']);
  if (portBase !== undefined && !(Number.isInteger(portBase) && portBase >= 1024 && portBase <= 65_000))
    throw new Unusable(EXIT.usage, ['--port-base is a port from 1024 to 65000', USAGE]);
  return {
    speed,
    ...(given.pools !== undefined && { pools: given.pools }),
    ...(given['write-config'] !== undefined && { writeConfig: given['write-config'] }),
    ...(portBase !== undefined && { portBase }),
  };
}

function cloudFrom(path: string | undefined): Cloud {
  if (path === undefined) return makeCloud();
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    throw new Unusable(EXIT.invalid, [`${path} cannot be read`]);
  }
  try {
    const { pools, hidden } = parseSnapshotFile(content);
    return makeCloud({ pools, ...(hidden && { hidden }) });
  } catch (error) {
    if (error instanceof BadSnapshotFile) throw new Unusable(EXIT.invalid, error.mistakes);
    throw error;
  }
}

async function main(): Promise<void> {
  const asked = askedFor(process.argv.slice(2));
  const cloud = cloudFrom(asked.pools);
  const served = await serveCloud(cloud, {
    speed: asked.speed,
    ...(asked.portBase !== undefined && { portBase: asked.portBase }),
  });
  if (asked.writeConfig !== undefined) writeConfig(asked.writeConfig, cloud, served.announcement);
  process.stdout.write(`${JSON.stringify(served.announcement)}\n`);
  const stop = (): void => void served.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  const sentences =
    error instanceof Unusable ? error.sentences : [error instanceof Error ? error.message : String(error)];
  process.stderr.write(`${sentences.join('\n')}\n`);
  process.exit(error instanceof Unusable ? error.exit : EXIT.invalid);
});
