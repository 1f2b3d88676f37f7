/** The two routers of a redundant pair on two hosts, both running: else a drain cuts the network off (cs §6). */
import { sortedNames } from '../domain/order';
import { defineCheck, found } from './check';

export const routerPairs = defineCheck({
  name: 'router-pairs',
  summary: 'Both routers of every redundant pair run, and not on one host.',
  source: 'cs §6',
  look(pool) {
    const groups = sortedNames(new Set(pool.vms.flatMap((vm) => vm.cloudstack?.redundantGroup ?? [])));
    return groups.flatMap((group) => {
      const routers = pool.vms.filter((vm) => vm.cloudstack?.redundantGroup === group);
      const running = routers.filter((vm) => vm.on !== undefined);
      const names = routers.map((vm) => vm.name).join(', ');
      if (running.length > 1 && new Set(running.map((vm) => vm.on)).size === 1)
        return [
          found(
            'warn',
            running[0]?.on ?? pool.name,
            `Both routers of a redundant pair run on ${running[0]?.on}: ${names}.`,
            running.map((vm) => `${vm.name} of ${vm.cloudstack?.account} on ${vm.on}`),
            'Migrate one of them in CloudStack; until then one failed host takes the network away.',
          ),
        ];
      if (routers.length > 1 && running.length === 1)
        return [
          found(
            'warn',
            running[0]?.name ?? pool.name,
            `Of a redundant pair only ${running[0]?.name} runs.`,
            routers.map((vm) => `${vm.name}: ${vm.power}`),
            'Start the other one in CloudStack: while one is moved, the other serves.',
          ),
        ];
      return [];
    });
  },
});
