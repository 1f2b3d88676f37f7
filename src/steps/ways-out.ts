/**
 * The ways out of an installer that holds a host: what a person chose becomes lines put in before the held one, which
 * then looks again. Nothing is prepared or rebooted once more without a fresh look and a second answer (design: Acts).
 */
import { ask, stop, type Decision } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { numberOf, prefixOf } from '../domain/line-ids';
import type { PlannedLine, Revision } from '../domain/plan';
import { planDigest } from '../domain/plan-digest';
import type { Problem } from '../domain/problem';
import { problems } from '../domain/problems';
import { answersOn, type LineState, type Run } from '../domain/run';
import { WAY_WORDS, type WayOut } from '../domain/ways-out';
import { byHand } from './by-hand';
import type { HostArgs } from './sight';
import type { LineDraft } from './step';
import { upgradeByHand } from './upgrade-by-hand';

interface Held {
  readonly args: HostArgs;
  readonly line: LineState;
  readonly run: Run;
  /** What this look shows, one sentence a line. */
  readonly state: readonly string[];
}

/** From the beginning: out of XAPI's service, prepared, guarded, rebooted, back. */
const ONCE_MORE = [
  'disable-host',
  'prepare-installer',
  'keep-partitions',
  'reboot-into-installer',
  'await-host',
  'trust-host',
];

/** Everything that brings an empty host back to service, whatever it runs. */
const TO_SERVICE = [
  'take-back-installer',
  'await-members',
  'plug-storage',
  'enable-host',
  'clear-vmops-tag',
  'manage-cluster',
  'await-up',
  'verify-agent',
  'enable-host-allocation',
  'leave-maintenance',
];

/** What follows from the way that was chosen on this line; undefined where nothing was, or only another look. */
export function wayOut(held: Held): Decision | undefined {
  const { line } = held;
  const way = line.way?.way;
  switch (way) {
    case undefined:
    case 'look':
      return line.took === 'take-back' ? stop(takenBack(held)) : undefined;
    case 'again':
      return againOf(held);
    case 'by-hand':
      return taken(held, way, byHandOf(held));
    case 'take-back':
      return taken(held, way, toServiceOf(held));
    case 'recovery':
      return taken(held, way, recoveryOf(held));
  }
}

function takenBack(held: Held): Problem {
  const { args, run } = held;
  const stopped = run.owed.filter(({ what }) => what === 'vm-stopped').map(({ on }) => on);
  const owed = run.owed.map(({ id }) => id);
  return problems.installerTakenBack(args.host, fromOf(held), run.plan.pool, owed, stopped);
}

/** The second answer, on a fresh look: only that allows one more act. */
function againOf(held: Held): Decision {
  const { args, line, run, state } = held;
  const digest = digestOf({ line: line.line.id, again: line.way?.at ?? 0, state });
  const yes = answersOn(run, line.line.id).some((q) => q.answer.says === 'yes' && q.ask.digest === digest);
  // lines after the held one are still to come
  const due = ONCE_MORE.slice(
    0,
    ONCE_MORE.includes(line.line.kind) ? ONCE_MORE.indexOf(line.line.kind) : undefined,
  );
  if (yes) return taken(held, 'again', copies(held, due));
  return ask({
    kind: 'retry',
    text: `Once more: prepare the ${run.plan.target} installer on ${args.host}, and reboot into it?`,
    saw: state,
    digest,
    notTheRequester: false,
  });
}

function byHandOf(held: Held): readonly LineDraft[] {
  const { args, run } = held;
  const address = run.plan.snapshot.hosts.find(({ name }) => name === args.host)?.address ?? args.host;
  const { host, uuid, id, master } = args;
  const hands = upgradeByHand({ host, uuid, id, master, address, from: fromOf(held), to: run.plan.target });
  const back = copies(held, ['await-host', 'trust-host']).map((line) => without(line, 'installer'));
  return [...copies(held, ['disable-host', 'take-back-installer']), hands, ...back];
}

function recoveryOf(held: Held): readonly LineDraft[] {
  const { args, run, line } = held;
  const words = byHand({
    title: `Recover ${args.host} at its console`,
    doThis: [
      `Look at the console of ${args.host} first: at 72 % without an error in /tmp/install-log (ALT+F2), wait.`,
      `If it stands: power it off, boot the ${run.plan.target} ISO and choose upgrade; partitions and backup stay as they are.`,
      'If the ISO does not offer to upgrade, choose “Restore from backup”: the old version comes back as it was.',
      '“Failed to install bootloader” with a small utility partition in front: remove that partition with fdisk, then boot the ISO again.',
      `If only its network is missing: xsconsole, or on the console xe host-management-reconfigure; from the master xe pool-recover-slaves.`,
      ...(args.master ? ['Do not promote another master: it would split the pool.'] : []),
      `Confirm when ${args.host} answers again, on either version.`,
    ],
  });
  return [words, ...(line.line.kind === 'prove-upgrade' ? copies(held, ['await-host', 'trust-host']) : [])];
}

/** Of what is still to come, with the version that the host has kept; and what was stopped for it starts again. */
function toServiceOf(held: Held): readonly LineDraft[] {
  const { line, run } = held;
  const planned = linesAround(run, line).filter(
    ({ id, kind, block }) =>
      run.lines[id]?.status === 'planned' &&
      (kind === 'start-vms' || (TO_SERVICE.includes(kind) && block === line.line.block)),
  );
  return planned.map((one) =>
    one.kind === 'leave-maintenance' ? { ...one, args: { ...object(one.args), to: fromOf(held) } } : one,
  );
}

/** The section's own lines once more, as they were approved; what has just booted is disabled whatever it shows. */
function copies({ run, line }: Held, kinds: readonly string[]): readonly LineDraft[] {
  const lines = linesAround(run, line);
  return kinds.flatMap((kind): LineDraft | readonly LineDraft[] => {
    // the oldest: what another way has put in before may be without its installer
    const [one] = lines
      .filter((other) => other.kind === kind)
      .toSorted((a, b) => numberOf(a.id) - numberOf(b.id));
    if (!one) return [];
    return kind === 'disable-host' ? { ...one, args: { ...object(one.args), again: true } } : one;
  });
}

function taken({ run, line }: Held, way: WayOut, drafts: readonly LineDraft[]): Decision {
  const by = line.way?.by.name ?? 'somebody';
  return {
    do: 'revise',
    revision: revisionBefore(run, line, drafts, {
      way,
      why: `${WAY_WORDS[way].label}, said ${by}, at “${line.line.title}”.`,
    }),
  };
}

function revisionBefore(
  run: Run,
  { line }: LineState,
  drafts: readonly LineDraft[],
  said: { readonly way: WayOut; readonly why: string },
): Revision {
  const { procedure, poolUuid, target } = run.plan;
  const prefix = prefixOf(line.id);
  const numbers = Object.keys(run.lines).filter((id) => prefixOf(id) === prefix);
  const highest = Math.max(...numbers.map(numberOf));
  let { after } = line;
  const added = drafts.map(({ kind, v, title, args }, n): PlannedLine => {
    const id = `${prefix}-${String(highest + 1 + n).padStart(2, '0')}-${kind}`;
    const made = { id, lane: line.lane, kind, v, title, args, after };
    after = [id];
    return line.block === undefined ? made : { ...made, block: line.block };
  });
  const sections = run.sections.map((section) => ({
    ...section,
    lines: section.lines.flatMap((one) => (one.id === line.id ? [...added, one] : [one])),
  }));
  const { placement } = run;
  return {
    digest: planDigest({ procedure, poolUuid, target, sections, placement }),
    ...said,
    removed: [],
    added,
    placement,
    before: line.id,
  };
}

const linesAround = (run: Run, { line }: LineState): readonly PlannedLine[] =>
  run.sections.find((section) => section.lines.some(({ id }) => id === line.id))?.lines ?? [];

const fromOf = ({ args, run }: Held): string =>
  run.plan.snapshot.hosts.find(({ name }) => name === args.host)?.version ?? '';

const object = (args: LineDraft['args']): { readonly [key: string]: LineDraft['args'] } =>
  typeof args === 'object' && args !== null && !Array.isArray(args)
    ? (args as { readonly [key: string]: LineDraft['args'] })
    : {};

function without(line: LineDraft, key: string): LineDraft {
  const { [key]: _gone, ...args } = object(line.args);
  return { ...line, args };
}

/** A person has booted this host instead, on the way that was chosen here or at the last preparation before this line. */
export function bootedByHand({ line, run }: Pick<Held, 'line' | 'run'>): boolean {
  if (line.took === 'by-hand') return true;
  const lines = linesAround(run, line);
  const earlier = lines.slice(
    0,
    lines.findIndex(({ id }) => id === line.line.id),
  );
  const last = earlier.findLast(({ kind }) => kind === 'prepare-installer');
  return last !== undefined && run.lines[last.id]?.took === 'by-hand';
}
