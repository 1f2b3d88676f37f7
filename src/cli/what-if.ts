/** `plan --snapshot FILE`: where VMs would go in a pool that is only a file. No configuration, no connection, nothing kept. */
import { withOwner } from '../domain/owner-words';
import { readFileSync } from 'node:fs';
import type { WhatIfAnswer } from '../domain/answers';
import { Rejected } from '../domain/errors';
import type { Snapshot } from '../domain/pool';
import { problems } from '../domain/problems';
import { aboutMinutes } from '../domain/duration';
import { place, simpleRules } from '../placement/index';
import { snapshotShape } from './snapshot-shape';
import { indented } from './table';

const USAGE = ['plan --snapshot FILE --to VERSION'];
/** What is said of a file that is wrong in many places: people mend the first ones and try again. */
const MOST_FAULTS = 5;
/** 64 hosts, the most of a pool, with a hundred and fifty VMs each; more is no pool but a mistake. */
const MOST_VMS = 9_600;

/** The words of `plan --snapshot FILE [--to VERSION]`, or undefined where something else was typed. */
export function asksWhatIf(words: readonly string[]): boolean {
  return words[0] === 'plan' && words.some((word) => word === '--snapshot' || word.startsWith('--snapshot='));
}

/** Rejected (USAGE) with a sentence for each fault of the words or of the file. */
export function whatIf(words: readonly string[]): WhatIfAnswer {
  const { file, to } = readWords(words.slice(1));
  const { snapshot, target } = parseSnapshot(textOf(file), file);
  const version = to ?? target;
  if (version === undefined)
    throw wrong(`${file} is a snapshot alone, which does not say what to upgrade to: add --to.`);
  return { v: 1, pool: snapshot.name, target: version, placement: place(snapshot, simpleRules(version)) };
}

const wrong = (what: string): Rejected => new Rejected(problems.usage('plan', what, USAGE));

function readWords(words: readonly string[]): { readonly file: string; readonly to?: string } {
  const given: Record<string, string> = {};
  for (let at = 0; at < words.length; at++) {
    const [, name = '', inline] = /^--(snapshot|to)(?:=(.*))?$/.exec(words[at]!) ?? [];
    if (name === '') throw wrong(`with --snapshot it knows no ${words[at]}.`);
    const value = inline ?? words[++at] ?? '';
    if (value === '' || value.startsWith('--')) throw wrong(`--${name} needs a value.`);
    given[name] = value;
  }
  const { snapshot: file = '', to } = given;
  if (to !== undefined && !/^\d+(\.\d+)+$/.test(to))
    throw wrong(`${to} is not a version; versions look like 7.1.2.`);
  return { file, ...(to !== undefined && { to }) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** A snapshot, or the document of `plan --json` around one. */
export function parseSnapshot(
  text: string,
  file: string,
): { readonly snapshot: Snapshot; readonly target?: string } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw wrong(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const around = isRecord(document) && 'snapshot' in document ? document : undefined;
  const read = snapshotShape.safeParse(around ? around['snapshot'] : document);
  if (!read.success)
    throw faulty(
      file,
      read.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`),
    );
  const snapshot: Snapshot = read.data;
  const faults = contradictions(snapshot);
  if (faults.length > 0) throw faulty(file, faults);
  const target = around?.['target'];
  return { snapshot, ...(typeof target === 'string' && { target }) };
}

const faulty = (file: string, faults: readonly string[]): Rejected => {
  const more = faults.length - MOST_FAULTS;
  const shown = [...faults.slice(0, MOST_FAULTS), ...(more > 0 ? [`and ${more} more like these`] : [])];
  return wrong([`${file} is no snapshot to plan with:`, ...indented(shown)].join('\n'));
};

/** What no shape can see: names that nothing has, and things that are there twice. */
function contradictions(pool: Snapshot): readonly string[] {
  const names = new Set(pool.hosts.map(({ name }) => name));
  const masters = pool.hosts.filter(({ name }) => name === pool.master).length;
  return [
    ...(pool.hosts.length === 0 ? ['it has no host'] : []),
    ...(masters === 1
      ? []
      : [`${masters === 0 ? 'no host is' : `${masters} hosts are`} called ${pool.master}, the master`]),
    ...twice(pool.hosts, 'hosts').filter((one) => !one.includes(` ${pool.master}`)),
    ...twice(pool.vms, 'VMs'),
    ...pool.vms
      .filter(({ on }) => on !== undefined && !names.has(on))
      .map(({ name, on }) => `${name} runs on ${on}, and there is no such host`),
    ...pool.hosts
      .filter(({ memoryMib: { free, total } }) => free > total)
      .map(({ name, memoryMib: { free, total } }) => `${name} has ${free} MiB free of ${total} MiB`),
    ...(pool.vms.length > MOST_VMS
      ? [`it has ${pool.vms.length} VMs; ${MOST_VMS} are the most of one pool`]
      : []),
  ];
}

function twice(all: readonly { readonly name: string }[], what: string): readonly string[] {
  const seen = new Map<string, number>();
  for (const { name } of all) seen.set(name, (seen.get(name) ?? 0) + 1);
  return [...seen]
    .filter(([, times]) => times > 1)
    .map(([name, times]) => `${times} ${what} are called ${name}`);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** As a terminal shows it: the answer, then host by host. */
export function whatIfText({ pool, target, placement }: WhatIfAnswer): string {
  const { answer, figures, hosts, misfits, crowded = [], proof, waysOut = [] } = placement;
  const gib = (mib: number): string => `${(mib / 1024).toFixed(1)} GiB`;
  if (answer !== 'fits')
    return [
      `✗ ${pool} to ${target}: ${answer === 'cannot' ? 'it does not fit, and that is proved' : 'no way was found that fits; that is no proof that there is none'}`,
      ...(proof ? [proof.says] : []),
      ...indented([...misfits, ...crowded]),
      ...waysOut.map((way) => `Do this: ${way}`),
    ].join('\n');
  return [
    `✓ ${pool} to ${target}: it fits`,
    ...(figures
      ? [
          `${figures.moves} moves (at least ${figures.leastMoves}), ${gib(figures.movedMib)} (at least ${gib(figures.leastMib)}), ${figures.stops} stops`,
          `${aboutMinutes(figures.minutes)}, without the time that people take to answer`,
        ]
      : []),
    ...hosts.flatMap(({ host, moves, stops, away }) => [
      '',
      `${host}${away ? `: meanwhile ${away.fullest.host} is the fullest with ${Math.round(away.fullest.used * 100)} %, ${gib(away.coverMib)} are free on upgraded hosts` : ''}`,
      ...indented([
        ...moves.map(({ vm, to, why }) => `${vm} → ${to} (${why})`),
        ...stops.map(
          (one) =>
            `${withOwner(one)} is stopped (${one.why}) and started ${one.startOn[0] === undefined ? `when ${host} is back` : `on ${one.startOn[0]}`}`,
        ),
      ]),
    ]),
  ].join('\n');
}
