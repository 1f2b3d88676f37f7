/** Debian's python3-cs, written by others from the real API, is content with ours: GET and POST, pages, jobs, refusals. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ADMIN } from '../../src/sim/cloudstack/catalogue';
import { listen } from '../../src/sim/cloudstack/wire';
import { makeWorld } from '../unit/sim/cloudstack-world';

/** The distribution's own interpreter: another Python on the path does not see Debian's packages. */
const PYTHON = '/usr/bin/python3';

test('python3-cs is installed', () => {
  const probe = spawnSync(PYTHON, ['-c', 'import cs'], { encoding: 'utf8' });
  if (probe.status !== 0) throw new Error('python3-cs is missing: sudo apt-get install -y python3-cs');
  expect(probe.status).toBe(0);
});

test.each(['get', 'post'])('all of it by %s', async (method) => {
  const vms = Array.from({ length: 600 }, (_none, i) => ({
    name: `i-2-${i + 1}-VM`,
    on: 'host-1',
    memoryMib: 1,
  }));
  const world = makeWorld({ pools: [{ name: 'pool-a', vms }] });
  const port = await listen(world.side, world.cloud.managementServers[0]!, 0);
  // One pool second each 10 ms: a migration of 20 s is done between two polls.
  const clock = setInterval(() => world.pass(1), 10);
  try {
    const [host, busyHost] = [world.host('host-2').cs.id, world.host('host-3').cs.id];
    const run = await python([
      port.url,
      ADMIN.apiKey,
      ADMIN.secretKey,
      method,
      host,
      busyHost,
      world.vm('i-2-7-VM').cs!.id,
    ]);
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual({
      vms: 600,
      page: [600, 500],
      past: { count: 600 },
      empty: {},
      named: '6.5.0',
      moved: 'host-2',
      jobFails: [200, 530, 'Cannot perform cancelMaintenance when resource state is Enabled, host: host-3'],
      syncFails: [
        530,
        530,
        `Failed to update host:${world.host('host-2').cs.dbId},Invalid allocation state:Off, only Enable/Disable are allowed`,
      ],
      wrongSignature: [401, 401, 'unable to verify user credentials and/or request signature'],
      pastExpires: [401, 401, 'unable to verify user credentials and/or request signature'],
      missing: [431, 431, 'Unable to execute API command updatehost due to missing parameter id'],
    });
  } finally {
    clearInterval(clock);
    await port.close();
  }
});

function python(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, ['-W', 'ignore', join(__dirname, 'cloudstack-python.py'), ...args]);
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', () => resolve(out));
  });
}
