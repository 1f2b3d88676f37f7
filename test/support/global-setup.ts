/** Before the first suite: a Redis and a MariaDB for this jest run, whose addresses every worker inherits. */
import { ensureNeeds, leftOut } from './backends';
import { startMariadb, startRedis, type PrivateServer } from '../../src/demo/private-servers';

declare global {
  var xsupgradeTestServers: readonly PrivateServer[] | undefined;
}

async function globalSetup(): Promise<void> {
  ensureNeeds();
  const without = leftOut();
  const servers: PrivateServer[] = [];
  globalThis.xsupgradeTestServers = servers;
  if (!without.includes('redis') && !process.env['TEST_REDIS_URL']) {
    const redis = await startRedis();
    servers.push(redis);
    process.env['TEST_REDIS_URL'] = redis.url;
  }
  if (!without.includes('mysql') && !process.env['TEST_MYSQL_URL']) {
    const mariadb = await startMariadb();
    servers.push(mariadb);
    process.env['TEST_MYSQL_URL'] = mariadb.url;
  }
}

// jest wants the module itself to be the function
module.exports = globalSetup;
