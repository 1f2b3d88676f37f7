/** The management and usage services of each server, and the loops that live and die with them (cs §12, §14.6). */
import type { SimManagementServer } from '../model';
import { beatHearts, disconnect, pingRound, scan } from './connection';
import { openWork, reopen, work } from './ha';
import { cutOff, unfinishedJobs } from './jobs';
import { isPreparing, maintenanceRound } from './maintenance';
import { syncPower } from './power-sync';
import { type CloudStackSide, hostsOf, IN_TRANSITION, vmsOf } from './side';
import { findSystemAgents, keepSystemVms, loseSystemAgents } from './system-vms';

/** What `by` must not interrupt: one sentence each (cs §12.2). */
function openBusiness(side: CloudStackSide): readonly string[] {
  return [
    ...hostsOf(side)
      .filter(isPreparing)
      .map((host) => `${host.name} is ${host.cs.resourceState}`),
    ...vmsOf(side)
      .filter((vm) => IN_TRANSITION.includes(vm.cs.state))
      .map((vm) => `${vm.name} is ${vm.cs.state}`),
    ...unfinishedJobs(side).map((job) => `job ${job.command} is running`),
    ...openWork(side).map((one) => `HA work ${one.type} of ${one.vm.name} is open`),
  ];
}

/** systemctl stop: the socket is gone at once, the jobs of this server are cut off, its hosts are nobody's. */
export function stopManagement(side: CloudStackSide, server: SimManagementServer, by: string): void {
  if (server.management !== 'active') return;
  const busy = openBusiness(side);
  if (busy.length > 0)
    side.cloud.offend('management-stopped-while-busy', {
      pool: side.cloud.pools[0]?.name ?? '',
      by,
      detail: `${server.name} was stopped while ${busy.join(', ')}.`,
    });
  server.management = 'inactive';
  server.ready = false;
  for (const loop of side.loops.get(server.name) ?? []) loop.cancel();
  side.loops.delete(server.name);
  tellPorts(side, server);
  reopen(side, server.name);
  for (const host of hostsOf(side))
    if (host.cs.owner === server.name)
      disconnect(host, isDown(host.cs.state) ? host.cs.state : 'Disconnected');
  if (!side.cloud.managementServers.some((one) => one.ready)) loseSystemAgents(side);
}

const isDown = (state: string): state is 'Down' | 'Alert' => state === 'Down' || state === 'Alert';

/** systemctl start returns at once; the API answers 45 s later (ms.boot), which systemd never tells. */
export function startManagement(side: CloudStackSide, server: SimManagementServer): void {
  if (server.management === 'active') return;
  server.management = 'active';
  side.shuttingDown.delete(server.name);
  server.startedAt = side.cloud.time.now();
  const { startedAt } = server;
  const { knobs } = side.profile;
  side.cloud.time.in(knobs.managementListens, () => tellPorts(side, server));
  side.cloud.time.in(knobs.managementBoot, () => {
    if (server.management !== 'active' || server.startedAt !== startedAt) return;
    const first = !side.cloud.managementServers.some((one) => one.ready);
    server.ready = true;
    cutOff(side, server);
    startLoops(side, server);
    if (first) findSystemAgents(side);
  });
}

/** True while connections are taken: some seconds after systemd says active. */
export function isListening(side: CloudStackSide, server: SimManagementServer): boolean {
  const seconds = (side.cloud.time.now() - server.startedAt) / 1000;
  return server.management === 'active' && (server.ready || seconds >= side.profile.knobs.managementListens);
}

function tellPorts(side: CloudStackSide, server: SimManagementServer): void {
  for (const listener of side.portListeners) listener(server);
}

export function stopUsage(server: SimManagementServer): void {
  server.usage = 'inactive';
}

export function startUsage(server: SimManagementServer): void {
  server.usage = 'active';
}

/** Monitor, scan and system VM managers of one server; a freshly started one scans after one interval. */
export function startLoops(side: CloudStackSide, server: SimManagementServer): void {
  const { knobs } = side.profile;
  side.loops.set(server.name, [
    side.cloud.time.every(knobs.pingInterval, () => {
      pingRound(side, server);
      if (isFirst(side, server)) {
        syncPower(side);
        maintenanceRound(side);
        work(side);
      }
    }),
    side.cloud.time.every(knobs.scanInterval, () => scan(side, server)),
    side.cloud.time.every(knobs.systemVmScan, () => {
      if (isFirst(side, server)) keepSystemVms(side);
    }),
  ]);
}

/** What only one server of several does. */
const isFirst = (side: CloudStackSide, server: SimManagementServer): boolean =>
  side.cloud.managementServers.find((one) => one.ready) === server;

/** dom0 scripts run whether or not a management server does. */
export const startHeartbeats = (side: CloudStackSide): void =>
  void side.cloud.time.every(side.profile.knobs.heartbeatInterval, () => beatHearts(side));
