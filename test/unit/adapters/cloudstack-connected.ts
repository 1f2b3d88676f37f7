/** The product's CloudStack on the simulated one, in memory, with everything it sends kept. */
import { cloudStack } from '../../../src/adapters/cloudstack/cloudstack';
import type { CloudStackTransport } from '../../../src/adapters/cloudstack/http-transport';
import type { CloudOptions } from '../../../src/sim/cloud';
import { ADMIN } from '../../../src/sim/cloudstack/catalogue';
import { inMemoryTransport } from '../../../src/sim/cloudstack/in-memory';
import { makeWorld } from '../sim/cloudstack-world';

const { apiKey, secretKey } = ADMIN;
export const keys = { url: 'http://10.0.0.5:8080/client/api', apiKey, secretKey };

export function connect(options: CloudOptions = {}, extra: { deadlineSeconds?: number } = {}) {
  const world = makeWorld(options);
  const sent: { method: string; params: URLSearchParams }[] = [];
  const inner = inMemoryTransport(world.side);
  const transport: CloudStackTransport = (request) => {
    const form = request.body ?? request.url.split('?')[1] ?? '';
    sent.push({ method: request.method, params: new URLSearchParams(form) });
    return inner(request);
  };
  const cs = cloudStack({ ...keys, transport, ...extra });
  return {
    ...world,
    cs,
    sent,
    cluster: world.cloud.pools[0]!.cluster.id,
    csId: (name: string) => world.host(name).cs.id,
  };
}
