/** All hosts equal, or half-way to this very target with the master done (seed 001; xapi §4.3). */
import { sortedNames } from '../domain/order';
import type { HostSnapshot, Snapshot } from '../domain/pool';
import { compareVersions } from '../domain/version';
import { changesVersion, defineCheck, found, type Extra, type Found } from './check';

export const versionsAndHotfixes = defineCheck({
  name: 'versions-and-hotfixes',
  summary:
    'All hosts carry one version and the same hotfixes, or the pool is half-way to this target, master first.',
  source: 'pl S16, xc R20, xapi §4.3',
  look: (pool, target, extra) => [...versions(pool, target, extra), ...hotfixes(pool, extra), ...flag(pool)],
});

const versionLines = (hosts: readonly HostSnapshot[]): readonly string[] =>
  hosts.map((host) => `${host.name} runs ${host.version} (build ${host.build})`);

const namesOf = (hosts: readonly HostSnapshot[]): string => hosts.map((host) => host.name).join(', ');
const verb = (hosts: readonly HostSnapshot[]): string => (hosts.length === 1 ? 'runs' : 'run');

function versions(pool: Snapshot, target: string, extra: Extra): Found[] {
  const all = new Set(pool.hosts.map((host) => host.version));
  if (!changesVersion(extra) && all.size > 1)
    return [halfUpdated(pool, extra) ?? unfinished(pool, sortedNames(all))];
  const done = pool.hosts.filter((host) => compareVersions(host.version, target) === 0);
  const left = pool.hosts.filter((host) => compareVersions(host.version, target) < 0);
  const old = new Set(left.map((host) => host.version));
  if (old.size > 1)
    return [
      found(
        'block',
        pool.name,
        `The hosts of ${pool.name} that are left run different versions: ${sortedNames(old).join(', ')}.`,
        versionLines(pool.hosts),
        'Finish the earlier upgrade first, with the version it was made for as the target.',
      ),
    ];
  if (done.length === 0 || left.length === 0) return [];
  if (!done.some((host) => host.name === pool.master))
    return [
      found(
        'block',
        pool.name,
        `${namesOf(done)} ${verb(done)} ${target} although the master ${pool.master} does not.`,
        [...versionLines(pool.hosts), 'A newer member cannot work with an older master.'],
        `Upgrade the master ${pool.master} by hand first; do not move the master role.`,
      ),
    ];
  return [
    found(
      'note',
      pool.name,
      `${pool.name} is half-way: ${namesOf(done)} ${verb(done)} ${target} already.`,
      versionLines(pool.hosts),
      `The plan goes on with ${namesOf(left)}.`,
    ),
  ];
}

/**
 * Updates may bring another version: in the middle of such a run the master has it first, and whoever has not has its turn
 * still to come. A new plan goes on with what is left where only the last number differs; more than that is an upgrade.
 */
function halfUpdated(pool: Snapshot, { patching, toCome }: Extra): Found | undefined {
  const work = patching?.work;
  const master = pool.hosts.find(({ name }) => name === pool.master);
  if (work?.asked !== 'latest' || !master) return undefined;
  const left = pool.hosts.filter(({ version }) => version !== master.version);
  const series = (version: string): string => version.split('.', 2).join('.');
  const goesOn = left.every(
    ({ name, version }) =>
      compareVersions(version, master.version) < 0 &&
      work.hosts[name] !== undefined &&
      (toCome !== undefined || series(version) === series(master.version)),
  );
  if (!goesOn) return undefined;
  return found(
    'note',
    pool.name,
    `The updates have brought ${master.version}; ${namesOf(left)} will get it too.`,
    versionLines(pool.hosts),
    `Nothing to do: the plan goes on with ${namesOf(left)}.`,
  );
}

/** What leaves the version alone waits for the upgrade that does not: only forward moves are left in a mixed pool. */
const unfinished = (pool: Snapshot, seen: readonly string[]): Found =>
  found(
    'block',
    pool.name,
    `An upgrade of ${pool.name} is not finished: its hosts run ${seen.join(' and ')}.`,
    versionLines(pool.hosts),
    `Finish it first: /xsupgrade plan ${pool.name} --to ${seen.at(-1) ?? ''}`,
  );

/** Within one version every host carries the same list and the same build, but for what this very plan brings. */
function hotfixes(pool: Snapshot, { patching }: Extra): Found[] {
  const ours = patching?.work?.artefacts.map(({ name }) => name) ?? [];
  const everything = patching?.work?.asked === 'latest';
  return sortedNames(new Set(pool.hosts.map((host) => host.version))).flatMap((version) => {
    const hosts = pool.hosts.filter((host) => host.version === version);
    const all = sortedNames(new Set(hosts.flatMap((host) => host.hotfixes))).filter(
      (name) => !everything && !ours.includes(name),
    );
    const lacking = hosts.flatMap((host) => {
      const missing = all.filter((hotfix) => !host.hotfixes.includes(hotfix));
      return missing.length > 0 ? [`${host.name} lacks ${missing.join(', ')}`] : [];
    });
    // a hotfix may bring another build; while a plan of hotfixes is half-way hosts differ by it
    const builds = new Set(patching?.work ? [] : hosts.map((host) => host.build));
    return [
      ...(lacking.length > 0
        ? [
            found(
              'block',
              pool.name,
              `Hosts on ${version} carry different hotfixes.`,
              lacking,
              'Apply the missing hotfixes, or remove them from the pool, until all hosts are equal.',
            ),
          ]
        : []),
      ...(builds.size > 1
        ? [
            found(
              'block',
              pool.name,
              `Hosts on ${version} run different builds: ${sortedNames(builds).join(', ')}.`,
              versionLines(hosts),
              'Bring all hosts to one build first.',
            ),
          ]
        : []),
    ];
  });
}

/** The flag goes 30 s after the last host is equal (xapi §4.1); while it stands, the database dump is a stub. */
function flag(pool: Snapshot): Found[] {
  const platforms = new Set(pool.hosts.map((host) => host.platform || host.version));
  if (!pool.rollingUpgradeFlag || platforms.size > 1 || pool.hosts.length === 0) return [];
  return [
    found(
      'warn',
      pool.name,
      `XAPI says that a rolling upgrade of ${pool.name} is in progress although all hosts are equal.`,
      ['other_config: rolling_upgrade_in_progress'],
      'Wait half a minute and ask for the plan again; if it stays, restart the toolstack of the master.',
    ),
  ];
}
