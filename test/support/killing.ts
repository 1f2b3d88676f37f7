/** A worker that dies at its n-th append or act, and never speaks again: its calls all fail from then on. */
import type { Entry } from '../../src/domain/journal';
import type { Journal, World } from '../../src/ports';
import type { Parts } from './parts';

/** What a dead process leaves: nothing is said by it. */
export class Dead extends Error {}

/** `before` the call goes out, `during`: it has gone out and nobody hears the answer, `after`: its answer came and nothing else. */
export type Moment = 'before' | 'during' | 'after';

export interface Mortal {
  wrap(parts: Parts): Parts;
  readonly dead: boolean;
  /** Seams passed so far, in order, the last of a dead one being where it died. */
  readonly seams: readonly string[];
}

const nameOf = (entry: Entry): string => ('line' in entry ? `${entry.type} ${entry.line}` : entry.type);

/** Host, VM or cluster acted on; what the test makes itself has another id each time. */
function onWhat(act: string, [first]: readonly unknown[]): string {
  if (/etwork|deploy|expunge/.test(act)) return '';
  if (typeof first === 'string') return ` ${first}`;
  return typeof first === 'object' && first !== null && 'id' in first ? ` ${String(first.id)}` : '';
}

const ACTS: Readonly<
  Record<'xen' | 'cloudStack' | 'managementServers' | 'dom0' | 'patching', readonly string[]>
> = {
  xen: [
    'disableHa',
    'enableHa',
    'setHaTolerates',
    'setWlbEnabled',
    'setAutoPowerOn',
    'allowOperations',
    'blockOperations',
    'endMaintenanceMode',
    'destroyMessages',
    'ejectCd',
    'syncDatabase',
    'dumpDatabase',
    'disableHost',
    'enableHost',
    'rebootHost',
    'plugPbd',
    'removeTag',
    'migrateVm',
    'shutdownVm',
    'startVm',
    'prepareInstaller',
    'rebootHost',
  ],
  cloudStack: [
    'setHostAllocation',
    'prepareHostForMaintenance',
    'cancelHostMaintenance',
    'reconnectHost',
    'setManaged',
    'setClusterAllocation',
    'migrateVm',
    'stopVm',
    'startVm',
    'detachIso',
    'createNetwork',
    'deleteNetwork',
    'deployVm',
    'expungeVm',
    'addGuestOsName',
    'changeSetting',
  ],
  dom0: ['keepPartitions', 'takeBackInstaller'],
  patching: ['stage', 'unstage', 'synchronise', 'apply', 'restartToolstack'],
  managementServers: ['stop', 'start', 'backUp', 'verifyBackup'],
};

/**
 * `dies` is asked at each seam with its name and how many this worker has passed. Seams are every append that says more
 * than what is waited for, and every act: `append LineDone host-1-09-disable-host`, `act xen disableHost <uuid>`.
 */
export function mortal(
  dies: (seam: string, passed: number) => boolean = () => false,
  moment: Moment = 'before',
): Mortal {
  const seams: string[] = [];
  const state = { dead: false };
  const die = (name: string): never => {
    state.dead = true;
    throw new Dead(name);
  };

  async function at<T>(name: string, call: () => Promise<T>): Promise<T> {
    if (state.dead) throw new Dead(name);
    seams.push(name);
    if (!dies(name, seams.length)) return call();
    if (moment === 'before') return die(name);
    const answer = call();
    answer.catch(() => undefined);
    if (moment === 'after') await answer.catch(() => undefined);
    return die(name);
  }

  /** Every function of it: the named ones are seams, the others only fail once dead. */
  function guarded<T extends object>(target: T, of: string, named: readonly string[]): T {
    return new Proxy(target, {
      get(object, name, receiver): unknown {
        const member: unknown = Reflect.get(object, name, receiver);
        if (typeof member !== 'function') return member;
        const call = (args: readonly unknown[]): unknown => Reflect.apply(member, object, args);
        if (typeof name === 'string' && named.includes(name))
          return (...args: readonly unknown[]) =>
            at(`${of} ${name}${onWhat(name, args)}`, async () => call(args));
        return (...args: readonly unknown[]): unknown => {
          if (state.dead) throw new Dead(String(name));
          return call(args);
        };
      },
    });
  }

  function mortalJournal(journal: Journal): Journal {
    return {
      ...guarded(journal, 'journal', []),
      run: async (id) => (state.dead ? die('run') : journal.run(id)),
      plan: async (id) => (state.dead ? die('plan') : journal.plan(id)),
      read: async (run, after) => (state.dead ? die('read') : journal.read(run, after)),
      append: (run, seen, entry) => {
        if (entry.type === 'LineWaiting')
          return state.dead ? die('append') : journal.append(run, seen, entry);
        return at(`append ${nameOf(entry)}`, () => journal.append(run, seen, entry));
      },
    };
  }

  const mortalWorld = (world: World): World => ({
    ...world,
    xen: guarded(world.xen, 'act xen', ACTS.xen),
    cloudStack: guarded(world.cloudStack, 'act cloudStack', ACTS.cloudStack),
    ...(world.dom0 && { dom0: guarded(world.dom0, 'act dom0', ACTS.dom0) }),
    ...(world.patching && { patching: guarded(world.patching, 'act patching', ACTS.patching) }),
    ...(world.managementServers && {
      managementServers: guarded(world.managementServers, 'act managementServers', ACTS.managementServers),
    }),
  });

  return {
    wrap: ({ journal, world }) => ({ journal: mortalJournal(journal), world: mortalWorld(world) }),
    get dead() {
      return state.dead;
    },
    seams,
  };
}
