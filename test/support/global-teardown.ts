/** After the last suite: the servers of this jest run end, and their files go. */

async function globalTeardown(): Promise<void> {
  await Promise.all((globalThis.xsupgradeTestServers ?? []).map((server) => server.stop()));
}

// jest wants the module itself to be the function
module.exports = globalTeardown;
