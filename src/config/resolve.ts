/** Puts pools.yaml and the variables that it names together, and says which of them are missing. */
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Problem } from '../domain/problem';
import type { CloudStackConfig, Config, PoolConfig } from './configured';
import { KEYS, type Key, type KeyName } from './keys';
import { keyPath } from './mistakes';
import type { PoolsYaml } from './pools-yaml';

const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']);
const port = z.coerce.number().int().min(0).max(65_535);

type Read = (key: string) => string;

/** Everything that could be read, what is missing, and the names of the variables that pools.yaml asked for. */
export function resolveConfig(
  dir: string,
  yaml: PoolsYaml,
  read: Read,
): {
  readonly config: Omit<Config, 'hotfixes'>;
  readonly missing: readonly Problem[];
  readonly asked: readonly string[];
} {
  const missing: Problem[] = [];
  const asked: string[] = [];
  const secrets = new Set<string>();
  const invalid = (what: string, fix: string): void => void missing.push(wrongVariable(what, fix));
  const value = (key: KeyName): string => {
    const known: Key = KEYS[key];
    const found = read(key) || (known.default ?? '');
    if (known.secret && found !== '') secrets.add(found);
    return found;
  };
  /** The secret in a variable that pools.yaml names. */
  const named = (variable: string, ...path: readonly PropertyKey[]): string => {
    asked.push(variable);
    const found = read(variable);
    if (found === '')
      invalid(
        `pools.yaml: ${keyPath(path)} names ${variable}, which is not set.`,
        `Add to .env: ${variable}=…`,
      );
    else secrets.add(found);
    return found;
  };
  const optional = (key: KeyName): string | undefined => value(key) || undefined;
  const url = (key: KeyName, schemes: readonly string[]): string | undefined => {
    const found = optional(key);
    if (found !== undefined && !schemes.some((scheme) => found.startsWith(scheme)))
      invalid(
        `${key} does not begin with ${schemes.join(' or ')}.`,
        `Write for example: ${key}=${schemes[0]}…`,
      );
    if (found !== undefined) passwordIn(found, secrets);
    return found;
  };

  const stateDir = under(dir, value('XSUPGRADE_STATE_DIR'));
  const sqliteFile = join(stateDir, 'xsupgrade.sqlite');
  const databaseUrl = url('XSUPGRADE_DATABASE_URL', ['mysql://', 'mariadb://']);
  const redisUrl = url('XSUPGRADE_REDIS_URL', ['redis://', 'rediss://', 'unix:']);
  const controlUrl = url('XSUPGRADE_CONTROL_URL', ['http://']);
  const routingKey = yaml.onCall.pagerDuty ? optional('PAGERDUTY_ROUTING_KEY') : undefined;
  const pagerUrl = url('PAGERDUTY_URL', ['https://', 'http://']) ?? '';
  const slackUrl = url('SLACK_API_URL', ['https://', 'http://']) ?? '';
  const level = logLevel.safeParse(value('LOG_LEVEL'));
  if (!level.success)
    invalid(
      'LOG_LEVEL is none of trace, debug, info, warn, error, silent.',
      'Write for example: LOG_LEVEL=info',
    );
  const healthPort = (key: 'XSUPGRADE_HEALTH_PORT_BOT' | 'XSUPGRADE_HEALTH_PORT_WORKER'): number => {
    const found = port.safeParse(value(key));
    if (!found.success) invalid(`${key} is not a port.`, `Write for example: ${key}=${KEYS[key].default}`);
    return found.data ?? 0;
  };
  const slack = slackTokens(optional, slackUrl, invalid);
  if (databaseUrl !== undefined && !/^[a-z]+:\/\/[^/]+\/[^/?]+/.test(databaseUrl))
    invalid(
      'XSUPGRADE_DATABASE_URL names no database.',
      'Write for example: XSUPGRADE_DATABASE_URL=mysql://user:password@127.0.0.1:3306/xsupgrade',
    );

  const cloudStacks = mapOf(yaml.cloudstacks, (name, it): CloudStackConfig => ({
    name,
    url: it.url.replace(/\/$/, ''),
    apiKey: named(it.apiKeyEnv, 'cloudstacks', name, 'apiKeyEnv'),
    secretKey: named(it.secretKeyEnv, 'cloudstacks', name, 'secretKeyEnv'),
    ...(it.db && {
      db: {
        host: it.db.host,
        port: it.db.port,
        user: it.db.user,
        password: named(it.db.passwordEnv, 'cloudstacks', name, 'db', 'passwordEnv'),
      },
    }),
    managementServers: it.managementServers,
    ...(it.ssh && {
      ssh: {
        user: it.ssh.user,
        password: named(it.ssh.passwordEnv, 'cloudstacks', name, 'ssh', 'passwordEnv'),
      },
    }),
  }));
  const pools = mapOf(yaml.pools, (name, it): PoolConfig => {
    const xapi = {
      user: it.xapi.user,
      password: named(it.xapi.passwordEnv, 'pools', name, 'xapi', 'passwordEnv'),
    };
    const ssh = it.ssh && {
      user: it.ssh.user,
      password: named(it.ssh.passwordEnv, 'pools', name, 'ssh', 'passwordEnv'),
    };
    const media = it.installer && {
      user: it.installer.user,
      password: named(it.installer.passwordEnv, 'pools', name, 'installer', 'passwordEnv'),
    };
    const { cloudstack, dumpDirectory, installer: _named, ...rest } = present(it);
    return {
      ...rest,
      name,
      cloudStack: cloudstack,
      hosts: it.hosts.map((host) => ({
        ...present(host),
        address: host.address.replace(/\/+$/, ''),
        fingerprint: colons(host.fingerprint),
      })),
      xapi,
      ssh: ssh ?? xapi,
      ...(media && { installer: media }),
      dumpDirectory: under(dir, dumpDirectory ?? join(stateDir, 'dumps')),
    };
  });

  return {
    missing,
    asked,
    config: {
      dir,
      stateDir,
      logLevel: level.data ?? 'info',
      healthPorts: {
        bot: healthPort('XSUPGRADE_HEALTH_PORT_BOT'),
        worker: healthPort('XSUPGRADE_HEALTH_PORT_WORKER'),
      },
      journal: {
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
        sqliteFile,
        allowVolatile: Object.values(pools).every((pool) => pool.allowVolatileJournal),
      },
      bell: { ...(redisUrl === undefined ? {} : { redisUrl }), sqliteFile },
      ...(slack && { slack }),
      ...(routingKey === undefined ? {} : { pager: { url: pagerUrl, routingKey } }),
      onCall: present({ slackUserGroup: yaml.onCall.slackUserGroup }),
      people: yaml.people,
      cloudStacks,
      pools,
      ...(controlUrl === undefined ? {} : { simulator: { controlUrl } }),
      secrets: [...secrets],
    },
  };
}

/** Either all of Slack or none of it: half a configuration would look like silence. */
function slackTokens(
  optional: (key: KeyName) => string | undefined,
  apiUrl: string,
  invalid: (what: string, fix: string) => void,
): Config['slack'] {
  const botToken = optional('SLACK_BOT_TOKEN');
  const appToken = optional('SLACK_APP_TOKEN');
  const signingSecret = optional('SLACK_SIGNING_SECRET');
  if (botToken === undefined && appToken === undefined) return undefined;
  if (!botToken?.startsWith('xoxb-'))
    invalid(
      `SLACK_BOT_TOKEN ${botToken === undefined ? 'is not set while SLACK_APP_TOKEN is' : 'is not a bot token'}.`,
      'Write for example: SLACK_BOT_TOKEN=xoxb-…',
    );
  if (!appToken?.startsWith('xapp-'))
    invalid(
      `SLACK_APP_TOKEN ${appToken === undefined ? 'is not set while SLACK_BOT_TOKEN is' : 'is not an app-level token'}.`,
      'Write for example: SLACK_APP_TOKEN=xapp-…',
    );
  return present({
    botToken: botToken ?? '',
    appToken: appToken ?? '',
    signingSecret,
    apiUrl: apiUrl.replace(/\/*$/, '/'),
  });
}

function wrongVariable(what: string, fix: string): Problem {
  return {
    code: 'CONFIG_INVALID',
    what,
    why: 'Nothing is done with a configuration that is not understood.',
    doThis: [fix],
  };
}

/** A password inside an address is a secret of its own: drivers repeat it in other words. */
function passwordIn(url: string, secrets: Set<string>): void {
  const written = /^[a-z+]+:\/\/[^/]*?:([^@/]*)@/i.exec(url)?.[1];
  if (!written) return;
  secrets.add(written);
  try {
    secrets.add(decodeURIComponent(written));
  } catch {
    // not percent-encoded: the written form is the password
  }
}

const under = (dir: string, path: string): string => (isAbsolute(path) ? path : join(dir, path));

/** `3a5f…` and `3a:5f:…` are one fingerprint. */
const colons = (fingerprint: string): string =>
  (fingerprint.replaceAll(':', '').toUpperCase().match(/../g) ?? []).join(':');

function mapOf<A, B>(
  record: Readonly<Record<string, A>>,
  make: (name: string, it: A) => B,
): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(record).map(([name, it]) => [name, make(name, it)]));
}

type Present<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Kept<Exclude<T[K], undefined>>;
};
type Kept<T> = T extends readonly unknown[] ? T : T extends object ? Present<T> : T;

/** Without the members that are undefined, at any depth: absent and undefined are one thing here. */
function present<T extends object>(record: T): Present<T> {
  const kept = Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]): [string, unknown] => [
      key,
      typeof value === 'object' && value !== null && !Array.isArray(value) ? present(value) : value,
    ]);
  return Object.fromEntries(kept) as Present<T>;
}
