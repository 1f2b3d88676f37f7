/** A pretend cloud whose machines answer SSH, its time moved on by the test. */
import { backupPlace } from '../../src/adapters/backup/place';
import { dom0 } from '../../src/adapters/dom0/dom0';
import { managementServers } from '../../src/adapters/management-servers';
import { hostKeyPins, type SshTransport } from '../../src/adapters/ssh/transport';
import { makeCloud, type Cloud } from '../../src/sim/cloud';
import { cloudStackSide } from '../../src/sim/cloudstack/cloudstack';
import type { CloudStackSide } from '../../src/sim/cloudstack/side';
import type { XapiSide } from '../../src/sim/model';
import { inMemorySsh } from '../../src/sim/ssh/in-memory';
import { hostKeyOf } from '../../src/sim/ssh/keys';
import { addressOf, sshSide, type Machine, type SshSide } from '../../src/sim/ssh/machines';

/** XAPI has no part in what is done over SSH: it answers and nothing moves. */
const quietXapi: XapiSide = {
  masterAnswers: () => true,
  migrate: () => undefined,
  start: () => undefined,
  shutdown: () => undefined,
  ejectCd: () => undefined,
  createVm: () => {
    throw new Error('no VM is made in these tests');
  },
  destroyVm: () => undefined,
  stripCloudTags: () => undefined,
  setUpAgent: () => true,
  enable: () => undefined,
  makeMaster: () => undefined,
  freeMib: () => 8192,
};

export interface SshCloud {
  readonly cloud: Cloud;
  readonly source: CloudStackSide;
  readonly side: SshSide;
  machine(name: string): Machine;
  /** The machines' own keys, pinned. */
  readonly pins: ReturnType<typeof hostKeyPins>;
  /** Lets so many seconds of pool time pass, what was begun in them included. */
  pass(seconds: number): Promise<void>;
}

export function sshCloud(cloud: Cloud = makeCloud()): SshCloud {
  const source = cloudStackSide(cloud, quietXapi);
  const side = sshSide(source);
  const pins = hostKeyPins(
    side.machines.map((machine) => ({
      target: { host: addressOf(machine), port: 22 },
      fingerprint: hostKeyOf(machine).fingerprint,
    })),
  );
  return {
    cloud,
    source,
    side,
    machine: (name) => side.machines.find((machine) => machine.name === name)!,
    pins,
    async pass(seconds) {
      for (let second = 0; second < seconds; second++) {
        cloud.time.advanceTo(cloud.time.now() + 1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

/** The product's adapter for the pool's dom0, in memory. */
export const dom0Of = (at: SshCloud) =>
  dom0({
    hosts: at.cloud.pools[0]!.hosts.map((host) => ({
      uuid: host.uuid,
      name: host.name,
      target: { host: host.address, port: 22 },
    })),
    transport: inMemorySsh(at.side, (target) => at.pins.pinned(target)),
  });

/** The product's adapter for the management servers, in memory unless another transport is given. */
export function managementServersOf(at: SshCloud, transport?: SshTransport) {
  const servers = at.cloud.managementServers.map((server) => ({
    name: server.name,
    target: { host: server.address, port: 22 },
  }));
  return managementServers({
    servers,
    transport: transport ?? inMemorySsh(at.side, (target) => at.pins.pinned(target)),
    backup: { ...backupPlace, server: servers[0]!.name, target: servers[0]!.target },
  });
}
