/** Which release takes patches how, and what the words of XAPI's ages want of a host. */
import {
  guidanceOf,
  guidanceOfPackage,
  guidancesOf,
  hidesGuidance,
  providerFor,
} from '../../../src/domain/patching';
import { XEN_RELEASES } from '../../../src/domain/version-eras';

test('every release that we know takes patches one way, and the way changes where it should', () => {
  const ways = XEN_RELEASES.map(({ family, version }) => [family, version, providerFor(family, version)]);

  expect(ways.filter(([, , way]) => way === undefined)).toEqual([]);
  expect(providerFor('XenServer', '7.0.0')).toBe('pool_patch');
  expect(providerFor('XenServer', '7.1.0')).toBe('pool_update');
  expect(providerFor('Citrix Hypervisor', '8.2.1')).toBe('pool_update');
  expect(providerFor('XenServer', '8.4.0')).toBe('repository');
  expect(providerFor('XCP-ng', '8.2.1')).toBe('updater');
  expect(providerFor('XCP-ng', '8.3.0')).toBe('repository');
});

test('a release that is older than all of them, or unreadable, has no way', () => {
  for (const version of ['5.5.0', '', 'trunk', '8.4.0-beta'])
    expect(providerFor('XenServer', version)).toBeUndefined();
});

test.each([
  ['restartHost', 'reboot'],
  ['reboot_host', 'reboot'],
  ['RebootHost', 'reboot'],
  ['reboot_host_on_livepatch_failure', 'reboot'],
  ['reboot_host_on_kernel_livepatch_failure', 'reboot'],
  ['RebootHostOnXenLivePatchFailure', 'reboot'],
  ['restartXAPI', 'restart-toolstack'],
  ['restart_toolstack', 'restart-toolstack'],
  ['RestartToolstack', 'restart-toolstack'],
  ['EvacuateHost', 'evacuate'],
  ['restartHVM', 'restart-vms'],
  ['restart_device_model', 'restart-vms'],
  ['RestartVM', 'restart-vms'],
  ['none', 'none'],
] as const)('%s wants %s', (word, wants) => {
  expect(guidanceOf(word)).toBe(wants);
});

test('a word that nobody knows wants a reboot', () => {
  expect(guidancesOf(['polishHost', 'none'])).toEqual(['reboot']);
});

test('words are told once, the least first, and "none" is nothing', () => {
  expect(guidancesOf(['restartHVM', 'restartHost', 'restartXAPI', 'RebootHost'])).toEqual([
    'restart-toolstack',
    'reboot',
    'restart-vms',
  ]);
  expect(guidancesOf(['none'])).toEqual([]);
});

test('where a release cannot show what is wanted, the plan is believed', () => {
  expect(hidesGuidance('pool_patch', 'reboot')).toBe(false);
  expect(hidesGuidance('pool_update', 'reboot')).toBe(false);
  expect(hidesGuidance('pool_update', 'restart-toolstack')).toBe(true);
  expect(hidesGuidance('repository', 'restart-toolstack')).toBe(false);
  expect(hidesGuidance('updater', 'reboot')).toBe(true);
});

test('the names of packages tell what they want: xapi its restart, a shell nothing, and whatever is not known a reboot', () => {
  const unknown =
    'kernel kernel-alt xen-hypervisor glibc microcode_ctl intel-ixgbe-alt intel-ixgbe intel-microcode openvswitch ' +
    'blktap sm qemu linux-firmware qlogic-fastlinq device-mapper-multipath xapi-nobody-knows vimless xcp-ng-release';
  for (const name of unknown.split(' ')) expect([name, guidanceOfPackage(name)]).toEqual([name, 'reboot']);
  for (const name of ['xapi-core', 'xcp-networkd', 'message-switch', 'guest-templates-json-data-linux'])
    expect([name, guidanceOfPackage(name)]).toEqual([name, 'restart-toolstack']);
  for (const name of ['openssh-server', 'tzdata', 'vim-minimal'])
    expect([name, guidanceOfPackage(name)]).toEqual([name, 'none']);
});
