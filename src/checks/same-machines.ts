/** XAPI's pool and CloudStack's cluster are the same machines, and both say the same of each running VM. */
import { sortedNames } from '../domain/order';
import type { HostSnapshot, Snapshot, VmSnapshot } from '../domain/pool';
import { defineCheck, found, wasRead, type Extra, type Found } from './check';

export const sameMachines = defineCheck({
  name: 'same-machines',
  summary: 'Pool and cluster hold the same hosts, and both sides say the same of each host and each VM.',
  source: 'xc R11, cs §8.1, pl F-05',
  look: (pool, _target, extra) =>
    wasRead(pool, 'xapi', 'cloudStack')
      ? [
          ...hosts(pool, extra),
          ...pool.hosts.flatMap((host) => hostDisagreement(host, extra)),
          ...vms(pool, extra),
          ...twice(pool),
        ]
      : [],
});

function hosts(pool: Snapshot, extra: Extra): Found[] {
  const { clusterName } = pool.cloudstack;
  return [
    ...pool.hosts
      .filter((host) => !host.cloudstack)
      .map((host) =>
        found(
          'block',
          host.name,
          `${host.name} is in the pool ${pool.name} and not in the CloudStack cluster ${clusterName}.`,
          [`XAPI: address ${host.address}`, 'CloudStack: no host with that address or name in the cluster'],
          `Add ${host.name} to ${clusterName} in CloudStack, or check clusterId in pools.yaml.`,
        ),
      ),
    ...extra.onlyInCloudStack.hosts.map((name) =>
      found(
        'block',
        name,
        `${name} is in the CloudStack cluster ${clusterName} and not in the pool ${pool.name}.`,
        ['CloudStack: a host of the cluster', 'XAPI: no host with that address or name'],
        `Join ${name} to the pool, or remove it from CloudStack.`,
      ),
    ),
  ];
}

/** Both views of one host: name and version. CloudStack learns the version when it sets the host up (cs §8.1). */
function hostDisagreement(host: HostSnapshot, extra: Extra): Found[] {
  const cs = host.cloudstack;
  // what a run has in hand is set up again before it is given back
  const inHand = extra.owed.some((owed) => owed.on === host.name || owed.what === 'cluster-unmanaged');
  if (!cs) return [];
  return [
    ...(cs.name !== host.name
      ? [
          found(
            'note',
            host.name,
            `CloudStack calls ${host.name} by another name: ${cs.name}.`,
            [`XAPI: ${host.name}, ${host.address}`, `CloudStack: ${cs.name}`],
            'Nothing to do: they are joined by their address.',
          ),
        ]
      : []),
    ...(cs.hypervisorVersion !== '' && cs.hypervisorVersion !== host.version && !inHand
      ? [
          found(
            'warn',
            host.name,
            `XAPI and CloudStack disagree on the version of ${host.name}.`,
            [`XAPI: ${host.version}`, `CloudStack: ${cs.hypervisorVersion}`],
            `Reconnect ${host.name} in CloudStack: it reads the version when it sets a host up.`,
          ),
        ]
      : []),
  ];
}

function vms(pool: Snapshot, extra: Extra): Found[] {
  const inTransition = new Set(pool.cloudstack.openWork.transitions.map((text) => text.split(' ')[0]));
  return [
    ...pool.vms.filter((vm) => !inTransition.has(vm.name)).flatMap((vm) => disagreement(vm)),
    ...extra.onlyInCloudStack.vms.map((name) =>
      found(
        'block',
        name,
        `CloudStack says that ${name} runs in this cluster; XAPI does not know it.`,
        ['CloudStack: Running', 'XAPI: no VM of that name'],
        `Find out in CloudStack what became of ${name}; stop it there if it is gone.`,
      ),
    ),
  ];
}

function disagreement(vm: VmSnapshot): Found[] {
  const runs = vm.on !== undefined;
  const saw = [
    `XAPI: ${vm.power}${runs ? ` on ${vm.on}` : ''}`,
    `CloudStack: ${vm.cloudstack ? `${vm.cloudstack.state}${vm.cloudstack.on === undefined ? '' : ` on ${vm.cloudstack.on}`}` : 'not known'}`,
  ];
  if (!vm.cloudstack) {
    if (!runs) return [];
    return [
      found(
        'question',
        vm.name,
        `${vm.name} runs on ${vm.on} and CloudStack does not know it.`,
        saw,
        'Approving the plan is the consent to move it, or to stop and start it, through XAPI.',
        'Or stop it, or move it to another pool, and ask for the plan again.',
      ),
    ];
  }
  if (runs !== (vm.cloudstack.state === 'Running'))
    return [
      found(
        'block',
        vm.name,
        `XAPI and CloudStack disagree on whether ${vm.name} runs.`,
        saw,
        `Wait for CloudStack’s next sync, or stop and start ${vm.name} in CloudStack, and ask for the plan again.`,
      ),
    ];
  if (vm.power === 'Paused')
    return [
      found(
        'warn',
        vm.name,
        `${vm.name} is paused in XAPI and Running in CloudStack.`,
        saw,
        `Find out who paused it, then: xe vm-unpause uuid=${vm.uuid}`,
      ),
    ];
  if (runs && vm.cloudstack.on !== vm.on)
    return [
      found(
        'block',
        vm.name,
        `XAPI and CloudStack disagree on where ${vm.name} runs.`,
        saw,
        'Somebody moved it past CloudStack: wait for its next sync and ask for the plan again.',
      ),
    ];
  return [];
}

/** The same name twice may be one disk running twice (CTX133465); of two hosts, nobody knows which is meant. */
function twice(pool: Snapshot): Found[] {
  return [
    ...doubled(pool.vms).map((name) => {
      const both = pool.vms.filter((vm) => vm.name === name);
      return found(
        'block',
        name,
        `XAPI has ${both.length} VMs called ${name}.`,
        both.map((vm) => `uuid ${vm.uuid}: ${vm.power}${vm.on === undefined ? '' : ` on ${vm.on}`}`),
        'If both run, stop one at once: two VMs on one disk destroy it.',
        'Rename or remove the one that CloudStack does not mean.',
      );
    }),
    ...doubled(pool.hosts).map((name) =>
      found(
        'block',
        name,
        `${pool.name} has more than one host called ${name}.`,
        pool.hosts
          .filter((host) => host.name === name)
          .map((host) => `uuid ${host.uuid}, address ${host.address}`),
        'Give every host a name of its own: xe host-param-set uuid=… name-label=…',
      ),
    ),
  ];
}

function doubled(things: readonly { readonly name: string }[]): readonly string[] {
  const seen = new Set<string>();
  const twiceSeen = new Set<string>();
  for (const { name } of things) (seen.has(name) ? twiceSeen : seen).add(name);
  return sortedNames(twiceSeen);
}
