/** A host that is powered off accepts nothing and says nothing: that is known soon, and nothing was sent. */
import https from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { PinnedAgent } from '../../../src/adapters/xapi/pinned-agent';
import { NotSent } from '../../../src/domain/errors';

test('no TLS handshake in time is proof that nothing was sent, long before the call itself is given up', async () => {
  const held: Socket[] = [];
  const silent = createServer((socket) => void held.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const agent = new PinnedAgent('XAPI on host-1', undefined, true, 50);

  const failure = await new Promise((resolve) => {
    const request = https.request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/' });
    request.on('error', resolve);
    request.end('the password');
  });

  expect(failure).toBeInstanceOf(NotSent);
  expect((failure as NotSent).why).toBe('XAPI on host-1: no TLS handshake within 0.05 s');
  agent.destroy();
  for (const socket of held) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});
