/**
 * What tests need beyond Node, and where it comes from: an address in the environment, else a private server, else
 * Debian's package where we may install it, else a failure that names the apt line. `TEST_WITHOUT=redis,mysql` leaves
 * suites out by name, and each says NOT RUN.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { binary } from '../../src/demo/private-servers';

interface Need {
  readonly package: string;
  readonly isThere: () => boolean;
}

export const NEEDS = {
  /** One that all suites share, and nobody empties or stops. */
  redis: {
    package: 'redis-server',
    isThere: () => Boolean(process.env['TEST_REDIS_URL']) || binary('redis-server') !== undefined,
  },
  mysql: {
    package: 'mariadb-server',
    isThere: () => Boolean(process.env['TEST_MYSQL_URL']) || binary('mariadbd') !== undefined,
  },
  /** One that a suite starts for itself, to empty it, to stop it or to set it up wrongly. */
  'redis-server': { package: 'redis-server', isThere: () => binary('redis-server') !== undefined },
  'mariadb-server': { package: 'mariadb-server', isThere: () => binary('mariadbd') !== undefined },
  chromium: { package: 'chromium', isThere: () => chromium() !== undefined },
  'python3-cs': {
    package: 'python3-cs',
    isThere: () => spawnSync(python(), ['-c', 'import cs, xmlrpc.client'], { stdio: 'ignore' }).status === 0,
  },
} as const satisfies Record<string, Need>;
export type NeedName = keyof typeof NEEDS;

const isNeed = (name: string): name is NeedName => Object.hasOwn(NEEDS, name);

/** Names in TEST_WITHOUT; an unknown one is an error, for it would leave nothing out and nobody would notice. */
export function leftOut(): readonly NeedName[] {
  const names = (process.env['TEST_WITHOUT'] ?? '').split(',').filter((name) => name !== '');
  return names.flatMap((name) => {
    if (!isNeed(name)) throw new Error(`TEST_WITHOUT=${name}: there is ${Object.keys(NEEDS).join(', ')}`);
    // who does without Redis does without one of its own
    if (name === 'redis') return [name, 'redis-server'];
    return name === 'mysql' ? [name, 'mariadb-server'] : [name];
  });
}

/** A suite that needs something from outside Node. Left out by name it says so, and jest counts it as skipped. */
export function describeWith(need: NeedName, name: string, suite: () => void): void {
  if (!leftOut().includes(need)) return describe(name, suite);
  process.stderr.write(`NOT RUN ${name} (TEST_WITHOUT=${need})\n`);
  return describe.skip(name, suite);
}

/** Root on a Debian. */
const mayInstallPackages = (): boolean => process.getuid?.() === 0 && binary('apt-get') !== undefined;

/** Makes sure that everything not left out is there; installs what is missing where it may. */
export function ensureNeeds(
  needs: Readonly<Record<string, Need>> = NEEDS,
  mayInstall = mayInstallPackages(),
): void {
  const without: readonly string[] = leftOut();
  const missing = Object.entries(needs).filter(([name, need]) => !without.includes(name) && !need.isThere());
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, need]) => need.package))];
  const line = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const names = missing.map(([name]) => name).join(',');
  const advice = `The tests need ${packages.join(' and ')}. Run as root: ${line}. Or leave suites out by name: TEST_WITHOUT=${names}`;
  if (!mayInstall) throw new Error(advice);
  process.stderr.write(`installing for the tests: ${packages.join(' ')}\n`);
  try {
    const quiet = { stdio: 'pipe', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    execFileSync('apt-get', ['update'], quiet);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], quiet);
  } catch (error) {
    throw new Error(advice, { cause: error });
  }
  if (missing.some(([, need]) => !need.isThere())) throw new Error(advice);
}

/** The Redis of this jest run; nobody may empty it. Who must starts one of its own: `startRedis()`. */
export function redisUrl(): string {
  return fromSetup('TEST_REDIS_URL', 'redis');
}

let databases = 0;

/** A new empty database on the MariaDB of this jest run; its URL is what XSUPGRADE_DATABASE_URL takes. */
export async function freshDatabase(): Promise<string> {
  const url = new URL(fromSetup('TEST_MYSQL_URL', 'mysql'));
  const name = `xsupgrade_${process.pid}_${Date.now().toString(36)}_${databases++}`;
  const connection = await openMysql(url.href);
  await connection.query(`create database ${name} character set utf8mb4`);
  await connection.end();
  url.pathname = `/${name}`;
  return url.href;
}

/** A plain connection, for a test that looks behind the journal's back. */
export function openMysql(url: string): ReturnType<typeof createConnection> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const socketPath = searchParams.get('socketPath');
  return createConnection({
    ...(socketPath === null ? { host: hostname, port: Number(port || 3306) } : { socketPath }),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  });
}

/** Debian's Python, which has Debian's modules; another one may come first on the PATH. */
export function python(): string {
  return existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
}

/** Headless browser for the page; undefined where there is none. */
export function chromium(): string | undefined {
  return binary('chromium') ?? binary('chromium-browser') ?? binary('google-chrome');
}

function fromSetup(variable: string, need: NeedName): string {
  const found = process.env[variable];
  if (!found)
    throw new Error(
      `${variable} is not set: this suite needs the global setup, or describeWith('${need}', …)`,
    );
  return found;
}
