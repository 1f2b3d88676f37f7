/**
 * XAPI's own pre-check of every hotfix on every host before the first one is touched. A few at a time, for each of them
 * may take seconds; what was said stands in the journal until somebody says "try again".
 */
import { done, stop, wait } from '../domain/decision';
import type { Json } from '../domain/json';
import { problems } from '../domain/problems';
import type { LineState } from '../domain/run';
import type { World } from '../ports';
import { patchingOf } from './patches-look';
import { defineStep, LOOKS_ONLY } from './step';
import { counted, listed, minutes, orSilence } from './sight';

type Wanted = {
  readonly uuid: string;
  readonly name: string;
  /** Names of hotfixes it asks for. */
  readonly requires?: readonly string[];
};
/** `artefacts` of a host: names of what it lacks, in their order. */
type Args = {
  readonly pool: string;
  readonly artefacts: readonly Wanted[];
  readonly hosts: readonly {
    readonly host: string;
    readonly uuid: string;
    readonly artefacts: readonly string[];
  }[];
};
/** `ok`, `live`, `later: why it cannot say yet`, or `no: what XAPI says`. */
type Answers = Readonly<Record<string, string>>;
type Seen = { readonly asked: Answers };
type Pair = { readonly key: string; readonly host: string; readonly uuid: string; readonly artefact: Wanted };

/** Hosts that are asked at the same time, each about one hotfix: a look stays short. */
const AT_ONCE = 4;

/** A hotfix that comes after another is asked again when it is applied; so is one that wants an empty host or empty drives. */
function isAnswerable(args: Args, { host, artefact }: Pair, code: string): string | undefined {
  if (code.endsWith('_VM_RUNNING')) return 'asked again when the host is empty';
  if (code.endsWith('_ISO_MOUNTED')) return 'asked again when the drives are empty';
  const before = args.hosts.find((one) => one.host === host)?.artefacts ?? [];
  const earlier = before.slice(0, Math.max(before.indexOf(artefact.name), 0));
  const first = (artefact.requires ?? []).find((name) => earlier.includes(name));
  if (code.endsWith('_PREREQUISITE_MISSING') && first !== undefined) return `${first} is applied before it`;
  return code.endsWith('_ALREADY_APPLIED') ? 'applied already' : undefined;
}

const pairsOf = ({ hosts, artefacts }: Args): readonly Pair[] =>
  hosts.flatMap(({ host, uuid, artefacts: names }) =>
    artefacts
      .filter(({ name }) => names.includes(name))
      .map((artefact) => ({ key: `${host} ${artefact.name}`, host, uuid, artefact })),
  );

const heard = ({ notes, patienceFrom }: LineState): Answers =>
  Object.assign(
    {},
    ...notes.filter(({ at }) => at >= (patienceFrom ?? 0)).map(({ note }) => note),
  ) as Answers;

async function askedOf(world: World, args: Args, { uuid, artefact, ...pair }: Pair): Promise<string> {
  const answer = await patchingOf(world).precheck(uuid, { uuid: artefact.uuid, name: artefact.name });
  if (answer.ok) return answer.live === 'complete' ? 'live' : 'ok';
  const later = isAnswerable(args, { uuid, artefact, ...pair }, answer.code);
  return later === undefined ? `no: ${answer.says}` : `later: ${later}`;
}

export const precheckHotfixes = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'precheck-hotfixes',
  v: 1,
  title: ({ pool }) => `See that every host of ${pool} can take its hotfixes`,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(40), byProgress: true },
  observe: async (world, args, { line }) => {
    const said = heard(line);
    const pairs = pairsOf(args);
    const open = pairs.filter(({ key }) => said[key] === undefined);
    // when all have spoken, those who said no are asked again
    const next = open.length > 0 ? open : pairs.filter(({ key }) => said[key]?.startsWith('no: '));
    const turn = args.hosts.flatMap(({ host }) => next.find((pair) => pair.host === host) ?? []);
    const answers = await Promise.all(
      // one that takes its time is asked again, and takes less of it: by then the host has the file
      turn
        .slice(0, AT_ONCE)
        .map(async (pair) => [pair.key, await orSilence(askedOf(world, args, pair))] as const),
    );
    return {
      asked: Object.fromEntries(
        answers.flatMap(([key, answer]) => (answer === undefined ? [] : [[key, answer]])),
      ),
    };
  },
  decide: ({ args, now, line }) => {
    const said = { ...heard(line), ...now.asked };
    const pairs = pairsOf(args);
    const left = pairs.filter(({ key }) => said[key] === undefined);
    const noted = pairs.length - left.length;
    if (left.length > 0)
      return wait(`${noted} of ${counted(pairs.length, 'pre-check')} done`, {
        againInSeconds: 1,
        ...(Object.keys(now.asked).length > 0 && { note: now.asked as Json }),
      });
    const refused = pairs.filter(({ key }) => said[key]?.startsWith('no: '));
    const refusals = refused.map(
      ({ key, host, artefact }) => `${artefact.name} on ${host}: ${said[key]?.slice(4)}`,
    );
    if (refusals.length > 0) return stop(problems.precheckFailed(args.pool, refusals));
    const live = pairs.filter(({ key }) => said[key] === 'live').map(({ key }) => key);
    const later = pairs
      .filter(({ key }) => said[key]?.startsWith('later: '))
      .map(({ key }) => `${key} (${said[key]?.slice(7)})`);
    return done(
      [
        `${counted(pairs.length, 'pre-check')} on ${counted(args.hosts.length, 'host')}, none refused`,
        live.length > 0 ? `live patches: ${listed(live)}` : '',
        later.length > 0 ? `to be asked again: ${listed(later)}` : '',
      ]
        .filter(Boolean)
        .join('; '),
    );
  },
  tooLong: ({ args, line }) =>
    problems.tooLong(
      line.line.title,
      `${Object.keys(heard(line)).length} of ${pairsOf(args).length} pre-checks are done`,
    ),
});
