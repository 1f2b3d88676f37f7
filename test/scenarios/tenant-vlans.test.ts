/** A tenant's VLAN that only one host has: CloudStack makes it where the VM goes, so nothing is stopped and nothing missed. */
import { endedWell } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story } from '../support/story';

const TENANT = 'VLAN-5e4f2b1c-100';

test('its VM is moved while it runs, and has its network where it ends', async () => {
  const [first] = smallPool.hosts ?? [];
  const vm = (smallPool.vms ?? []).find((one) => one.on === first?.name && one.kind === 'guest');
  const pool = {
    ...smallPool,
    hosts: (smallPool.hosts ?? []).map((host) =>
      host.name === first?.name
        ? { ...host, pifs: [...(host.pifs ?? []), { device: 'eth1', network: TENANT, vlan: 100 }] }
        : host,
    ),
    vms: (smallPool.vms ?? []).map((one) => (one.name === vm?.name ? { ...one, networks: [TENANT] } : one)),
  };
  const it = story({ pools: [pool] });
  const plan = await it.plan();
  const run = await it.play(await it.start(plan));

  endedWell(it, run);
  const moved = it.cloud.pools[0]!.vms.find((one) => one.name === vm?.name);
  expect({ starts: moved?.starts, moved: (moved?.migrations ?? 0) > 0 }).toEqual({ starts: 0, moved: true });
  expect(it.host(moved?.on ?? '').pifs.map((pif) => pif.network)).toContain(TENANT);
});
