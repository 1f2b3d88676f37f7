/** The zone's managers of SSVM and CPVM: one that is stopped is started again wherever it fits (cs §14.6). */
import { inQueue, isBusy } from './jobs';
import { type CloudStackSide, tokenOf, vmsOf } from './side';
import { bootAgent, start } from './vm-operations';

const isSystemVm = (kind: string): boolean => kind === 'ssvm' || kind === 'cpvm';

export function keepSystemVms(side: CloudStackSide): void {
  const server = side.cloud.managementServers.find((one) => one.ready);
  if (!server) return;
  for (const vm of vmsOf(side).filter((one) => isSystemVm(one.kind) && !isBusy(side, one))) {
    if (vm.cs.state !== 'Stopped') continue;
    const token = tokenOf(server);
    inQueue(side, vm.name, token, (release) => start(side, vm, {}, token, release));
  }
}

/** The agents inside the system VMs lose the last management server, and find a new one after a while. */
export function loseSystemAgents(side: CloudStackSide): void {
  for (const vm of vmsOf(side)) if (isSystemVm(vm.kind)) vm.cs.agentState = 'Disconnected';
}

export function findSystemAgents(side: CloudStackSide): void {
  for (const vm of vmsOf(side)) if (isSystemVm(vm.kind)) bootAgent(side, vm);
}
