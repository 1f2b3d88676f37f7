/** SSH on real sockets: another host key is really refused, a connection is reused, and what is lost is told apart. */
import { createHash, createPublicKey } from 'node:crypto';
import { createServer } from 'node:net';
import { sshConnections, type SshConnections } from '../../src/adapters/ssh/connect';
import { hostKeyPins, type HostKeyPins } from '../../src/adapters/ssh/transport';
import { NotSent, Refused, Unreachable, WrongKey } from '../../src/domain/errors';
import { SSH_LOGIN } from '../../src/sim/credentials';
import { hostKeyOf } from '../../src/sim/ssh/keys';
import { listenSsh, type Listening } from '../../src/sim/ssh/wire';
import { sshCloud, type SshCloud } from '../support/ssh';

let at: SshCloud;
let wire: Listening;
let ssh: SshConnections;
let pins: HostKeyPins;
const target = () => ({ host: '127.0.0.1', port: wire.port });
const soon = () => ({ signal: AbortSignal.timeout(3000) });

beforeEach(async () => {
  at = sshCloud();
  wire = await listenSsh(at.side, at.machine('host-1'), 0);
  pins = hostKeyPins([{ target: target(), fingerprint: hostKeyOf(at.machine('host-1')).fingerprint }]);
  ssh = sshConnections({ login: () => SSH_LOGIN, pins });
});
afterEach(async () => {
  ssh.close();
  await wire.close();
});

const host = () => at.cloud.pools[0]!.hosts[0]!;

test('commands run over one kept connection, side by side', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => ssh.exec(target(), 'date +%s', soon())));

  const answer = { code: 0, stdout: `${Math.floor(at.cloud.time.now() / 1000)}\n`, stderr: '' };
  expect(answers).toEqual([answer, answer, answer]);
});

test('forty commands at once stay within the ten sessions that sshd allows on one connection', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => ssh.exec(target(), 'hostname', soon())));

  expect(new Set(answers.map((answer) => answer.stdout))).toEqual(new Set(['host-1\n']));
});

test('code and stderr of a failing command come back', async () => {
  expect(await ssh.exec(target(), 'cat /opt/cloud/bin/nothing', soon())).toEqual({
    code: 1,
    stdout: '',
    stderr: 'cat: /opt/cloud/bin/nothing: No such file or directory\n',
  });
});

test('another host key is refused before any password is sent, and both keys are named', async () => {
  const before = hostKeyOf(at.machine('host-1')).fingerprint;
  host().sshKey = 2;

  const refusal = await ssh.exec(target(), 'date +%s', soon()).catch((error: unknown) => error);

  expect(refusal).toBeInstanceOf(WrongKey);
  expect(refusal).toMatchObject({
    kind: 'ssh',
    pinned: before,
    seen: hostKeyOf(at.machine('host-1')).fingerprint,
  });
  expect(at.cloud.calls).toEqual([]);
});

test('a machine without a pin is refused like one with a wrong pin', async () => {
  const unpinned = sshConnections({ login: () => SSH_LOGIN, pins: hostKeyPins([]) });

  await expect(unpinned.exec(target(), 'date +%s', soon())).rejects.toBeInstanceOf(WrongKey);
  unpinned.close();
});

test('an accepted key is the pinned one from then on', async () => {
  host().sshKey = 2;
  const seen = await ssh.hostKey(target());
  expect(seen).toBe(hostKeyOf(at.machine('host-1')).fingerprint);

  pins.trust(target(), seen!);

  expect((await ssh.exec(target(), 'date +%s', soon())).code).toBe(0);
});

test('the fingerprint is that of the public key in the format of RFC 5656, as ssh-keygen prints it', () => {
  const { fingerprint, privateKey } = hostKeyOf(at.machine('host-1'));
  const { x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const text = (bytes: Buffer | string): Buffer => {
    const content = Buffer.from(bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, content]);
  };
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const blob = Buffer.concat([text('ecdsa-sha2-nistp256'), text('nistp256'), text(point)]);

  expect(fingerprint).toBe(`SHA256:${createHash('sha256').update(blob).digest('base64').replace('=', '')}`);
});

test('a wrong password is Refused in words', async () => {
  const stranger = sshConnections({ login: () => ({ ...SSH_LOGIN, password: 'wrong' }), pins });

  await expect(stranger.exec(target(), 'date +%s', soon())).rejects.toMatchObject({
    problem: { code: 'SSH_LOGIN_REFUSED' },
  });
  stranger.close();

  expect(at.cloud.calls).toMatchObject([{ face: 'ssh', call: 'login', ok: false }]);
});

test('a machine that is down, and a port where nobody listens, are NotSent', async () => {
  host().phase = 'installer';
  await expect(ssh.exec(target(), 'date +%s', soon())).rejects.toBeInstanceOf(NotSent);
  expect(await ssh.hostKey(target())).toBeUndefined();

  await wire.close();
  await expect(ssh.exec(target(), 'date +%s', soon())).rejects.toBeInstanceOf(NotSent);
});

test('a machine that accepts and says nothing is NotSent when the deadline passes', async () => {
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const patient = sshConnections({ login: () => SSH_LOGIN, pins, connectSeconds: 5 });

  await expect(
    patient.exec({ host: '127.0.0.1', port }, 'date +%s', { signal: AbortSignal.timeout(200) }),
  ).rejects.toBeInstanceOf(NotSent);

  patient.close();
  mute.close();
});

test.each(['lose-request', 'lose-answer', 'truncate'])(
  'an answer lost by %s is Unreachable, and the next command gets a new connection',
  async (how) => {
    at.cloud.faults.add([{ call: 'ssh:date', how }]);

    await expect(ssh.exec(target(), 'date +%s', soon())).rejects.toBeInstanceOf(Unreachable);

    expect((await ssh.exec(target(), 'date +%s', soon())).code).toBe(0);
  },
);

test('a command that hangs is Unreachable when its deadline passes', async () => {
  at.cloud.faults.add([{ call: 'ssh:date', how: 'hang' }]);

  await expect(ssh.exec(target(), 'date +%s', { signal: AbortSignal.timeout(300) })).rejects.toBeInstanceOf(
    Unreachable,
  );
});

test('a kept connection to a host that has rebooted is dead, and the next command reaches the new boot', async () => {
  await ssh.exec(target(), 'date +%s', soon());
  host().bootTime += 600;

  await expect(ssh.exec(target(), 'date +%s', soon())).rejects.toBeInstanceOf(Unreachable);

  expect((await ssh.exec(target(), 'date +%s', soon())).code).toBe(0);
});

test('a login that is refused says so to nobody but the person who asked', async () => {
  const stranger = sshConnections({ login: () => ({ user: 'root', password: 'hunter2' }), pins });

  const refusal = await stranger.exec(target(), 'date +%s', soon()).catch((error: unknown) => error);
  stranger.close();

  expect(refusal).toBeInstanceOf(Refused);
  expect(JSON.stringify((refusal as Refused).problem)).not.toContain('hunter2');
});
