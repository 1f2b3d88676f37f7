/** How an upgraded host proves itself: a test VM after the last host, a canary where no move is planned. */
import { defineCheck, found } from './check';

export const smokeTest = defineCheck({
  name: 'smoke-test',
  summary:
    'A test VM can be made at the end, and a canary VM is named for hosts that no planned move goes to.',
  source: 'pl S7',
  look: (pool, _target, { configured }) => {
    const canary = pool.vms.find((vm) => vm.name === configured.canaryVm);
    return [
      ...(configured.smokeTest
        ? []
        : [
            found(
              'question',
              pool.name,
              'No test VM is configured: after the last host a person makes a VM and a network by hand and removes them.',
              [],
              `Or set smokeTest under ${pool.name} in pools.yaml: templateId, serviceOfferingId, networkOfferingId.`,
            ),
          ]),
      ...(configured.canaryVm === undefined
        ? [
            found(
              'question',
              pool.name,
              'No canary VM is named: where no move to an upgraded host is planned, a person chooses a VM to try it with.',
              [],
              `Or set canaryVm under ${pool.name} in pools.yaml to an instance name such as i-2-10-VM.`,
            ),
          ]
        : []),
      ...(configured.canaryVm !== undefined && canary?.power !== 'Running'
        ? [
            found(
              'question',
              configured.canaryVm,
              `The canary VM ${configured.canaryVm} is ${canary ? canary.power : 'not in this pool'}.`,
              [],
              'Start it, or name another canaryVm in pools.yaml; else a person chooses one when it is needed.',
            ),
          ]
        : []),
    ];
  },
});
