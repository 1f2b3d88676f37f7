/** Each of CloudStack's refusals has a sentence and something to do (cs §2.4, §3.1, §4.5, §8.6). */
import { adviseCloudStack, CLOUDSTACK_PROBLEMS } from '../../../src/domain/cloudstack-advice';

const cases: readonly [number, string, string][] = [
  [401, 'unable to verify user credentials and/or request signature', 'CS_KEY_REFUSED'],
  [400, 'State changing command X needs to be sent using POST request', 'CS_POST_WANTED'],
  [530, 'A shutdown has been triggered. Can not accept new jobs', 'CS_SHUTTING_DOWN'],
  [
    503,
    'Maintenance or Shutdown has been initiated on this management server. Can not accept new jobs',
    'CS_SHUTTING_DOWN',
  ],
  [
    431,
    'There are other servers in PrepareForMaintenance OR ErrorInMaintenance STATUS in cluster 1',
    'CS_OTHER_HOST_PREPARING',
  ],
  [
    530,
    'There are other servers attempting migrations for maintenance. Found hosts in PrepareForMaintenance OR ErrorInPrepareForMaintenance STATUS in cluster 1',
    'CS_OTHER_HOST_PREPARING',
  ],
  [
    431,
    "There are active VMs using the host's local storage pool. Please stop all VMs on this host that use local storage.",
    'CS_LOCAL_STORAGE',
  ],
  [431, 'Unsupported operation, VM uses Local storage, cannot migrate', 'CS_LOCAL_STORAGE'],
  [
    431,
    'Cannot transmit resource state of host 5 to MaintenanceNo next resource state found for current state = Disabled event = AdminAskMaintenace',
    'CS_HOST_DISABLED',
  ],
  [
    530,
    'Failed to update host:5,No next resource state found for current state = Maintenance event = Disable',
    'CS_WRONG_STATE',
  ],
  [530, 'Cannot perform cancelMaintenance when resource state is Enabled, host: host-2', 'CS_WRONG_STATE'],
  [431, 'Unable to prepare for maintenance host 5', 'CS_AGENT_UNREACHABLE'],
  [534, 'Host 3: Unable to prepare for migration due to x', 'CS_AGENT_UNREACHABLE'],
  [
    431,
    'Migrate VM operation on the VM id: 10 is not allowed as host is preparing for maintenance mode',
    'CS_VM_ON_PREPARING_HOST',
  ],
  [
    431,
    'Cannot migrate VM, destination host is not in correct state, has status: Up, state: Maintenance',
    'CS_DESTINATION_NOT_READY',
  ],
  [
    530,
    'Destination host: X already has max Running VMs(count includes system VMs), cannot migrate to this host',
    'CS_DESTINATION_FULL',
  ],
  [431, 'VM is not Running, unable to migrate the vm with specified id', 'CS_VM_NOT_RUNNING'],
  [
    431,
    'Cannot migrate VM, VM is already present on this host, please specify valid destination host to migrate the VM',
    'CS_ALREADY_THERE',
  ],
  [431, 'Live Migration of GPU enabled VM is not supported', 'CS_PASSTHROUGH'],
  [
    530,
    'There is/are unbacked up snapshot(s) on volume(s) attached to this VM, VM Migration is not permitted, please try again later.',
    'CS_SNAPSHOT_RUNNING',
  ],
  [530, 'Unable to migrate VM(i-2-5-VM) from host(x)', 'CS_MIGRATION_FAILED'],
  [533, 'Unable to create a deployment for VM[User|i-2-9-VM]', 'CS_NO_PLACE'],
  [530, 'Unable to orchestrate the start of VM instance {…}.', 'CS_NO_PLACE'],
  [
    530,
    'PrepareUnmanaged Failed due to host 10.0.0.11 should not be in Connecting status',
    'CS_UNMANAGE_CONNECTING',
  ],
  [
    530,
    'PrepareUnmanaged Failed due to some hosts are still in UP status after 5 Minutes, please try later ',
    'CS_UNMANAGE_TIMEOUT',
  ],
  [531, 'No permission to migrate VM, Only Root Admin can migrate a VM!', 'CS_NOT_ROOT_ADMIN'],
  [0, 'Job is cancelled as it has been blocking others for too long', 'CS_JOB_CANCELLED'],
  [
    431,
    'Unable to execute API command x due to invalid value. Invalid parameter id value=7 due to incorrect long value format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.',
    'CS_GONE',
  ],
  [530, 'Something nobody has seen', 'CS_REFUSED'],
];

test.each(cases)('%i %s', (code, text, expected) => {
  const problem = adviseCloudStack({ code, text, command: 'migrateVirtualMachine', subject: 'i-2-5-VM' });
  expect(problem.code).toBe(expected);
  expect(problem.what).toBe('CloudStack refused migrateVirtualMachine for i-2-5-VM.');
  expect(problem.why).not.toBe('');
  expect(problem.doThis.length).toBeGreaterThan(0);
});

test('a clock that is off is named before the keys, in the right direction', () => {
  const problem = adviseCloudStack({
    code: 401,
    text: 'x',
    command: 'listHosts',
    subject: '',
    clockSkewMs: -1_200_000,
  });
  expect(problem.code).toBe('CS_CLOCK_SKEW');
  expect(problem.why).toContain("CloudStack's clock is 1200 s behind ours");
});

test('every problem of the table is reached by a case', () => {
  expect(new Set([...cases.map(([, , code]) => code), 'CS_CLOCK_SKEW'])).toEqual(
    new Set(CLOUDSTACK_PROBLEMS),
  );
});
