/** What must never be done to a pool. The simulator reports each breach with the rule's id; docs/never.md lists them. */
export const RULES = {
  'member-before-master': 'A member was rebooted for an upgrade before the master runs the new version.',
  'master-role-changed': 'The master role was moved in an upgrade.',
  'disable-outside-maintenance':
    'host.disable or host.evacuate on a host that is not in CloudStack Maintenance while its cluster is Managed.',
  'master-disabled-while-managed': 'The pool master was disabled in XAPI while its cluster is Managed.',
  'maintenance-without-other-host':
    'prepareHostForMaintenance while no other host of the cluster is Up and Enabled.',
  'two-hosts-preparing': 'prepareHostForMaintenance while another host is PrepareForMaintenance or ErrorIn….',
  'maintenance-with-vm-in-transition':
    'prepareHostForMaintenance while a VM on the host is Starting, Stopping or Migrating.',
  'maintenance-asked-twice':
    'prepareHostForMaintenance a second time without the host having left maintenance.',
  'reboot-outside-maintenance':
    'Reboot, toolstack restart or patch of a host that is not in CloudStack Maintenance while its cluster is Managed.',
  'master-rebooted-while-managed':
    'The master was rebooted, its toolstack restarted, or a patch applied to it, while its cluster is Managed.',
  'reboot-while-enabled': 'A host was rebooted, or its toolstack restarted, while enabled in XAPI.',
  'reboot-with-residents':
    'A host was rebooted, or its toolstack restarted, while VMs other than the control domain lived on it.',
  'patched-in-service':
    'A hotfix or update was applied to a host that was enabled in XAPI, or on which VMs other than the control domain lived.',
  'rebooted-twice':
    'A host was rebooted again after it had come back on the new version or from a reboot, before it was in service.',
  'managed-too-early':
    'The cluster was Managed while a member was not live, the master role had moved or the master was not enabled.',
  'cancel-maintenance-too-early':
    'cancelHostMaintenance while the host was not Up in CloudStack, or not live and enabled in XAPI.',
  'prepared-host-in-service': 'A host that carries a prepared installer left maintenance.',
  'xapi-migration-while-managed':
    'XAPI migration of a VM that CloudStack knows while its cluster is Managed.',
  'cloudstack-migration-while-unmanaged': 'CloudStack migration while the cluster is Unmanaged.',
  'xapi-power-of-cloudstack-vm': 'A VM that CloudStack knows was stopped or started through XAPI.',
  'management-stopped-while-busy':
    'A management service was stopped while a host was preparing, a VM in transition, or a job or HA work open.',
  'dump-in-mixed-pool': 'The XAPI database was dumped while the pool was mixed.',
  'rolling-flag-written': 'pool.other_config.rolling_upgrade_in_progress was written.',
  'database-written': "A statement other than a read reached CloudStack's database.",
  'repeated-blindly': 'A mutating call was repeated after a lost answer without looking first.',
  repartitioned:
    'A host was rebooted into an installer that partitions its disk anew, and nobody had approved that.',
  'started-twice': 'One VM ran on two hosts at once.',
} as const;

export type RuleId = keyof typeof RULES;
