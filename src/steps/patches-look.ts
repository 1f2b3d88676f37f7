/** Looks at patches that several steps share. They read; what to conclude is each step's own. */
import { Malformed } from '../domain/errors';
import type { Guidance } from '../domain/patching';
import { digestOf } from '../domain/digest';
import { recalled, type Run } from '../domain/run';
import type { World } from '../ports';
import type { Patching } from '../ports-patching';

/** A hotfix, a driver disk or a supplemental pack, as XAPI knows it. */
export type Artefact = { readonly uuid: string; readonly name: string };

export type HostPatches = {
  readonly applied: readonly string[];
  readonly pending: readonly Guidance[];
  /** What it could still take from a repository. */
  readonly available?: readonly string[];
  /** What all of that would ask for. */
  readonly offers?: readonly Guidance[];
  /** What those that are on the pool ask for, by name: as XAPI says it. */
  readonly staged?: Readonly<Record<string, readonly Guidance[]>>;
  /** Another work on updates that XAPI is in. */
  readonly busy?: string;
  /** Of what the repositories were synchronised to. */
  readonly hash?: string;
};

export function patchingOf({ patching, pool }: World): Patching {
  if (!patching)
    throw new Malformed(`XAPI of ${pool.name}`, 'this version knows no way to patch the release it runs');
  return patching;
}

export async function hostPatches(world: World, uuid: string): Promise<HostPatches> {
  const seen = await patchingOf(world).seen();
  const host = seen.hosts[uuid];
  if (!host)
    throw new Malformed(`XAPI of ${world.pool.name}`, `it says nothing of the patches of host ${uuid}`);
  return {
    applied: host.applied,
    pending: host.pending,
    ...(host.available && {
      available: host.available.map(({ name }) => name),
      offers: [...new Set(host.available.flatMap(({ guidance }) => guidance))],
    }),
    ...(seen.staged.length > 0 && {
      staged: Object.fromEntries(seen.staged.map(({ name, guidance }) => [name, guidance])),
    }),
    ...(seen.busy !== undefined && { busy: seen.busy }),
    ...(seen.updateHash !== undefined && { hash: seen.updateHash }),
  };
}

/** What was applied asks for: as XAPI shows it, and what the plan or the line that applied it knows beside that. */
export const wantedBy = (
  run: Run,
  { host, expect = [] }: { readonly host: string; readonly expect?: readonly Guidance[] },
  pending: readonly Guidance[] = [],
): readonly Guidance[] => [
  ...pending,
  ...expect,
  ...recalled(run, 'apply-hotfixes', host).flatMap(
    ({ result }) => (result as { hidden?: readonly Guidance[] } | undefined)?.hidden ?? [],
  ),
];

/** What a yes to another set of updates than the planned one is bound to, whichever line asked. */
export const digestOfUpdates = (hash: string): string => digestOf({ updates: hash });

/** The updates people have agreed to: those of the plan, or others that they have said yes to since. */
export function agreedUpdates(run: Run, planned: string | undefined, hash: string): boolean {
  const digest = digestOfUpdates(hash);
  return (
    planned === hash ||
    run.questions.some((question) => question.answer?.says === 'yes' && question.ask.digest === digest)
  );
}

export const WORDS = {
  none: 'nothing',
  'restart-toolstack': 'a restart of its toolstack',
  evacuate: 'to be emptied',
  'restart-vms': 'a restart of the VMs that ran on it',
  reboot: 'a reboot',
} as const satisfies Record<Guidance, string>;
