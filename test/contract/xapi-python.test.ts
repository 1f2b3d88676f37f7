/** A client that knows nothing of this program: Python's xmlrpc.client, straight from its standard library. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { XAPI_PASSWORD, XAPI_USER } from '../../src/sim/xapi';
import { wireWorld } from '../support/sim-xapi-wire';

const SCRIPT = path.join(__dirname, 'xapi_client.py');

const python = async (...args: readonly string[]): Promise<unknown> => {
  try {
    const { stdout } = await promisify(execFile)('python3', [SCRIPT, ...args], { timeout: 60_000 });
    return JSON.parse(stdout);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error('python3 is not installed: sudo apt-get install -y python3', { cause: error });
    throw error;
  }
};

test('logs in by way of a member, lists, migrates and watches, dumps, and loses its session with the toolstack', async () => {
  const world = await wireWorld({ speed: 20 });
  try {
    const pool = world.cloud.pools[0]!;
    const seen = await python(
      world.endpoint('host-1').url,
      world.endpoint('host-2').url,
      XAPI_USER,
      XAPI_PASSWORD,
      'i-2-11-VM',
      'host-3',
    );
    expect(seen).toEqual({
      at_member: 'HOST_IS_SLAVE',
      hosts: ['host-1', 'host-2', 'host-3'],
      vms: pool.vms.map((vm) => vm.name).toSorted(),
      types: { memory: 'str', enabled: 'bool', shadow: 'float', date: 'DateTime' },
      task: 'success',
      progress_grows: true,
      on: 'host-3',
      dump: { length_header: null, whole: true, hosts: 3 },
      wrong_arity: ['MESSAGE_PARAMETER_COUNT_MISMATCH', 'host.get_record'],
      no_session: ['SESSION_INVALID', 'OpaqueRef:none'],
      unknown: 'MESSAGE_METHOD_UNKNOWN',
      dump_without_session: 401,
      wrong_password: 'SESSION_AUTHENTICATION_FAILED',
      after_restart: 'SESSION_INVALID',
      while_restarting: true,
    });
    // What a stranger did, the simulator saw.
    expect(world.cloud.violations.map((one) => one.rule)).toEqual(
      expect.arrayContaining(['xapi-migration-while-managed', 'reboot-outside-maintenance']),
    );
  } finally {
    await world.close();
  }
}, 90_000);
