/** Which versions are known, and what follows from them. */
import {
  cloudStackEra,
  familyOf,
  hasSystemd,
  honoursClusterAllocation,
  keepsMasterRole,
  listsManagementServers,
  servicesOf,
  XEN_RELEASES,
  xenRelease,
} from '../../../src/domain/version-eras';

test.each([
  ['2.2.9', 'older'],
  ['2.2.10', 'known'],
  ['2.2.12', 'known'],
  ['2.2.14.20120101', 'known'],
  ['3.0.5', 'known'],
  ['4.2.0', 'known'],
  ['4.3.2.0', 'known'],
  ['4.4.0.0', 'known'],
  ['4.11.3.0', 'known'],
  ['4.22.1.0', 'known'],
  ['4.23.0.0-SNAPSHOT', 'newer'],
  ['5.0', 'newer'],
  ['', 'unreadable'],
  ['unknown', 'unreadable'],
])('CloudStack %s is %s', (version, era) => {
  expect(cloudStackEra(version)).toBe(era);
});

test('the pairs of the handbook: which CloudStack connects to which release first (cs §8.2)', () => {
  expect(xenRelease('XenServer', '7.1.2')?.cloudStack).toBe('4.9.3');
  expect(xenRelease('XenServer', '8.2.1')?.cloudStack).toBe('4.15.0');
  expect(xenRelease('XCP-ng', '8.2.1')?.cloudStack).toBe('4.11.1');
  expect(xenRelease('XCP-ng', '8.3.0')?.cloudStack).toBe('4.20.1');
  expect(xenRelease('XenServer', '8.3.0')).toBeUndefined();
});

test('Citrix Hypervisor is XenServer under another name', () => {
  expect(familyOf('Citrix Hypervisor')).toBe('XenServer');
  expect(familyOf('XCP-ng')).toBe('XCP-ng');
});

test('no release is listed twice', () => {
  const keys = XEN_RELEASES.map((release) => `${release.family} ${release.version}`);

  expect(new Set(keys).size).toBe(keys.length);
});

test('maintenance leaves the master role alone from 4.2.1', () => {
  expect(['4.2.0', '4.2.1', '4.11.3.0'].map(keepsMasterRole)).toEqual([false, true, true]);
});

test('services are stopped as their release wants it', () => {
  expect(['4.0.2', '4.5.2', '4.11.3.0'].map(hasSystemd)).toEqual([false, false, true]);
  const words = (version: string) => {
    const { command, management, configuration } = servicesOf(version);
    return [command('stop', management), configuration];
  };
  expect(words('4.0.2')).toEqual(['service cloud-management stop', '/etc/cloud/management']);
  expect(words('4.5.2')).toEqual(['service cloudstack-management stop', '/etc/cloudstack/management']);
  expect(words('4.11.3.0')).toEqual(['systemctl stop cloudstack-management', '/etc/cloudstack/management']);
});

test('what came with 4.11.1 and 4.12', () => {
  expect(['4.11.0.0', '4.11.1.0', '4.12.0.0'].map(honoursClusterAllocation)).toEqual([false, true, true]);
  expect(['4.11.3.0', '4.12.0.0'].map(listsManagementServers)).toEqual([false, true]);
});
