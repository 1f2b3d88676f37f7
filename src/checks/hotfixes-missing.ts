/** What the catalogue has for the version that the hosts end on, and they have not: corruption of VMs is known without (seed 002). */
import { hotfixesFor, type HotfixPlan } from '../domain/hotfixes';
import { masterFirst, type Snapshot } from '../domain/pool';
import { changesVersion, defineCheck, found, type Extra, type Found } from './check';

export const hotfixesMissing = defineCheck({
  name: 'hotfixes-missing',
  summary:
    'Every hotfix of the catalogue for the version the hosts end on is applied, and none that is superseded.',
  source: 'seed 002, xc §3.4',
  look: (pool, target, extra) => {
    const hotfixes = extra.hotfixes ?? [];
    const unread = extra.feedUnread === undefined ? [] : [feedUnread(pool, extra.feedUnread)];
    if (hotfixes.length === 0) return unread;
    const said = changesVersion(extra)
      ? afterwards(pool, target, hotfixesFor(hotfixes, target, []))
      : now(pool, target, extra);
    return [...unread, ...said];
  },
});

/** What it would have named nobody knows: the rest of the catalogue is told all the same. */
const feedUnread = (pool: Snapshot, why: string): Found =>
  found(
    'warn',
    pool.name,
    'The feed of updates cannot be used, so the catalogue is not whole.',
    [why],
    'See that the worker reaches the address under feed: in hotfixes.yaml and that the names in both fit, then ask for the plan again.',
  );

/** A host fresh from its installer has none. */
function afterwards(pool: Snapshot, target: string, plan: HotfixPlan): Found[] {
  if (plan.missing.length === 0) return [];
  return [
    found(
      plan.conflicts.length > 0 ? 'warn' : 'note',
      pool.name,
      `The catalogue has ${count(plan)} for ${target}; an upgraded host carries none of them.`,
      evidence(plan),
      ...advice(plan, 'When every host runs it, apply them in this order'),
    ),
  ];
}

function now(pool: Snapshot, version: string, extra: Extra): Found[] {
  const hosts = masterFirst(pool);
  // hosts of one version carry one list; where they do not, versions-and-hotfixes blocks
  const common =
    hosts[0]?.hotfixes.filter((name) => hosts.every((host) => host.hotfixes.includes(name))) ?? [];
  const ours = extra.patching?.work?.artefacts.map(({ name }) => name) ?? [];
  // what the plan itself applies is not missing any more when it is through
  const plan = hotfixesFor(extra.hotfixes ?? [], version, [...common, ...ours]);
  if (plan.missing.length === 0) return [];
  return [
    found(
      'warn',
      pool.name,
      `Hosts on ${version} lack ${count(plan)} of the catalogue.`,
      evidence(plan),
      ...advice(plan, 'Apply them in this order'),
    ),
  ];
}

const count = ({ missing }: HotfixPlan): string =>
  `${missing.length} ${missing.length === 1 ? 'hotfix' : 'hotfixes'}`;

const evidence = ({ missing, applied, superseded, conflicts, unmet }: HotfixPlan): readonly string[] => [
  ...missing.map(({ name, requires, guidance }) => {
    const after = requires.length > 0 ? `, requires ${requires.join(', ')}` : '';
    return `missing: ${name}${after}, afterwards ${AFTERWARDS[guidance]}`;
  }),
  ...(applied.length > 0 ? [`applied already: ${applied.map(({ name }) => name).join(', ')}`] : []),
  ...superseded.map(({ hotfix, by }) => `not to be installed: ${hotfix}, ${by} contains it`),
  ...conflicts.map((one) => `conflict: ${one.hotfix} and ${one.with}`),
  ...unmet.map(
    (one) => `cannot be applied: ${one.hotfix} requires ${one.requires}, which is not for this version`,
  ),
];

const AFTERWARDS = {
  none: 'nothing',
  'restart-toolstack': 'a restart of the toolstack',
  reboot: 'a reboot',
  evacuate: 'an empty host',
  'restart-vms': 'a restart of the VMs',
} as const;

const advice = ({ missing, conflicts }: HotfixPlan, then: string): readonly string[] => [
  ...conflicts.map((one) => `Decide between ${one.hotfix} and ${one.with}: they cannot be on one host.`),
  `${then}: ${missing.map(({ name }) => name).join(', ')}.`,
];
