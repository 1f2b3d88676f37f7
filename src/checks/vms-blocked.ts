/** Operations that somebody blocked on a VM, and operations under way on it (xapi §6.1, §11: OPERATION_BLOCKED). */
import { defineCheck, found } from './check';

/** What the plan may ask of a VM through CloudStack. */
const OURS: readonly string[] = ['pool_migrate', 'clean_shutdown', 'hard_shutdown', 'start', 'start_on'];
/** Comes and goes by itself. */
const PASSING: readonly string[] = ['update_allowed_operations'];

export const vmsBlocked = defineCheck({
  name: 'vms-blocked',
  summary: 'Nobody has blocked moving, stopping or starting a VM, and no operation holds one.',
  source: 'xapi §6.1 and §11, xc §1.5',
  look(pool) {
    const moving = new Set(pool.cloudstack.openWork.transitions.map((text) => text.split(' ')[0]));
    return pool.vms
      .filter((vm) => vm.on !== undefined)
      .flatMap((vm) => {
        const blocked = Object.entries(vm.traits?.blocked ?? {}).filter(([operation]) =>
          OURS.includes(operation),
        );
        const held = (vm.traits?.operations ?? []).filter((operation) => !PASSING.includes(operation));
        return [
          ...(blocked.length === 0
            ? []
            : [
                {
                  ...found(
                    'block' as const,
                    vm.name,
                    `Somebody blocked operations of ${vm.name} that the plan needs.`,
                    blocked.map(([operation, code]) => `${operation}: ${code}`),
                    `Ask who did it, then allow them again: xe vm-param-remove uuid=${vm.uuid} param-name=blocked-operations param-key=…`,
                  ),
                  remedy: {
                    kind: 'allow-operations',
                    args: { vm: vm.name, operations: blocked.map(([operation]) => operation) },
                  },
                },
              ]),
          // CloudStack's own work shows as a transition, and that check speaks of it
          ...(held.length === 0 || moving.has(vm.name)
            ? []
            : [
                found(
                  'warn',
                  vm.name,
                  `XAPI has ${held.join(', ')} of ${vm.name} in hand.`,
                  ['CloudStack shows no transition of it'],
                  'Wait until it is done; the VM cannot be moved before.',
                ),
              ]),
        ];
      });
  },
});
