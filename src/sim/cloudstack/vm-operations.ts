/** What CloudStack does to one VM: migrate, start, stop. XAPI's own reason is swallowed, as the real one swallows it. */
import { isCloudStackVlan } from '../../domain/made-on-demand';
import { uuidOf } from '../identity';
import { hostByName, type SimHost, type SimVm } from '../model';
import { isSuitable, startTargets } from './placement';
import { failed, noCapacity, type Refusal } from './refusal';
import { type CloudStackSide, isAlive, type KnownVm, type Token } from './side';

/** The name that XAPI's log shows for CloudStack's own sessions. */
const AGENT = 'cloudstack';

type Done = (refusal?: Refusal, xapi?: readonly string[]) => void;

/** Live migration in XAPI; Migrating and already counted on its destination until it ends (cs §6). */
export function migrate(side: CloudStackSide, vm: KnownVm, to: SimHost, token: Token, done: Done): void {
  const from = vm.cs.on;
  vm.cs.state = 'Migrating';
  if (from !== undefined) vm.cs.lastOn = from;
  vm.cs.on = to.name;
  const source = hostByName(vm.pool, from);
  const refused = failed(`Unable to migrate VM(${vm.name}) from host(${source?.uuid ?? 'null'})`);
  let open = true;
  const end = (xapi?: readonly string[]): void => {
    if (!open) return;
    open = false;
    limit.cancel();
    // A stopped server learns nothing: the power sync finds out where the VM is.
    if (!isAlive(token)) return done();
    if (xapi && from !== undefined) vm.cs.on = from;
    vm.cs.state = 'Running';
    done(xapi && refused, xapi);
  };
  // migratewait: CloudStack gives up on XAPI after an hour, whatever XAPI does later.
  const limit = side.cloud.time.in(side.profile.knobs.migrateWait, () => end(['TASK_TIMEOUT']));
  makeVlans(vm, to);
  side.xapi.migrate(vm, to, AGENT, end);
}

/** Before a VM comes to a host, its VLANs are made there on the card that carries them elsewhere (cs §9.1). */
function makeVlans(vm: SimVm, to: SimHost): void {
  for (const network of vm.networks) {
    if (to.pifs.some((pif) => pif.network === network)) continue;
    const carrier = vm.pool.hosts.find((host) =>
      host.pifs.some((pif) => pif.network === network && isCloudStackVlan(pif)),
    );
    const there = carrier?.pifs.find((pif) => pif.network === network);
    const under = carrier?.pifs.find((pif) => pif.vlan === undefined && pif.device === there?.device);
    const card = to.pifs.find((pif) => pif.vlan === undefined && pif.network === under?.network);
    if (there?.vlan === undefined || !card) continue;
    const uuid = uuidOf('pif', to.uuid, card.device, String(there.vlan));
    to.pifs.push({ uuid, device: card.device, network, management: false, attached: true, vlan: there.vlan });
  }
}

/** Clean shutdown; the row keeps where the VM last ran. */
export function stop(side: CloudStackSide, vm: KnownVm, token: Token, done: Done): void {
  if (vm.cs.on !== undefined) vm.cs.lastOn = vm.cs.on;
  vm.cs.state = 'Stopping';
  const end = (xapi?: readonly string[]): void => {
    if (!isAlive(token)) return done();
    if (xapi && vm.power === 'Running') {
      vm.cs.state = 'Running';
      return done(failed(`Unable to stop ${vm.name}`), xapi);
    }
    markStopped(vm);
    done();
  };
  if (vm.power === 'Halted') side.cloud.time.in(1, () => end());
  else side.xapi.shutdown(vm, AGENT, end);
}

export function markStopped(vm: KnownVm): void {
  if (vm.cs.on !== undefined) vm.cs.lastOn = vm.cs.on;
  vm.cs.state = 'Stopped';
  delete vm.cs.on;
  if (vm.kind === 'ssvm' || vm.kind === 'cpvm') vm.cs.agentState = 'Disconnected';
}

/**
 * Start on the named host, or where the planner says. One refusal by XAPI ends it: a start that XAPI refuses while
 * versions differ is the 533 of seed 000.
 */
export function start(
  side: CloudStackSide,
  vm: KnownVm,
  options: { readonly host?: SimHost; readonly ha?: boolean },
  token: Token,
  done: Done,
): void {
  const named = options.host && isSuitable(side, vm, options.host) ? [options.host] : [];
  const targets = options.host ? named : startTargets(side, vm, { ha: options.ha ?? false });
  const target = targets[0];
  const refused = noCapacity(`Unable to create a deployment for VM[${kindWord(vm)}|${vm.name}]`);
  if (!target) return done(refused);
  vm.cs.state = 'Starting';
  vm.cs.on = target.name;
  makeVlans(vm, target);
  side.xapi.start(vm, target, AGENT, (xapi) => {
    if (!isAlive(token)) return done();
    if (xapi) {
      vm.cs.state = 'Stopped';
      delete vm.cs.on;
      return done(refused, xapi);
    }
    vm.cs.state = 'Running';
    vm.cs.on = target.name;
    vm.cs.lastOn = target.name;
    if (vm.kind === 'ssvm' || vm.kind === 'cpvm') bootAgent(side, vm);
    done();
  });
}

/** A system VM's own agent connects some time after its boot. */
export function bootAgent(side: CloudStackSide, vm: KnownVm): void {
  side.cloud.time.in(side.profile.knobs.systemVmBoot, () => {
    if (vm.cs.state === 'Running' && vm.power === 'Running') vm.cs.agentState = 'Up';
  });
}

/** CloudStack prints a VM as `VM[User|i-2-9-VM]`. */
function kindWord(vm: KnownVm): string {
  const words = {
    guest: 'User',
    router: 'DomainRouter',
    ssvm: 'SecondaryStorageVm',
    cpvm: 'ConsoleProxy',
  } as const;
  return words[vm.kind];
}
