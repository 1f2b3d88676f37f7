#!/usr/bin/env node
/** xsupgrade in a shell: the same operations as in Slack, with the same authorisation. */
import { userInfo } from 'node:os';
import { doorsOf } from './cli/doors';
import { shell } from './cli/shell';
import { configDirectory } from './config';

/** A shell waits for its answer, not for connections that nobody closes. */
const LINGER_MS = 2_000;

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const complain = (what: string, error: unknown): void =>
    void process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
  const rest = withoutConfig(argv);
  process.exitCode = await shell(
    rest,
    doorsOf(() => configDirectory(argv).dir, complain),
    {
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
      ...(process.stdout.isTTY && { width: process.stdout.columns }),
      login: userInfo().username,
    },
  );
  // counted from when the reader has everything: a long plan into a slow pipe is not cut off
  process.stdout.write('', () => setTimeout(() => process.exit(), LINGER_MS).unref());
}

/** A `--config` without its directory is told when the configuration is opened. */
function withoutConfig(argv: readonly string[]): readonly string[] {
  try {
    return configDirectory(argv).rest;
  } catch {
    return argv.filter((word) => word !== '--config' && word !== '--config=');
  }
}

void main();
