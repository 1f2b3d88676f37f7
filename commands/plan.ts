/** Looks at a pool and shows the exact list of what an upgrade, a rolling reboot or patching would do. Changes nothing. */
import { urlMistake } from '../src/domain/installer';
import type { PlanRequest } from '../src/domain/plan';
import { defineCommand } from './command';
import type { Words } from './words';

/** Slack sends a link as `<http://…|label>`. */
const plainUrl = (word: string | undefined): string | undefined =>
  /^<([^|>]+)(?:\|[^>]*)?>$/.exec(word ?? '')?.[1] ?? word;

/** What is asked of patches; throws what `wrong` makes where it does not fit the rest. */
function patchesAsked(
  options: Words['options'],
  flags: Words['flags'],
  wrong: (what: string) => Error,
): PlanRequest {
  const names = options['hotfixes']?.split(',').map((name) => name.trim());
  const { updates, solution } = options;
  const noMoveBack = flags.has('no-move-back');
  if (!names && updates === undefined) {
    if (solution === undefined && !noMoveBack) return {};
    throw wrong(
      `${solution === undefined ? '--no-move-back' : '--solution'} goes with --hotfixes or --updates.`,
    );
  }
  const asked = names ? '--hotfixes' : '--updates';
  if (names && updates !== undefined)
    throw wrong('--hotfixes and --updates do not go together: a release takes the one or the other.');
  const other = ['to', 'automatic', 'by-hand', 'repartition', 'hosts', 'max-down'].find(
    (name) => options[name] !== undefined,
  );
  if (flags.has('reboot') || other !== undefined)
    throw wrong(
      `${asked} and --${other ?? 'reboot'} do not go together: make two plans, one after the other.`,
    );
  if (updates !== undefined && updates !== 'latest')
    throw wrong(`--updates takes latest; ${updates} cannot be chosen by itself.`);
  if (names?.includes('')) throw wrong('names of hotfixes are separated by one comma: XS65E001,XS65E002.');
  if (names && names.length > 1 && names.includes('all')) throw wrong('all stands alone behind --hotfixes.');
  if (solution !== undefined && solution !== '1' && solution !== '2')
    throw wrong(
      '--solution is 1, where CloudStack distributes the VMs, or 2, where they go as the plan says.',
    );
  return {
    ...(names && { hotfixes: names[0] === 'all' ? ('all' as const) : [...new Set(names)] }),
    ...(updates !== undefined && { updates: 'latest' as const }),
    ...(solution !== undefined && { solution: solution === '1' ? (1 as const) : (2 as const) }),
    ...(noMoveBack && { noMoveBack }),
  };
}

export const plan = defineCommand({
  name: 'plan',
  usage: [
    'plan POOL [--to VERSION] [--remedy CHECK[,CHECK]]',
    'plan POOL [--to VERSION] --remedy all',
    'plan POOL --reboot [--hosts HOST[,HOST]] [--remedy CHECK[,CHECK]]',
    'plan POOL --automatic URL [--by-hand HOST[,HOST]] [--repartition HOST[,HOST]] [--to VERSION]',
    'plan POOL [--to VERSION] [--max-down HOSTS]',
    'plan POOL --hotfixes NAME[,NAME] [--solution 1|2] [--no-move-back]',
    'plan POOL --hotfixes all [--solution 1|2] [--no-move-back]',
    'plan POOL --updates latest [--solution 1|2] [--no-move-back]',
  ],
  summary:
    'Looks at the pool and at CloudStack and shows every line an upgrade, a rolling reboot or patching would walk. Changes nothing.',
  deed: 'plan',
  shape: {
    arguments: ['POOL'],
    options: [
      'to',
      'remedy',
      'hosts',
      'automatic',
      'by-hand',
      'repartition',
      'max-down',
      'hotfixes',
      'updates',
      'solution',
    ],
    flags: ['reboot', 'no-move-back'],
  },
  parse: ({ arguments: [pool], options, flags }, wrong) => {
    const to = options['to'];
    const reboot = flags.has('reboot');
    if (reboot && to !== undefined)
      throw wrong('--reboot and --to do not go together: a reboot changes no version.');
    // versions as XAPI spells them: 7.1.2, 8.3.0 (xapi §5.2)
    if (to !== undefined && !/^\d+(\.\d+)+$/.test(to))
      throw wrong(`${to} is not a version; versions look like 7.1.2.`);
    const remedies = options['remedy']?.split(',');
    // checks are named as their files: capability-rows
    const odd = remedies?.find((name) => !/^[a-z]+(-[a-z0-9]+)*$/.test(name));
    if (odd !== undefined)
      throw wrong(`“${odd}” is no name of a check; a plan shows them behind its findings.`);
    const hosts = options['hosts']?.split(',').map((name) => name.trim());
    if (hosts && !reboot) throw wrong('--hosts goes with --reboot: an upgrade is of every host.');
    if (hosts?.includes('')) throw wrong('names of hosts are separated by one comma: host-1,host-2.');
    const automatic = plainUrl(options['automatic']);
    const mistake = automatic === undefined ? undefined : urlMistake(automatic);
    if (mistake !== undefined) throw wrong(`${mistake}.`);
    if (reboot && automatic !== undefined)
      throw wrong('--reboot and --automatic do not go together: a reboot installs nothing.');
    const byHand = options['by-hand']?.split(',');
    if (byHand && automatic === undefined)
      throw wrong('--by-hand names exceptions from --automatic; without it every host is booted by hand.');
    const repartition = options['repartition']?.split(',');
    if (repartition && automatic === undefined)
      throw wrong('--repartition goes with --automatic: by hand, the person at the console chooses.');
    const twice = repartition?.find((name) => byHand?.includes(name));
    if (twice !== undefined)
      throw wrong(`${twice} is behind --by-hand and --repartition; it can be one of them.`);
    const maxDown = options['max-down'];
    // as in pools.yaml: more than eight at a time nobody watches any more
    if (maxDown !== undefined && !/^[1-8]$/.test(maxDown))
      throw wrong(`--max-down is a number of hosts from 1 to 8, not “${maxDown}”.`);
    const patches = patchesAsked(options, flags, wrong);
    return {
      pool: pool!,
      wish: {
        ...patches,
        ...(to !== undefined && { to }),
        ...(remedies && { remedies }),
        ...(reboot && { reboot }),
        ...(hosts && { hosts }),
        ...(automatic !== undefined && { automatic }),
        ...(byHand && { byHand }),
        ...(repartition && { repartition }),
        ...(maxDown !== undefined && { maxDown: Number(maxDown) }),
      },
    };
  },
  run: async ({ operator, person, makePlan, replyTo }, { pool, wish }) => {
    if (makePlan) return { about: 'plan', plan: await makePlan(pool, wish) };
    const { request } = await operator.requestPlan(person, pool, { ...wish, ...(replyTo && { replyTo }) });
    return { about: 'plan-asked', pool, request };
  },
});
