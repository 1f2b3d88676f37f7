/** Patches are applied in the way of the release, and only where there is something to apply (xapi §8; xc §1.6). */
import { patchesInWords, rebootsInWords, struckOut, type PatchWork } from '../domain/patch-work';
import type { PatchProvider } from '../domain/patching';
import type { Snapshot } from '../domain/pool';
import { defineCheck, found, type Extra, type Found } from './check';

export const patchMechanism = defineCheck({
  name: 'patch-mechanism',
  summary: 'The release takes what was asked for, is not busy with it, and some host lacks it.',
  source: 'xapi §8, xc §1.6',
  look: (pool, version, { patching }) => {
    const look = patching?.look;
    if (!look) return [];
    if (look.unread !== undefined)
      return [
        found(
          'block',
          pool.name,
          `What ${pool.name} has of patches could not be read.`,
          [look.unread],
          'See that XAPI answers on the master, and ask for the plan again.',
        ),
      ];
    const { provider, seen } = look;
    const { work } = patching;
    if (!provider || !seen || !work) return [unknown(pool, version)];
    const wrong = wrongWay(pool, version, provider, work.asked === 'latest');
    if (wrong) return [wrong];
    const nothing = Object.keys(work.hosts).length === 0;
    return [
      ...(seen.busy === undefined ? [] : [busy(pool, seen.busy)]),
      ...(nothing ? [nothingLeft(pool, work.asked === 'latest')] : [whatIsApplied(pool, work)]),
      // HA goes off, VMs are moved or stopped: the plan brings about what the pool misses, and each host is asked again
      ...look.readiness.map((says) =>
        found(
          'note',
          pool.name,
          `The pool says of itself: ${says}`,
          ['pool.check_update_readiness'],
          SEEN_TO,
        ),
      ),
      ...someHave(patching),
    ];
  },
});

const unknown = (pool: Snapshot, version: string): Found =>
  found(
    'block',
    pool.name,
    `No way is known in which ${version} takes hotfixes or updates.`,
    pool.hosts.map(({ name, brand, version: has }) => `${name} runs ${brand} ${has}`),
    'Apply them by hand, host by host, as the maker of the release says.',
  );

const REPOSITORIES: readonly PatchProvider[] = ['repository', 'updater'];

function wrongWay(
  pool: Snapshot,
  version: string,
  provider: PatchProvider,
  latest: boolean,
): Found | undefined {
  if (latest === REPOSITORIES.includes(provider)) return undefined;
  return latest
    ? found(
        'block',
        pool.name,
        `Hosts on ${version} take single hotfixes; they have no repositories.`,
        [`mechanism: ${provider}`],
        `Ask for hotfixes of the catalogue: /xsupgrade plan ${pool.name} --hotfixes all`,
      )
    : found(
        'block',
        pool.name,
        `Hosts on ${version} take updates from repositories; single hotfixes are not for them.`,
        [`mechanism: ${provider}`],
        `Ask for all that the repositories have: /xsupgrade plan ${pool.name} --updates latest`,
      );
}

const SEEN_TO =
  'Nothing to do: what other findings do not block on is put right by the lines before the updates.';

/** What people read before they start it: the order, what is struck out, and how many reboots. */
const whatIsApplied = (pool: Snapshot, work: PatchWork): Found =>
  found(
    'note',
    pool.name,
    `${patchesInWords(work)}, ${rebootsInWords(work)}.`,
    [
      ...struckOut(work),
      ...Object.entries(work.hosts).map(([host, { missing, expect, live }]) => {
        const after = live
          ? 'in service'
          : expect.length > 0
            ? `afterwards ${expect.join(', ')}`
            : 'nothing afterwards';
        return `${host}: ${missing.join(', ') || 'what is still due'}; ${after}`;
      }),
      ...pool.hosts.filter(({ name }) => !work.hosts[name]).map(({ name }) => `${name}: has all of it`),
    ],
    'Nothing to do: this is what the plan is for.',
  );

const busy = (pool: Snapshot, what: string): Found =>
  found(
    'block',
    pool.name,
    `${pool.name} is busy with updates: ${what}.`,
    ['somebody else synchronises or applies them now'],
    'Wait until it has ended, and ask for the plan again.',
  );

const nothingLeft = (pool: Snapshot, latest: boolean): Found =>
  found(
    'block',
    pool.name,
    `Nothing is left to do: every host of ${pool.name} has ${latest ? 'all that the repositories have' : 'what was asked for'}, and no reboot is due for it.`,
    pool.hosts.map(({ name, hotfixes }) => `${name} has ${hotfixes.join(', ') || 'no hotfixes'}`),
    'There is nothing to start.',
  );

/** What some hosts have already is not applied to them again. */
function someHave({ work }: NonNullable<Extra['patching']>): readonly Found[] {
  if (!work || work.asked === 'latest') return [];
  return Object.entries(work.hosts).flatMap(([host, { missing }]) => {
    const has = work.artefacts.filter(({ name }) => !missing.includes(name)).map(({ name }) => name);
    return has.length === 0
      ? []
      : [
          found('note', host, `${host} has ${has.join(', ')} already.`, [
            `it lacks ${missing.join(', ') || 'nothing'}`,
          ]),
        ];
  });
}
