/** Opens the product for a shell: configuration, composition, and the person behind the login. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrateJournal } from '../adapters/journal/journal';
import { compose } from '../compose';
import { loadConfig, type Config } from '../config';
import { Rejected } from '../domain/errors';
import type { Person } from '../domain/person';
import { problems } from '../domain/problems';
import type { CliBackend, Doors } from './backend';

/** `dir`: the directory of pools.yaml and .env. `trouble`: what goes wrong beside the answer. */
export function doorsOf(dir: () => string, trouble: (what: string, error: unknown) => void): Doors {
  return {
    version: ownVersion(),
    migrate: async () => migrateJournal(loadConfig(dir()).journal),
    async open(): Promise<CliBackend> {
      const config = loadConfig(dir());
      const opened = await compose(() => config, { trouble });
      return {
        operator: opened.operator,
        person: (login, as) => personOf(config, login, as),
        makePlan: (pool, wish, by) => opened.makePlan(pool, wish, by),
        close: () => opened.close(),
      };
    },
  };
}

export function personOf(config: Pick<Config, 'people' | 'simulator'>, login: string, as?: string): Person {
  if (as !== undefined) {
    if (!config.simulator) throw new Rejected(problems.asOnlySimulated(as));
    return { id: config.people[as] ?? as, name: as };
  }
  const id = config.people[login];
  return id === undefined ? { id: `shell:${login}`, name: login } : { id, name: login };
}

/** package.json stands beside `src` in a checkout and two levels up from the built file. */
function ownVersion(): string {
  for (const up of ['../..', '../../..']) {
    try {
      const found: unknown = JSON.parse(readFileSync(join(__dirname, up, 'package.json'), 'utf8'));
      if (
        typeof found === 'object' &&
        found !== null &&
        'version' in found &&
        'name' in found &&
        found.name === 'xsupgrade'
      )
        return String(found.version);
    } catch {
      // not there: look one level further up
    }
  }
  return 'unknown';
}
