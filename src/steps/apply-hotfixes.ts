/**
 * One after the other, in their order, on one host that is out of service and empty. Applied is what XAPI lists as applied;
 * an answer that was lost is looked for, never asked for again. The one exception to "out of service" is what the plan
 * names: a live patch that asks for nothing but the reboot it saves, whose pre-check says so in this very look (xc §3.5).
 */
import { act, ask, done, stop, wait, type Decision } from '../domain/decision';
import { hidesGuidance, type Guidance, type PatchProvider } from '../domain/patching';
import { problems } from '../domain/problems';
import { recalled, type LineState } from '../domain/run';
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
/** Until the host's record shows it. */
const SHOWN_SECONDS = 60;
const SETTLE_SECONDS = CALL_SECONDS + SHOWN_SECONDS + 10;

/** Journalled with the intent: what this try may leave behind that nobody shows afterwards. */
type Applied = Artefact & { readonly hash?: string; readonly asks?: readonly Guidance[] };

export const applyHotfixes = defineStep<Args, Seen>({
  kind: 'apply-hotfixes',
  v: 1,
  title: (args) => titleOf(args),
  settleSeconds: SETTLE_SECONDS,
  callTimeoutSeconds: CALL_SECONDS,
  farDelaySeconds: SHOWN_SECONDS,
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
    return { ...service, ...patches, haOn: pool.ha.on, ...(await livePatch(world, args, patches, line)) };
  },
  decide: (evidence) => {
    const { args, now, line } = evidence;
    const { host } = args;
    const next = nextOf(args, now);
    if (!next)
      return done(whatIsApplied(evidence), {
        hidden: hiddenOf(evidence),
        ...(args.latest && now.hash !== undefined && { hash: now.hash }),
      });
    if (!now.live) return wait(`${host} does not answer`);
    if (args.latest && !saysWhatItLacks(args, now)) return wait(`${host} does not say what it lacks`);
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
    const unsafe = openElsewhere(evidence, subject) ?? mayNot(evidence, next);
    if (unsafe) return unsafe;
    return act(reason(host, next.name, asked?.outcome), {
      subject,
      what: `apply ${next.name} to ${host}`,
      args: {
        uuid: next.uuid,
        name: next.name,
        asks: asksOf(evidence, next),
        ...(args.latest && now.hash !== undefined && { hash: now.hash }),
      },
    });
  },
  act: (world, { args }, { args: { uuid, latest } }) => {
    const { hash, asks: _asks, ...artefact } = args as Applied;
    return patchingOf(world).apply(uuid, latest ? 'latest' : artefact, hash);
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

/** Silence is no list: of a repository the list and the name of its set come together. */
const saysWhatItLacks = ({ provider }: Args, { available, hash }: HostPatches): boolean =>
  available !== undefined && (provider !== 'repository' || hash !== undefined);

/** Whether one set of updates is on the host must be known before another is begun: another set is another subject to the engine. */
function openElsewhere({ args, at, line }: Evidence<Args, Seen>, subject: string): Decision | undefined {
  if (!args.latest) return undefined;
  const open = Object.values(line.acts).find((one) => {
    if (one.subject === subject || ['refused', 'not-sent'].includes(one.outcome)) return false;
    const [from, seconds] =
      one.outcome === 'answered' ? [one.settledAt ?? at, SHOWN_SECONDS] : [one.intendedAt, SETTLE_SECONDS];
    return at - from < seconds * 1000;
  });
  return (
    open && wait(`${args.host} may still be taking the updates of before; no others are begun meanwhile`)
  );
}

/** What this try asks for, and every try of the line before it: one that failed may have left half of its packages. */
function asksOf({ args, now, line }: Evidence<Args, Seen>, { name }: Artefact): readonly Guidance[] {
  const asks = args.latest ? (now.offers ?? UNKNOWN) : (now.staged?.[name] ?? []);
  return [...new Set([...triedBefore(line), ...asks])];
}

/** Of what nobody has told, the heaviest. */
const UNKNOWN: readonly Guidance[] = ['reboot'];

const triedBefore = ({ acts }: LineState): readonly Guidance[] =>
  Object.values(acts).flatMap(({ act: { args } }) => (args as Applied | null)?.asks ?? []);

/** What is wanted now and stands nowhere: the lines that follow do it on this word (xapi §8.2, §8.4). */
function hiddenOf({ args, before, now, line }: Evidence<Args, Seen>): readonly Guidance[] {
  if (args.live) return [];
  const offered = args.latest
    ? (before.offers ?? UNKNOWN)
    : args.artefacts.flatMap(({ name }) => now.staged?.[name] ?? before.staged?.[name] ?? []);
  const all = new Set([...offered, ...triedBefore(line)]);
  return [...all].filter((guidance) => hidesGuidance(args.provider, guidance));
}

/** Sent, or possibly sent, and nobody has looked at it since. */
function isOpen(line: LineState, subject: string): boolean {
  const was = line.acts[subject];
  if (!was || ['refused', 'not-sent'].includes(was.outcome)) return false;
  return (line.patienceFrom ?? 0) <= was.intendedAt;
}

/** Asked before a try, never of a host that is at it: it would say something else then. */
async function livePatch(
  world: World,
  args: Args,
  patches: HostPatches,
  line: LineState,
): Promise<Pick<Seen, 'livePatch'>> {
  const next = args.live && nextOf(args, patches);
  if (!next || isOpen(line, subjectOf(args.host, next, patches))) return {};
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
function mayNot({ args, now, run, line }: Evidence<Args, Seen>, next: Artefact): Decision | undefined {
  const { host } = args;
  if (args.provider === 'repository' && now.haOn)
    return stop(problems.notSafe(host, 'HA is on, and XAPI applies updates only while it is off'));
  if (args.live) {
    const subject = subjectOf(host, next, now);
    if (isOpen(line, subject)) return masterMoved(args, now);
    if (args.provider !== 'pool_update') return stop(problems.notLiveAnyMore(host, next.name));
    if (now.livePatch === 'complete') return masterMoved(args, now);
    if (now.livePatch === undefined) return wait(`the pre-check of ${next.name} is asked on ${host}`);
    // tried before, and perhaps half there: "nothing was touched" would be untrue
    const tried = line.acts[subject]?.tries ?? 0;
    return tried > 0
      ? wait(`the pre-check of ${next.name} says no on ${host} since it was tried: watching for it`)
      : stop(problems.notLiveAnyMore(host, next.name));
  }
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
