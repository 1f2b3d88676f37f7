/**
 * VMs that had to leave come home, one after the other, through CloudStack (seed 002). Best effort, with a result of its
 * own: what cannot move stays where it runs and is named. A host that is patched is never held for it.
 */
import { act, done, wait } from '../domain/decision';
import { NotSent, Refused, Unreachable } from '../domain/errors';
import { problems } from '../domain/problems';
import { recalled, type LineState, type Run } from '../domain/run';
import { sameOrNewer } from '../domain/version';
import type { CsVm, World } from '../ports';
import { drainLook } from './drain-look';
import { lookAtVms, type VmLook } from './stop-vms';
import { defineStep, type Evidence } from './step';
import { counted, hours, listed, minutes, type HostArgs } from './sight';

/** `vms`: names, in the order in which they are to come home; whoever had not lived here when its turn began stays. */
type Args = HostArgs & { readonly vms: readonly string[] };
type Home = {
  readonly ready: boolean;
  readonly version: string;
  readonly freeMib: number;
  readonly groups: readonly string[];
};
type Seen = {
  readonly vms: readonly VmLook[];
  readonly home: Home;
  /** Host name → version. */
  readonly versions: Readonly<Record<string, string>>;
  /** VM name → why its move failed. */
  readonly failed: Readonly<Record<string, string>>;
  /** VM name → its redundant group. */
  readonly group: Readonly<Record<string, string>>;
  /** Why nothing could be seen. */
  readonly blind?: string;
};

/** A request that was lost may still take effect for so long. */
const SETTLE_SECONDS = 120;
/** Nobody waits longer than this for one VM on its way home: 512 GiB over 10 Gbit/s take ten minutes, a busy guest several times that. */
const GIVE_UP_SECONDS = hours(1);
/** No move begins later than this: whoever comes home over night is not what the window was for. */
const BEGIN_WITHIN_SECONDS = hours(4);
/** CloudStack does not say where the VMs are. */
const BLIND_SECONDS = minutes(5);

const NOTHING = {
  vms: [],
  home: { ready: false, version: '', freeMib: 0, groups: [] },
  versions: {},
  failed: {},
  group: {},
};

export const moveBack = defineStep<Args, Seen>({
  kind: 'move-back',
  v: 1,
  title: ({ host }) => `Move the VMs back to ${host}`,
  settleSeconds: SETTLE_SECONDS,
  callTimeoutSeconds: 30,
  farDelaySeconds: 60,
  maxActs: 1,
  onRefusal: 'decide',
  // it gives up by itself before that: nobody is asked about it
  patience: { softSeconds: hours(2), hardSeconds: hours(6) },
  observe: async (world, args, { line }) => {
    try {
      return await look(world, args, line);
    } catch (error) {
      const silent = error instanceof Unreachable || error instanceof NotSent || error instanceof Refused;
      if (!silent) throw error;
      return { ...NOTHING, blind: error.message };
    }
  },
  decide: (evidence) => {
    const { args, now, at, line } = evidence;
    const since = (at - (line.patienceFrom ?? at)) / 1000;
    if (now.blind !== undefined)
      return since < BLIND_SECONDS
        ? wait(`where the VMs are cannot be seen: ${now.blind}`)
        : done(`not moved back, for it cannot be seen where they are: ${now.blind}`, {
            home: [],
            left: args.vms,
          });
    const fates = leftFor(evidence).map((name) => fateOf(evidence, name));
    const under = fates
      .filter(({ vm, is }) => is === 'on its way' && at - begunAt(line, vm, at) < GIVE_UP_SECONDS * 1000)
      .map(({ vm }) => vm);
    if (under.length > 0) return wait(`on its way home: ${listed(under)}`);
    if (since >= BEGIN_WITHIN_SECONDS)
      return ended(
        fates.map((fate) => (fate.is === 'may come' ? { ...fate, why: 'not begun in time' } : fate)),
      );
    const next = fates.find(({ is }) => is === 'may come');
    const vm = now.vms.find(({ name }) => name === next?.vm);
    if (!next || !vm) return ended(fates);
    return act(
      `${counted(fates.filter(({ is }) => is === 'may come').length, 'VM')} to come home to ${args.host}`,
      {
        subject: next.vm,
        what: `migrate ${next.vm} to ${args.host}`,
        args: { id: vm.id ?? '', kind: vm.kind, to: args.host, hostId: args.id },
      },
    );
  },
  act: ({ cloudStack }, { args }) => {
    const { id, kind, hostId } = args as { id: string; kind: CsVm['kind']; hostId: string };
    return cloudStack.migrateVm({ id, kind }, hostId);
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the VMs run where they are'),
});

/** Each VM has a time of its own: twenty that take five minutes each are no reason to leave the last eight. */
const begunAt = ({ acts, patienceFrom }: LineState, vm: string, at: number): number =>
  acts[vm]?.intendedAt ?? patienceFrom ?? at;

async function look(world: World, args: Args, line: LineState): Promise<Seen> {
  const [vms, rows, away, xen] = await Promise.all([
    lookAtVms(world, args.vms),
    world.cloudStack.vms(world.pool.clusterId),
    // every host is a shelter of a VM that is nowhere: this one too
    drainLook(world, { uuid: '', id: '' }, line, 0),
    world.xen.hosts(),
  ]);
  const home = away.shelters.find(({ name }) => name === args.host);
  const failed: Record<string, string> = {};
  for (const { name } of vms) {
    const receipt = line.acts[name]?.receipt as { job?: string } | undefined;
    const job = receipt?.job === undefined ? undefined : await world.cloudStack.job(receipt.job);
    if (job?.status === 2) failed[name] = job.error ?? 'CloudStack does not say why';
  }
  return {
    vms,
    home: {
      ready: home?.ready ?? false,
      version: home?.version ?? '',
      freeMib: home?.freeMib ?? 0,
      groups: home?.groups ?? [],
    },
    versions: Object.fromEntries(xen.map(({ name, version }) => [name, version])),
    failed,
    group: Object.fromEntries(
      rows.flatMap(({ instanceName, redundantGroup }) =>
        redundantGroup !== undefined && args.vms.includes(instanceName)
          ? [[instanceName, redundantGroup]]
          : [],
      ),
    ),
  };
}

/** Those of them that were on the host when it was emptied: the plan was made before others were moved back to theirs. */
function leftFor({ args, run }: Evidence<Args, Seen>): readonly string[] {
  const drained = recalled(run, 'drain-host', args.host).at(-1)?.before as
    { readonly left?: readonly { readonly name: string }[] } | null | undefined;
  const entered = recalled(run, 'enter-maintenance', args.host).at(-1)?.before as
    { readonly residents?: readonly string[] } | null | undefined;
  const here = drained?.left?.map(({ name }) => name) ?? entered?.residents;
  return here ? args.vms.filter((name) => here.includes(name)) : args.vms;
}

type Fate = {
  readonly vm: string;
  readonly is: 'home' | 'on its way' | 'may come' | 'stays';
  readonly why?: string;
};

/** What becomes of one VM, by what is seen of it now and what was asked for before. */
function fateOf({ args, now, at, line, run }: Evidence<Args, Seen>, name: string): Fate {
  const { host } = args;
  const stays = (why: string): Fate => ({ vm: name, is: 'stays', why });
  const vm = now.vms.find((one) => one.name === name);
  const was = line.acts[name];
  if (!vm) return stays('it is gone');
  if (vm.on === host && vm.power === 'Running' && vm.state !== 'Migrating') return { vm: name, is: 'home' };
  if (vm.state === 'Migrating') return { vm: name, is: 'on its way' };
  const refused = now.failed[name] ?? (was?.outcome === 'refused' ? was.refusal?.what : undefined);
  if (refused !== undefined) return stays(`CloudStack says: ${refused}`);
  if (was && was.outcome !== 'not-sent')
    return at - was.intendedAt < SETTLE_SECONDS * 1000
      ? { vm: name, is: 'on its way' }
      : stays('it was asked for and has not moved');
  if (vm.power !== 'Running') return stays('somebody has stopped it meanwhile');
  if (vm.id === undefined) return stays('CloudStack does not know it');
  if (vm.state !== 'Running') return stays(`CloudStack has it as ${vm.state}`);
  const put = putOn(run, host, name);
  if (put !== undefined && vm.on !== undefined && put !== vm.on)
    return stays(`somebody has moved it to ${vm.on} meanwhile`);
  if (!now.home.ready) return stays(`${host} is not in service`);
  if (!sameOrNewer(now.home.version, now.versions[vm.on ?? ''] ?? now.home.version))
    return stays(`${host} is older than ${vm.on}`);
  if (now.home.freeMib < vm.memoryMib) return stays(`${host} has ${now.home.freeMib} MiB free`);
  const group = now.group[name];
  if (group !== undefined && now.home.groups.includes(group))
    return stays(`the other router of its pair runs on ${host}`);
  return { vm: name, is: 'may come' };
}

/** Where our own drain has put it: wherever else it is now, somebody else wanted it there. */
function putOn(run: Run, host: string, vm: string): string | undefined {
  const drained = recalled(run, 'drain-host', host).at(-1)?.acts[vm];
  const sent = drained && !['refused', 'not-sent'].includes(drained.outcome);
  return sent ? (drained.act.args as { to?: string } | null)?.to : undefined;
}

function ended(fates: readonly Fate[]) {
  const home = fates.filter(({ is }) => is === 'home').map(({ vm }) => vm);
  const left = fates.filter(({ is }) => is !== 'home');
  const said = left.map(({ vm, is, why }) => `${vm} (${why ?? is})`);
  return done(
    [
      home.length > 0 ? `back: ${listed(home)}` : '',
      said.length > 0 ? `left where they are: ${listed(said, 20)}` : '',
    ]
      .filter(Boolean)
      .join('; ') || 'none had to leave',
    { home, left: left.map(({ vm }) => vm) },
  );
}
