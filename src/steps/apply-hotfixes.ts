/**
 * One after the other, in their order, on one host that is out of service and empty. Applied is what XAPI lists as applied;
 * an answer that was lost is looked for, never asked for again. The one exception to "out of service" is what the plan
 * names: a live patch that asks for nothing but the reboot it saves, whose pre-check says so in this very look (xc §3.5).
 */
import { act, ask, done, stop, wait, type Decision } from '../domain/decision';
import { hidesGuidance, type PatchProvider } from '../domain/patching';
import { problems } from '../domain/problems';
import { recalled } from '../domain/run';
import type { World } from '../ports';
import { safetyLook, notSafeNow, type SafetySeen } from './safe-to-take-down';
import {
  agreedUpdates,
  digestOfUpdates,
  hostPatches,
  patchingOf,
  type Artefact,
  type HostPatches,
} from './patches-look';
import { refusedOn } from './refusals';
import { defineStep, type Evidence } from './step';
import { counted, listed, masterMoved, minutes, type HostArgs } from './sight';

/** `what`: of the seed's two lines, the one for drivers. `latest`: all that the repositories offer. `live`: on a host in service, nothing else than live patches. */
type Args = HostArgs & {
  readonly provider: PatchProvider;
  readonly artefacts: readonly Artefact[];
  readonly what?: 'drivers';
  readonly latest?: true;
  readonly live?: true;
};
type Seen = SafetySeen &
  HostPatches & {
    readonly haOn: boolean;
    /** Of the next live patch: what its pre-check says now. */
    readonly livePatch?: 'complete' | 'not complete';
  };

/** The longest that XAPI has been seen to take for all the updates of a year, on slow disks. */
const CALL_SECONDS = 1800;

export const applyHotfixes = defineStep<Args, Seen>({
  kind: 'apply-hotfixes',
  v: 1,
  title: (args) => titleOf(args),
  settleSeconds: CALL_SECONDS + 70,
  callTimeoutSeconds: CALL_SECONDS,
  farDelaySeconds: 60, // until the host's record shows it
  maxActs: 1,
  long: true,
  onRefusal: 'decide',
  // a hotfix takes one to ten minutes; each that is applied renews it
  patience: { softSeconds: minutes(25), hardSeconds: minutes(90), byProgress: true },
  observe: async (world, args, { line }) => {
    const [service, patches, pool] = await Promise.all([
      safetyLook(world, args, line),
      hostPatches(world, args.uuid),
      world.xen.pool(),
    ]);
    return { ...service, ...patches, haOn: pool.ha.on, ...(await livePatch(world, args, patches)) };
  },
  decide: (evidence) => {
    const { args, before, now, line } = evidence;
    const { host } = args;
    const next = nextOf(args, now);
    if (!next) {
      const hidden = before.offers?.filter((guidance) => hidesGuidance(args.provider, guidance)) ?? [];
      return done(whatIsApplied(evidence), { hidden: args.latest ? hidden : [] });
    }
    if (!now.live) return wait(`${host} does not answer`);
    const subject = subjectOf(host, next, now);
    const asked = line.acts[subject];
    const refusal = refusedOn(line, subject);
    if (refusal)
      return stop(
        problems.hotfixFailed(
          host,
          next.name,
          refusal.says,
          refusal.doThis,
          args.artefacts.map(({ name }) => name).filter((name) => now.applied.includes(name)),
          args.live === true ? 'in service, as it was' : restsAs(now),
        ),
      );
    if (now.busy !== undefined && asked === undefined)
      return wait(`the pool is busy with updates: ${now.busy}`);
    const unsafe = mayNot(evidence, next);
    if (unsafe) return unsafe;
    return act(reason(host, next.name, asked?.outcome), {
      subject,
      what: `apply ${next.name} to ${host}`,
      args: { uuid: next.uuid, name: next.name, ...(args.latest && { hash: now.hash ?? '' }) },
    });
  },
  act: (world, { args }, { args: { uuid, latest } }) => {
    const { hash, ...artefact } = args as Artefact & { readonly hash?: string };
    return patchingOf(world).apply(uuid, latest ? 'latest' : artefact, hash === '' ? undefined : hash);
  },
  tooLong: ({ args, now, line }) =>
    problems.tooLong(
      line.line.title,
      `${nextOf(args, now)?.name ?? 'nothing'} is not among what XAPI lists as applied; ${args.host} is ${args.live ? 'in service' : restsAs(now)}`,
    ),
});

function titleOf({ host, artefacts, what, latest, live }: Args): string {
  const names = listed(artefacts.map(({ name }) => name));
  if (latest) return `Update ${host} with everything on offer`;
  if (live) return `Update ${host}, in service, with live patches: ${names}`;
  return `Update ${host} with ${what === 'drivers' ? 'drivers and supplemental packs' : 'hotfixes'}: ${names}`;
}

const UPDATES = 'the updates';

/** The first that is not there; all that is on offer counts as one. */
function nextOf({ artefacts, latest }: Args, { applied, available }: HostPatches): Artefact | undefined {
  if (latest) return available?.length === 0 ? undefined : { uuid: '', name: UPDATES };
  return artefacts.find(({ name }) => !applied.includes(name));
}

/** Another set of updates is another thing to be done. */
const subjectOf = (host: string, { name }: Artefact, { hash }: HostPatches): string =>
  name === UPDATES ? `${host} ${name} ${hash?.slice(0, 12) ?? ''}`.trim() : `${host} ${name}`;

async function livePatch(world: World, args: Args, patches: HostPatches): Promise<Pick<Seen, 'livePatch'>> {
  const next = args.live && nextOf(args, patches);
  if (!next) return {};
  const [answer, { staged }] = await Promise.all([
    patchingOf(world).precheck(args.uuid, next),
    patchingOf(world).seen(),
  ]);
  // the reboot is what a live patch saves; whatever else it asks for it does not
  const guided = staged
    .find(({ name }) => name === next.name)
    ?.guidance.some((guidance) => guidance !== 'none' && guidance !== 'reboot');
  const complete = answer.ok && answer.live === 'complete' && guided !== true;
  return { livePatch: complete ? 'complete' : 'not complete' };
}

/** What forbids it in this look. */
function mayNot({ args, now, run }: Evidence<Args, Seen>, next: Artefact): Decision | undefined {
  const { host } = args;
  if (args.provider === 'repository' && now.haOn)
    return stop(problems.notSafe(host, 'HA is on, and XAPI applies updates only while it is off'));
  if (args.live)
    return now.livePatch === 'complete' && args.provider === 'pool_update'
      ? masterMoved(args, now)
      : stop(problems.notLiveAnyMore(host, next.name));
  const unsafe = notSafeNow(args, now);
  if (unsafe) return unsafe;
  // updater.py takes what its mirror has at this moment, and knows no other way
  if (args.provider !== 'repository' || now.hash === undefined) return undefined;
  const planned = recalled(run, 'synchronise-updates').at(-1)?.result as { hash?: string } | undefined;
  if (agreedUpdates(run, planned?.hash, now.hash)) return undefined;
  const offered = now.available ?? [];
  return ask({
    kind: 'approve',
    text: `The updates on offer are no longer those that were approved. Apply those of now to ${host}?`,
    saw: [
      `Somebody, or XAPI's own schedule, has synchronised the repositories since.`,
      `${counted(offered.length, 'update')} for ${host}: ${listed(offered, 30)}.`,
      `${host} waits ${restsAs(now)}.`,
    ],
    digest: digestOfUpdates(now.hash),
    notTheRequester: true,
  });
}

const reason = (host: string, name: string, outcome: string | undefined): string =>
  outcome === 'answered'
    ? `XAPI says that ${name} is applied to ${host}; its record does not show it yet`
    : outcome === undefined || outcome === 'refused' || outcome === 'not-sent'
      ? `${name} is not applied to ${host}`
      : `${name} is being applied to ${host}, or the answer was lost: watching for it`;

/** The state it may keep for as long as anybody needs. */
const restsAs = ({ resourceState, managedState }: SafetySeen): string =>
  [
    ...(resourceState === 'Maintenance' ? ['in CloudStack Maintenance'] : []),
    ...(managedState === 'Unmanaged' ? ['in an Unmanaged cluster'] : []),
    'disabled in XAPI and empty',
  ].join(', ');

function whatIsApplied({ args, before, line }: Evidence<Args, Seen>): string {
  const { host, artefacts, latest } = args;
  if (latest)
    return before.available?.length === 0
      ? `${host} has all that is on offer, without this run`
      : `${host} has all that is on offer`;
  const names = artefacts.map(({ name }) => name);
  const there = names.filter((name) => before.applied.includes(name));
  const asked = (name: string): boolean => {
    const outcome = line.acts[`${host} ${name}`]?.outcome;
    return outcome !== undefined && outcome !== 'refused' && outcome !== 'not-sent';
  };
  const ours = names.filter((name) => !there.includes(name) && asked(name));
  const others = names.filter((name) => !there.includes(name) && !asked(name));
  return [
    ours.length > 0 ? `applied: ${listed(ours, 20)}` : '',
    there.length > 0 ? `there already: ${listed(there, 20)}` : '',
    others.length > 0 ? `applied by somebody else meanwhile: ${listed(others, 20)}` : '',
  ]
    .filter(Boolean)
    .join('; ');
}
