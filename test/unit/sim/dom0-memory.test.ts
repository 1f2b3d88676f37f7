/** dom0 of the pretend hosts has what an installer of their release gives it, and what the target would give is asked of the same rule. */
import { dom0DefaultMib } from '../../../src/sim/dom0-memory';

const GIB = 1024;

test.each([
  // what Xen does not tell counts: 23.75 GiB told are a machine of 24
  ['1.9.0', 16, 752],
  ['1.9.0', 23.75, 2048],
  ['2.2.0', 32, 2048],
  ['2.6.0', 48, 3072],
  ['2.6.0', 256, 4096],
  ['', 16, 752],
  ['3.2.1', 16, 1024 + 832],
  ['3.2.1', 32, 1024 + 1648],
  ['3.4.0', 256, 8192],
])('platform %s gives dom0 of a host of %d GiB %d MiB', (platform, gib, mib) => {
  expect(dom0DefaultMib(platform, gib * GIB)).toBe(mib);
});
