/** The name a call is logged under, and faults are aimed at: the host or VM concerned, else the pool. */
import type { Call, Method } from './method';
import { vbdsOf } from './record-vm';
import { refOf, uuidOfRef } from './values';

export function subjectOf(call: Call, method: Method): string {
  const first = method.params[0];
  const value = call.args[0];
  if (first === undefined || typeof value !== 'string') return call.pool.name;
  const uuid = uuidOfRef(value);
  const { hosts, vms } = call.pool;
  switch (first) {
    case 'ref:host':
      return hosts.find((host) => host.uuid === uuid)?.name ?? call.pool.name;
    case 'ref:VM':
      return vms.find((vm) => vm.uuid === uuid)?.name ?? call.pool.name;
    case 'ref:PBD':
      return hosts.find((host) => host.pbds.some((pbd) => pbd.uuid === uuid))?.name ?? call.pool.name;
    case 'ref:VBD':
      return vms.find((vm) => vbdsOf(vm).some((vbd) => vbd.uuid === uuid))?.name ?? call.pool.name;
    case 'ref:pool_patch':
    case 'ref:pool_update':
      // what is done to a host with it is about the host
      return hosts.find((host) => refOf(host.uuid) === call.args[1])?.name ?? call.pool.name;
    default:
      return call.pool.name;
  }
}
