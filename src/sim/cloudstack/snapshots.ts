/** Volume snapshots as CloudStack lists them: those of root volumes that are on secondary storage. */
import { ZONE } from './catalogue';
import { row } from './commands/command';
import { projectOf } from './render';
import { type CloudStackSide, idOf, type Row, vmsOf } from './side';

/** Newest first, as they are ordered by what they were created (SnapshotManagerImpl). */
export const snapshotsIn = (side: CloudStackSide, ofProjects: boolean): Row[] =>
  vmsOf(side)
    .filter((vm) => vm.cs.backedUpAt !== undefined && (projectOf(vm.cs.account) !== undefined) === ofProjects)
    .toSorted((a, b) => ((a.cs.backedUpAt ?? '') < (b.cs.backedUpAt ?? '') ? 1 : -1))
    .map((vm) =>
      row({
        id: idOf('snapshot', vm.cs.id),
        name: `${vm.name}_ROOT-${vm.cs.dbId}`,
        volumeid: idOf('volume', vm.cs.id, '0'),
        volumename: `ROOT-${vm.cs.dbId}`,
        volumetype: 'ROOT',
        snapshottype: 'MANUAL',
        intervaltype: 'MANUAL',
        state: 'BackedUp',
        created: vm.cs.backedUpAt?.replace(/\.\d{3}Z$|Z$/, '+0000'),
        zoneid: ZONE.id,
      }),
    );
