/** The small pool with everything wrong that a line of the plan can put right, and who does what is done by hand. */
import { copyCapabilityRow } from '../../src/sim/cloudstack/cloudstack';
import { sidesOf } from '../../src/sim/sides';
import type { PoolFile } from '../../src/sim/snapshot-file';
import { smallPool } from './small-pool';
import type { StoryOptions } from './story';

/** As somebody blocked it. */
export const BLOCKED = { pool_migrate: 'BACKUP_RUNS', clean_shutdown: 'BACKUP_RUNS' };
/** More than the check lets pass, and as few as the machine that runs the test likes. */
const MESSAGES = 5200;

export const faultyPool: PoolFile = {
  ...smallPool,
  autoPowerOn: true,
  traits: { messages: MESSAGES },
  srs: [...(smallPool.srs ?? []), { name: 'nfs-second', type: 'nfs', shared: true }],
  hosts: (smallPool.hosts ?? []).map((host) => ({
    ...host,
    pbds: [...(host.pbds ?? []), { sr: 'nfs-second', attached: host.name === 'host-1' }],
    ...(host.name === 'host-2' && { traits: { maintenanceMode: true } }),
  })),
  vms: (smallPool.vms ?? []).map((vm) =>
    vm.name === 'i-2-10-VM' ? { ...vm, traits: { autoPowerOn: true, blocked: BLOCKED } } : vm,
  ),
  cloudstack: {
    traits: {
      capabilities: [
        // two VMs a host: without a row of its own the target takes less than the pool runs
        { version: 'default', maxGuests: 2, storageMotion: false },
        { version: '6.5.0', maxGuests: 500, storageMotion: true },
      ],
      guestOsMappings: { '6.5.0': 7 },
    },
  },
};

/** Every check whose remedy the pool needs, in the order of the checks. */
export const REMEDIED = [
  'maintenance-mode',
  'capability-rows',
  'guest-os-mappings',
  'storage-plugged',
  'vms-blocked',
  'auto-start',
  'message-count',
] as const;

/** Whoever keeps CloudStack's database reads the question and adds the row. */
export const addsTheRow: NonNullable<StoryOptions['answers']> = (question, _run, it) => {
  if (question.ask.text.includes('capability row')) copyCapabilityRow(sidesOf(it.cloud).cloudStack, '7.1.2');
  return 'yes';
};
