/** Which VMs cannot be moved while they run, named, with the cause and what the plan does about it. */
import { madeOnDemand } from '../domain/made-on-demand';
import { missingIn, nailOf, srName, takers, type Missing } from '../domain/movability';
import { residents, type HostSnapshot, type Snapshot, type VmSnapshot } from '../domain/pool';
import { compareVersions } from '../domain/version';
import { changesVersion, defineCheck, found, type Extra, type Found } from './check';
import { inWords } from './evacuation-words';

export const vmsCanMove = defineCheck({
  name: 'vms-can-move',
  summary: 'Every running VM can be moved to another host, or is stopped with consent.',
  source: 'xc §1.5, xapi §6.2 and §10.1, pl S13',
  look: (pool, target, extra) => [
    ...stopped(pool, target, extra),
    ...cds(pool),
    ...secondOpinion(pool, target, extra),
  ],
});

/** Hosts that have a turn: by their version, or where none changes those that the placement was made for. */
const leftOf = (pool: Snapshot, target: string, extra: Extra): readonly HostSnapshot[] =>
  pool.hosts.filter((host) =>
    changesVersion(extra)
      ? compareVersions(host.version, target) < 0
      : extra.placement.order.includes(host.name),
  );

/** VMs that some host's turn stops: once a VM, with all its stops and the longest time down. */
function stopped(pool: Snapshot, target: string, extra: Extra): Found[] {
  const missing = missingIn(pool);
  const taking = takers(pool, target, extra.owed);
  return leftOf(pool, target, extra).flatMap((host) =>
    residents(pool, host.name).flatMap((vm) => {
      const cause = nailOf(vm, host.version, target)?.cause ?? nowhere(pool, vm, host, missing, taking);
      const stops = stopsOf(vm.name, extra);
      // a host that is patched while it runs is not emptied
      if (stops.length === 0 && (cause === undefined || !changesVersion(extra))) return [];
      const why =
        cause ??
        `cannot be moved: ${extra.placement.hosts.flatMap((turn) => turn.stops).find((stop) => stop.vm === vm.name)?.why ?? ''}`;
      return [
        found(
          'question',
          vm.name,
          `${vm.name} on ${host.name} ${why}.`,
          [...stops, ...agreed(extra, host.name, vm.name)],
          'Approving the plan is the consent to stop it and start it again through CloudStack as listed.',
          `Or remove the cause, or stop ${vm.name} yourself, and ask for the plan again.`,
        ),
      ];
    }),
  );
}

function nowhere(
  pool: Snapshot,
  vm: VmSnapshot,
  host: HostSnapshot,
  missing: Missing,
  taking: ReadonlySet<string>,
): string | undefined {
  const others = pool.hosts.filter((other) => other.name !== host.name && taking.has(other.name));
  if (others.length === 0 || others.some((other) => missing(vm, other.name).length === 0)) return undefined;
  const lacking = others.map((other) => ({ other, names: missing(vm, other.name) }));
  return `needs what no other host has: ${lacking.map(({ other, names }) => `${other.name} lacks ${names.join(', ')}`).join('; ')}`;
}

function stopsOf(vm: string, extra: Extra): readonly string[] {
  return extra.placement.hosts.flatMap((turn) =>
    turn.stops
      .filter((stop) => stop.vm === vm)
      .map((stop) =>
        stop.startOn.length > 0
          ? `on ${turn.host}’s turn it is stopped and started on ${stop.startOn[0]}; if that is refused, down for at most ${stop.downMinutes} minutes`
          : `on ${turn.host}’s turn it is stopped until ${turn.host} is back, at most ${stop.downMinutes} minutes`,
      ),
  );
}

/** CDs are no reason to stop a VM: a line before the first host takes them out. System VMs are left alone. */
function cds(pool: Snapshot): Found[] {
  return pool.vms.flatMap((vm) => {
    if (!vm.cd || vm.on === undefined || vm.kind !== 'guest') return [];
    const { sr, name, byCloudStack } = vm.cd;
    const without = pool.hosts.filter((host) => !host.pbds.some((pbd) => pbd.sr === sr && pbd.attached));
    return [
      found(
        'note',
        vm.name,
        `The CD ${name} is in ${vm.name}.`,
        [
          byCloudStack ? 'attached by CloudStack' : 'CloudStack knows nothing of it',
          without.length > 0
            ? `its SR ${srName(pool, sr)} is not attached on ${without.map((host) => host.name).join(', ')}`
            : `its SR ${srName(pool, sr)} is attached on every host`,
        ],
        'A line before the first host takes it out; it is offered back afterwards.',
      ),
    ];
  });
}

const agreed = (extra: Extra, host: string, vm: string): readonly string[] => {
  const answer = extra.evacuation?.[host]?.[vm];
  return answer === undefined ? [] : [`XAPI would not evacuate it either: ${inWords(answer)}`];
};

/**
 * Answers that say nothing of the VM: room and hosts have checks of their own, and while versions differ every older
 * host is refused as a target for a start, which a move is not (xapi §4.2).
 */
const NOT_OF_THE_VM: readonly string[] = [
  'HOST_NOT_ENOUGH_FREE_MEMORY',
  'HOST_DISABLED',
  'HOST_NOT_LIVE',
  'NO_HOSTS_AVAILABLE',
  'VM_HOST_INCOMPATIBLE_VERSION',
];

/** Every network that some host lacks is one that CloudStack makes there for this VM. */
function onDemand(pool: Snapshot, vm: VmSnapshot): boolean {
  const canBeMade = madeOnDemand(pool);
  const lacking = pool.hosts.flatMap((host) =>
    vm.networks
      .filter((network) => !host.pifs.some((pif) => pif.network === network))
      .map((network) => canBeMade(network, host.name)),
  );
  return vm.cloudstack !== undefined && lacking.length > 0 && lacking.every(Boolean);
}

/** XAPI refuses a VM when any one target cannot take it (xapi §10.1); where we would move it, people should know. */
function secondOpinion(pool: Snapshot, target: string, extra: Extra): Found[] {
  if (pool.ha.on) return [];
  return leftOf(pool, target, extra).flatMap((host) =>
    Object.entries(extra.evacuation?.[host.name] ?? {}).flatMap(([name, answer]) => {
      const vm = pool.vms.find((one) => one.name === name);
      // a VLAN that CloudStack has yet to make there is refused by XAPI alone
      const made = answer[0] === 'VM_REQUIRES_NETWORK' && vm !== undefined && onDemand(pool, vm);
      const known = vm?.cd !== undefined || made || stopsOf(name, extra).length > 0;
      if (known || NOT_OF_THE_VM.includes(answer[0] ?? '')) return [];
      return [
        found(
          'warn',
          name,
          `XAPI would not evacuate ${name} from ${host.name}: ${inWords(answer)}.`,
          [answer.join(' ')],
          'XAPI asks whether every host could take it; the plan moves it to one host that can.',
          'If no line of the plan names a destination for it, remove the cause first.',
        ),
      ];
    }),
  );
}
