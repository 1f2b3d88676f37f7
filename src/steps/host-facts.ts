/** What an approval of one host is bound to: its section, its bounds, and the findings that matter. */
import { askedAs } from '../domain/aim';
import { digestOf } from '../domain/digest';
import type { Finding } from '../domain/finding';
import { stop, type Decision } from '../domain/decision';
import { wereAway } from '../domain/host-times';
import type { Json } from '../domain/json';
import type { Revision } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import { residents } from '../domain/pool';
import { problems } from '../domain/problems';
import type { Run } from '../domain/run';
import type { World } from '../ports';
import { counted, listed } from './sight';
import { noticed, sinceThePlan, type Noticed } from '../domain/since-the-plan';

/** What is done to a host, as a question begins. */
export type HostWork = 'Upgrade' | 'Reboot' | 'Patch';

export type HostFacts = {
  /** Blocks found now, one sentence each. */
  readonly blocks: readonly string[];
  readonly advice: readonly string[];
  readonly warns: readonly string[];
  /** Everything found but notes, to be held against what the plan found. */
  readonly found: readonly Noticed[];
  /** Running VMs on the host by kind. */
  readonly guests: readonly string[];
  readonly system: readonly string[];
  /** Other hosts that may take its VMs, with free MiB. */
  readonly room: readonly string[];
  /** What the host runs now; empty when it could not be read. */
  readonly version: string;
  /** Name of the pool master now; empty when it could not be read. */
  readonly master: string;
  /** Present when the plan no longer fits the host. */
  readonly revision?: Json;
};

export async function hostFacts(world: World, host: string): Promise<HostFacts> {
  const { snapshot, findings, revision } = await world.lookAgain(host);
  const about = (finding: Finding): boolean => finding.severity === 'block';
  return {
    blocks: findings.filter(about).map((finding) => `${finding.on}: ${finding.what}`),
    advice: [...new Set(findings.filter(about).flatMap((finding) => finding.advice))],
    warns: findings
      .filter((finding) => finding.severity === 'warn')
      .map((finding) => `${finding.on}: ${finding.what}`),
    found: noticed(findings),
    guests: names(snapshot, host, true),
    system: names(snapshot, host, false),
    room: snapshot.hosts
      .filter((other) => other.name !== host && other.live && other.enabled)
      .map((other) => `${other.name} runs ${other.version} and has ${other.memoryMib.free} MiB free`),
    version: snapshot.hosts.find((one) => one.name === host)?.version ?? '',
    master: snapshot.master,
    ...(revision && { revision: revision as unknown as Json }),
  };
}

/** What has changed since the plan was made, one sentence each. */
export const changes = (run: Run, host: string, facts: HostFacts): readonly string[] =>
  sinceThePlan(run, host, { found: facts.found, vms: [...facts.guests, ...facts.system] });

/** What is left of the plan is replaced before anybody is asked or anything is touched. */
export const revised = (facts: HostFacts): Decision | undefined =>
  facts.revision === undefined
    ? undefined
    : { do: 'revise', revision: facts.revision as unknown as Revision };

/** Somebody else has upgraded it since the plan was made: nothing of its section is true any more. */
export const upgradedByOthers = (
  { host, from }: { readonly host: string; readonly from?: string },
  { version }: HostFacts,
  run: Run,
): Decision | undefined =>
  from === undefined || version === '' || version === from
    ? undefined
    : stop(problems.upgradedByOthers(host, from, version, askedAs(run.plan)));

/** Asked again in the moment before each change; here so that nobody approves, and nothing moves, for a host that is to stop. */
export const roleMoved = (
  { host, master }: { readonly host: string; readonly master: boolean },
  now: HostFacts,
): Decision | undefined =>
  now.master === '' || (now.master === host) === master
    ? undefined
    : stop(problems.masterMoved(host, master ? 'lost it' : 'got it'));

const names = (pool: Snapshot, host: string, guests: boolean): readonly string[] =>
  residents(pool, host)
    .filter((vm) => (vm.kind === 'guest') === guests)
    .map((vm) => vm.name)
    .sort();

/** The section's lines and bounds in force, and what would change a mind: nothing that merely moves with time. */
export function materialDigest(run: Run, host: string, facts: HostFacts): string {
  const section = run.sections.find((candidate) => candidate.host === host);
  const placement = run.placement.hosts.find((candidate) => candidate.host === host);
  return digestOf({
    lines: (section?.lines ?? []).map(
      (line) => [line.id, line.kind, line.args] as const satisfies readonly Json[],
    ),
    stops: (placement?.stops ?? []).map(({ vm }) => vm),
    blocks: facts.blocks,
  });
}

/** What the approver reads: what is on the host, where it goes, what stops, and what CloudStack cannot do meanwhile. */
export function shown(run: Run, host: string, master: boolean, facts: HostFacts): readonly string[] {
  const placement = run.placement.hosts.find((candidate) => candidate.host === host);
  const stops = placement?.stops ?? [];
  return [
    `${host} runs ${counted(facts.guests.length, 'guest VM')}${facts.guests.length > 0 ? ` (${listed(facts.guests)})` : ''} and ${counted(facts.system.length, 'system VM')}${facts.system.length > 0 ? ` (${listed(facts.system)})` : ''}.`,
    ...facts.room.map((room) => `${room}.`),
    ...run.revisions.map((revision) => `Changed since the plan was made: ${revision.why}`),
    ...changes(run, host, facts),
    ...wereAway(run),
    ...stops.map(
      (one) =>
        `${one.vm} will be stopped (${one.why}${one.owner === undefined ? '' : `; owner: ${one.owner}`}) and started ${one.startOn.length > 0 ? `on ${listed(one.startOn)}` : `when ${host} is back`}; down at most ${one.downMinutes} minutes.`,
    ),
    ...(master
      ? [
          `${host} is the pool master: its cluster is Unmanaged while it is away, so CloudStack can do nothing in this cluster.`,
        ]
      : []),
    ...facts.warns.map((warn) => `Warning: ${warn}`),
  ];
}
