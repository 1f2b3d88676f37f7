/** CloudStack's API port as a real socket, and the product's client on it. */
import http from 'node:http';
import net from 'node:net';
import { cloudStack } from '../../src/adapters/cloudstack/cloudstack';
import { httpTransport } from '../../src/adapters/cloudstack/http-transport';
import { Malformed, NotSent, Unreachable } from '../../src/domain/errors';
import { ADMIN } from '../../src/sim/cloudstack/catalogue';
import { startManagement, stopManagement } from '../../src/sim/cloudstack/services';
import { type CloudStackPort, listen } from '../../src/sim/cloudstack/wire';
import { makeWorld, signed, type World } from '../unit/sim/cloudstack-world';

let world: World;
let port: CloudStackPort;
let transport: ReturnType<typeof httpTransport>;

const connect = (deadlineSeconds = 5, url = port.url) =>
  cloudStack({ url, apiKey: ADMIN.apiKey, secretKey: ADMIN.secretKey, transport, deadlineSeconds });
const cluster = (): string => world.cloud.pools[0]!.cluster.id;
const host = (): string => world.host('host-2').cs.id;

beforeEach(async () => {
  world = makeWorld();
  port = await listen(world.side, world.cloud.managementServers[0]!, 0);
  transport = httpTransport();
});
afterEach(async () => {
  transport.close();
  await port.close();
});

test('reads, changes and jobs go over the socket', async () => {
  const cs = connect();
  expect(await cs.version()).toBe('4.11.3.0');
  expect(await cs.vms(cluster())).toHaveLength(12);
  const { job } = await cs.prepareHostForMaintenance(host());
  world.pass(300);
  expect(await cs.job(job)).toMatchObject({ status: 1 });
  expect(world.host('host-2').cs.resourceState).toBe('Maintenance');
  expect(Math.abs(await cs.clockSkew())).toBeLessThan(2000);
});

test('headers say JSON, the date, and a refusal in X-Description', async () => {
  const params = signed({ command: 'updateHost', response: 'json' });
  const answer = await fetch(`${port.url}?${new URLSearchParams(params).toString()}`);
  expect(answer.status).toBe(431);
  expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
  expect(answer.headers.get('x-description')).toContain('due to missing parameter id');
  expect(answer.headers.get('date')).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
});

test('reads share a kept connection, each change has its own', async () => {
  const sockets = new Set<string>();
  const watch = net.createServer((socket) => {
    sockets.add(`${socket.remotePort}`);
    const onward = net.connect(port.port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => watch.listen(0, '127.0.0.1', resolve));
  const { port: through } = watch.address() as net.AddressInfo;
  const cs = connect(5, `http://127.0.0.1:${through}/client/api`);
  await cs.version();
  await cs.version();
  expect(sockets.size).toBe(1);
  await cs.setHostAllocation(host(), 'Disable');
  await cs.setHostAllocation(host(), 'Enable');
  expect(sockets.size).toBe(3);
  transport.close();
  await new Promise((resolve) => watch.close(resolve));
});

test('a stopped service really refuses connections, and a started one takes them again', async () => {
  const cs = connect();
  await cs.version();
  const server = world.cloud.managementServers[0]!;
  stopManagement(world.side, server, 'test');
  await expect(cs.setHostAllocation(host(), 'Disable')).rejects.toThrow(
    /127\.0\.0\.1:\d+ refuses the connection: .* \(ECONNREFUSED\)$/,
  );
  await expect(cs.setHostAllocation(host(), 'Disable')).rejects.toBeInstanceOf(NotSent);
  startManagement(world.side, server);
  world.pass(6);
  await expect(cs.setHostAllocation(host(), 'Disable')).rejects.toThrow(/HTTP 503/);
  world.pass(60);
  await expect(connect().version()).resolves.toBe('4.11.3.0');
});

test.each([
  ['lose-request', 'Enabled'],
  ['lose-answer', 'Disabled'],
  ['truncate', 'Disabled'],
  ['html', 'Disabled'],
  ['hang', 'Disabled'],
])('%s on a change is Unreachable, sent once, and the host is %s', async (how, state) => {
  world.cloud.faults.add([{ call: 'cloudstack:updateHost', how }]);
  await expect(connect(0.3).setHostAllocation(host(), 'Disable')).rejects.toBeInstanceOf(Unreachable);
  expect(world.host('host-2').cs.resourceState).toBe(state);
  expect(world.cloud.calls.filter((call) => call.mutates)).toHaveLength(1);
});

test('a host that does not exist and a deadline before the connection prove that nothing was sent', async () => {
  await expect(connect(2, 'http://no-such-host.invalid:8080/client/api').version()).rejects.toBeInstanceOf(
    NotSent,
  );
  const aborted = transport({ method: 'GET', url: port.url, signal: AbortSignal.abort() });
  await expect(aborted).rejects.toBeInstanceOf(NotSent);
});

test('a kept connection that the far side closed costs a read nothing', async () => {
  let requests = 0;
  const closing = http.createServer((request, response) => {
    requests++;
    // Every second request on a connection finds it closing.
    if (requests === 2) request.socket.resetAndDestroy();
    else response.end('{"listcapabilitiesresponse":{"capability":{"cloudstackversion":"4.11.3.0"}}}');
  });
  await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
  const cs = connect(5, `http://127.0.0.1:${(closing.address() as net.AddressInfo).port}/client/api`);
  await cs.version();
  await expect(cs.version()).resolves.toBe('4.11.3.0');
  expect(requests).toBe(3);
  transport.close();
  await new Promise((resolve) => closing.close(resolve));
});

test('an answer without end is cut at the cap', async () => {
  const small = httpTransport({ maxBytes: 1000 });
  const params = signed({ command: 'listHosts', response: 'json' });
  const asked = small({
    method: 'GET',
    url: `${port.url}?${new URLSearchParams(params).toString()}`,
    signal: AbortSignal.timeout(5000),
  });
  await expect(asked).rejects.toBeInstanceOf(Malformed);
  small.close();
});

test('two clusters and two servers answer side by side', async () => {
  const servers = ['ms-1', 'ms-2'].map((name) => ({ name, state: 'Up', version: '4.11.3.0' }));
  const two = makeWorld({ pools: [{ name: 'pool-a', cloudstack: { managementServers: servers } }] });
  const ports = await Promise.all(two.cloud.managementServers.map((server) => listen(two.side, server, 0)));
  stopManagement(two.side, two.cloud.managementServers[0]!, 'test');
  await expect(connect(5, ports[0]!.url).version()).rejects.toBeInstanceOf(NotSent);
  await expect(connect(5, ports[1]!.url).version()).resolves.toBe('4.11.3.0');
  for (const one of ports) await one.close();
});
