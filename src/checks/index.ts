/** Pre-flight: the table of contents. Every check is looked at, so that all findings are seen at once. */
import type { Finding } from '../domain/finding';
import type { Snapshot } from '../domain/pool';
import type { Check, Extra } from './check';
import { cloudstackOpenWork } from './cloudstack-open-work';
import { era } from './era';
import { haAndWlb } from './ha-and-wlb';
import { hostsReady } from './hosts-ready';
import { managementServers } from './management-servers';
import { roomForEachHost } from './room-for-each-host';
import { sameMachines } from './same-machines';
import { smokeTest } from './smoke-test';
import { sourcesConfigured } from './sources-configured';
import { sourcesRead } from './sources-read';
import { storagePlugged } from './storage-plugged';
import { targetNewer } from './target-newer';
import { versionsAndHotfixes } from './versions-and-hotfixes';
import { vmsCanMove } from './vms-can-move';

export { SOURCES, type Check, type Extra } from './check';

export const checks: readonly Check[] = [
  sourcesRead,
  era,
  targetNewer,
  versionsAndHotfixes,
  sameMachines,
  hostsReady,
  managementServers,
  cloudstackOpenWork,
  storagePlugged,
  vmsCanMove,
  roomForEachHost,
  haAndWlb,
  sourcesConfigured,
  smokeTest,
];

/** Everything found, in the order of the checks. Pure: the same snapshot gives the same findings. */
export const findingsOf = (pool: Snapshot, target: string, extra: Extra): readonly Finding[] =>
  checks.flatMap((check) => check.look(pool, target, extra));
