/** The advice of vcpu-topology heals what it found: the number it names divides, into sockets that newer releases start. */
import { healthyPool, vmOf, withVms } from '../../support/snapshots';
import { findings } from './asking';

const asked = (vcpus: number, coresPerSocket: number, known: boolean) => {
  const traits = {
    operations: [],
    blocked: {},
    autoPowerOn: false,
    haPriority: '',
    inAppliance: false,
    paravirtual: false,
    coresPerSocket,
  };
  const vm = vmOf('big', 'host-1', { vcpus, traits, ...(!known && { cloudstack: null }) });
  return findings('vcpu-topology', withVms(healthyPool(), vm));
};
const CORES = /cores-?per-?socket=(\d+)/;

test.each([
  [64, 2, 4],
  [64, 1, 4],
  [64, 3, 4],
  [34, 2, 17],
  [24, 5, 2],
  [5, 2, 1],
])('%i vCPUs in sockets of %i are advised sockets of %i, and then nothing is found', (vcpus, were, cores) => {
  for (const known of [true, false]) {
    const [finding] = asked(vcpus, were, known);
    expect(Number(CORES.exec(finding?.advice[0] ?? '')?.[1])).toBe(cores);
    expect(vcpus / cores).toBeLessThanOrEqual(16);
    expect(asked(vcpus, cores, known)).toEqual([]);
  }
});

test('a VM of CloudStack is changed and started there, another one with xe', () => {
  expect(asked(64, 2, true)[0]?.advice.join(' ')).toMatch(
    /^Stop big in CloudStack, set cpu\.corespersocket=4 /,
  );
  expect(asked(64, 2, true)[0]?.advice.join(' ')).not.toContain('xe vm-param-set');
  expect(asked(64, 2, false)[0]?.advice).toEqual([
    'Set another number while it is halted: xe vm-param-set uuid=uuid-big platform:cores-per-socket=4',
  ]);
});
