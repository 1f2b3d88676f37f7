/** The only reader of the environment, .env and pools.yaml. Environment beats DIR/.env beats defaults. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { parseDotEnv } from './config/dot-env';
import { HOTFIXES_YAML, readHotfixes } from './config/hotfixes-yaml';
import { KEYS } from './config/keys';
import { mistakesIn, nearest } from './config/mistakes';
import { poolsYaml, type PoolsYaml } from './config/pools-yaml';
import { disagreements } from './config/references';
import { secretsIn } from './config/secrets-in-yaml';
import { resolveConfig } from './config/resolve';
import type { Config, PoolConfig } from './config/configured';
import { Rejected } from './domain/errors';
import type { Problem } from './domain/problem';
import type { PoolFacts } from './ports';

export type { Config, PoolConfig } from './config/configured';

export type Env = Readonly<Record<string, string | undefined>>;

/** The configuration cannot be used; each problem names the key, what is wrong and an example. */
export class ConfigInvalid extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ what }) => what).join(' '));
    this.name = 'ConfigInvalid';
  }
}

/**
 * Takes `--config DIR` out of a command line.
 * Without it XSUPGRADE_CONFIG says where to look, and without that the working directory.
 */
export function configDirectory(
  argv: readonly string[],
  env: Env = process.env,
): { readonly dir: string; readonly rest: readonly string[] } {
  const rest: string[] = [];
  let dir: string | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--config') dir = argv[++at] ?? '';
    else if (word.startsWith('--config=')) dir = word.slice('--config='.length);
    else rest.push(word);
  }
  if (dir === '') throw new ConfigInvalid([problem('--config names no directory.', 'Write --config DIR')]);
  return { dir: resolve(dir ?? (env['XSUPGRADE_CONFIG'] || KEYS.XSUPGRADE_CONFIG.default)), rest };
}

/** Reads DIR/pools.yaml, DIR/.env and, where there is one, DIR/hotfixes.yaml. Throws ConfigInvalid with everything that is wrong at once. */
export function loadConfig(dir: string, env: Env = process.env): Config {
  const dotEnv = parseDotEnv(existsSync(join(dir, '.env')) ? readFileSync(join(dir, '.env'), 'utf8') : '');
  const problems: Problem[] = dotEnv.unread.map((line) =>
    problem(`.env: line ${line} is not KEY=value.`, 'Write for example: LOG_LEVEL=info'),
  );
  const yaml = readPoolsYaml(dir, problems);
  if (yaml === undefined) throw new ConfigInvalid(problems);
  const catalogue = readHotfixes(dir);
  const { config, missing, asked } = resolveConfig(dir, yaml, (key) => env[key] ?? dotEnv.values[key] ?? '');
  problems.push(
    ...missing,
    ...catalogue.problems,
    ...misspelt(Object.keys(dotEnv.values), [...Object.keys(KEYS), ...asked]),
  );
  if (problems.length > 0) throw new ConfigInvalid(problems);
  const { hotfixes, feedUrl } = catalogue;
  return { ...config, hotfixes, ...(feedUrl !== undefined && { hotfixFeed: feedUrl }) };
}

/** Where programs are looked for, in order. Debian keeps servers in sbin, which is not on everybody's PATH. */
export function searchPath(env: Env = process.env): readonly string[] {
  return [...(env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/usr/local/sbin'];
}

/** Ports of /healthz and /readyz as the environment says them; for a look from outside that knows no directory. */
export function healthPorts(env: Env = process.env): { readonly bot: number; readonly worker: number } {
  const { XSUPGRADE_HEALTH_PORT_BOT: bot, XSUPGRADE_HEALTH_PORT_WORKER: worker } = KEYS;
  return {
    bot: Number(env['XSUPGRADE_HEALTH_PORT_BOT'] || bot.default),
    worker: Number(env['XSUPGRADE_HEALTH_PORT_WORKER'] || worker.default),
  };
}

/**
 * The configuration as it stands now: read again when a file has changed since the last call.
 * An invalid one is reported once and the old one kept. The first one must be valid: throws ConfigInvalid.
 */
export function watchConfig(
  dir: string,
  env: Env = process.env,
  onInvalid: (problems: readonly Problem[]) => void,
): () => Config {
  let seen = stamp(dir);
  let config = loadConfig(dir, env);
  return () => {
    const now = stamp(dir);
    if (now === seen) return config;
    seen = now;
    try {
      config = loadConfig(dir, env);
    } catch (error) {
      if (!(error instanceof ConfigInvalid)) throw error;
      onInvalid(error.problems);
    }
    return config;
  };
}

/** The pool's part of the configuration. Rejected (UNKNOWN_POOL) names the pools there are. */
export function poolConfig(config: Config, name: string): PoolConfig {
  const pool = config.pools[name];
  if (pool !== undefined) return pool;
  const known = Object.keys(config.pools);
  const near = nearest(name, known);
  throw new Rejected({
    code: 'UNKNOWN_POOL',
    what: `There is no pool ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
    why: 'pools.yaml does not name it.',
    doThis: [`The pools are: ${known.join(', ')}`, 'Add it under pools: in pools.yaml'],
  });
}

/** Facts of one pool that steps and checks may use; nothing secret. Rejected (UNKNOWN_POOL) as above. */
export function poolFacts(config: Config, name: string): PoolFacts {
  const pool = poolConfig(config, name);
  return {
    name: pool.name,
    clusterId: pool.clusterId,
    ...(pool.zoneId === undefined ? {} : { zoneId: pool.zoneId }),
    dumpDirectory: pool.dumpDirectory,
    ...(pool.canaryVm === undefined ? {} : { canaryVm: pool.canaryVm }),
    ...(pool.smokeTest === undefined ? {} : { smokeTest: pool.smokeTest }),
    selfApproval: pool.selfApproval,
    migrationsPerHost: pool.migrationsPerHost,
    maxDown: pool.maxDown,
    ...(config.hotfixes.length > 0 && { hotfixes: config.hotfixes }),
  };
}

function readPoolsYaml(dir: string, problems: Problem[]): PoolsYaml | undefined {
  const file = join(dir, 'pools.yaml');
  if (!existsSync(file)) {
    problems.push(
      problem(
        `There is no pools.yaml in ${dir}.`,
        'Name its directory with --config DIR or XSUPGRADE_CONFIG',
      ),
    );
    return undefined;
  }
  // prettyErrors would repeat the line, and with it perhaps a secret
  const document = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const text = readFileSync(file, 'utf8');
    for (const error of document.errors) {
      const line = text.slice(0, error.pos[0]).split('\n').length;
      problems.push(
        problem(
          `pools.yaml: line ${line} is not YAML${error.code === 'TAB_AS_INDENT' ? ': it is indented with a tab' : ''}.`,
          error.code === 'TAB_AS_INDENT'
            ? 'Indent with spaces: YAML takes no tabs'
            : 'Look at the indentation and the quotes there',
        ),
      );
    }
    return undefined;
  }
  const input: unknown = document.toJS();
  const secrets = secretsIn(input);
  problems.push(...secrets);
  const parsed = poolsYaml.safeParse(input);
  if (!parsed.success) {
    const said = mistakesIn(parsed.error.issues, input);
    // a secret is an unknown key as well; once is enough
    const isSaid = (what: string): boolean => secrets.some((secret) => sameKey(secret.what, what));
    problems.push(...said.filter(({ what }) => !isSaid(what)));
    return undefined;
  }
  problems.push(...disagreements(parsed.data));
  return parsed.data;
}

/** `pools.yaml: KEY …` */
const sameKey = (a: string, b: string): boolean => a.split(' ')[1] === b.split(' ')[1];

function misspelt(written: readonly string[], known: readonly string[]): readonly Problem[] {
  return written
    .filter((key) => !known.includes(key))
    .flatMap((key) => {
      const near = nearest(key, known);
      return near === undefined
        ? []
        : [problem(`.env: ${key} is not read by anything; did you mean ${near}?`, `Write ${near}=…`)];
    });
}

function stamp(dir: string): string {
  return ['pools.yaml', HOTFIXES_YAML, '.env']
    .map((name) => statSync(join(dir, name), { throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? 'none' : `${stat.mtimeMs} ${stat.ctimeMs} ${stat.size} ${stat.ino}`))
    .join();
}

function problem(what: string, doThis: string): Problem {
  return {
    code: 'CONFIG_INVALID',
    what,
    why: 'Nothing is done with a configuration that is not understood.',
    doThis: [doThis],
  };
}
