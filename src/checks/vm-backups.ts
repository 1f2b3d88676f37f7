/** Backups of VMs are made by others; the plan asks how old they are, and shows what it has seen of them (R30; seeds 003 and 004). */
import { minuteOf } from '../domain/recurring-snapshots';
import type { VmSnapshot } from '../domain/pool';
import { defineCheck, found } from './check';

/** Of hundreds of guests these are told by name: those that nobody has backed up, then the oldest. */
const MOST_TOLD = 20;
const DAY = 86_400_000;

/** The newest that was seen of a guest, by CloudStack or by XAPI. */
interface Newest {
  readonly at: number;
  readonly kind: string;
}

function newestOf({ cloudstack, traits }: VmSnapshot): Newest | undefined {
  const seen: readonly Newest[] = [
    ...(cloudstack?.backedUpAt === undefined
      ? []
      : [{ at: Date.parse(cloudstack.backedUpAt), kind: 'volume snapshot in CloudStack' }]),
    ...(traits?.snapshotAt === undefined
      ? []
      : [{ at: Date.parse(traits.snapshotAt), kind: 'snapshot in XAPI, on the storage of the VM' }]),
  ];
  return seen.toSorted((a, b) => b.at - a.at)[0];
}

const daysAgo = (at: number, now: number): string => {
  const days = Math.floor((now - at) / DAY);
  if (days < 1) return 'less than a day old';
  return days === 1 ? '1 day old' : `${days} days old`;
};

export const vmBackups = defineCheck({
  name: 'vm-backups',
  summary:
    'A person says that the VMs have backups that are young enough; what was seen of them is told, the oldest first.',
  source: 'xc R30, seeds 003 and 004',
  look(pool) {
    const guests = pool.vms.filter((vm) => vm.kind === 'guest' && vm.on !== undefined);
    if (guests.length === 0) return [];
    const seen = guests
      .map((vm) => ({ vm, newest: newestOf(vm) }))
      .toSorted((a, b) => (a.newest?.at ?? 0) - (b.newest?.at ?? 0));
    const never = seen.filter(({ newest }) => newest === undefined).length;
    const now = Date.parse(pool.takenAt);
    const told = seen.map(({ vm, newest }) => {
      const name = vm.cloudstack ? `${vm.name} (${vm.cloudstack.displayName})` : vm.name;
      return newest
        ? `${name}: ${newest.kind} of ${minuteOf(newest.at)}, ${daysAgo(newest.at, now)}`
        : `${name}: never seen`;
    });
    const more = told.length - MOST_TOLD;
    return [
      found(
        'question',
        pool.name,
        `Are there backups of the ${guests.length} running ${guests.length === 1 ? 'guest' : 'guests'} of ${pool.name}, and how old are they?`,
        [
          'backups that others make no API shows; the plan backs up CloudStack’s databases and XAPI’s, no disks',
          ...(never === guests.length
            ? ['seen in CloudStack and XAPI: no snapshot of any of them']
            : [
                ...told.slice(0, MOST_TOLD),
                ...(more > 0
                  ? [`and ${more} more; never seen of ${never} in all, the others are younger`]
                  : []),
              ]),
        ],
        'Approving the plan says that the backups are young enough for a restore.',
      ),
    ];
  },
});
