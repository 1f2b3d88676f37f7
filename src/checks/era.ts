/** Versions that the procedure was written for; others are refused, never guessed (cs §9.5, §8.2). */
import {
  cloudStackEra,
  familyOf,
  NEWEST_CLOUDSTACK,
  OLDEST_CLOUDSTACK,
  whyTooOld,
  xenRelease,
  type CloudStackEra,
} from '../domain/version-eras';
import { compareVersions } from '../domain/version';
import type { Snapshot } from '../domain/pool';
import { defineCheck, found, wasRead, type Found } from './check';

export const era = defineCheck({
  name: 'era',
  summary:
    'CloudStack, the hosts’ version and the target are versions this procedure knows, and they fit together.',
  source: 'cs §8.2 and §9.5',
  look: (pool, target) => [...cloudStack(pool), ...hosts(pool), ...targetOf(pool, target)],
});

function cloudStack(pool: Snapshot): Found[] {
  const { version } = pool.cloudstack;
  const age = cloudStackEra(version);
  // not read at all: sources-read says so
  if (age === 'known' || (version === '' && !wasRead(pool, 'cloudStack'))) return [];
  const { what, because, advice } = strange(version)[age];
  const known = `CloudStack ${OLDEST_CLOUDSTACK} to ${NEWEST_CLOUDSTACK} is known`;
  return [found('block', pool.name, what, [known, ...because], advice)];
}

interface Strange {
  readonly what: string;
  readonly because: readonly string[];
  readonly advice: string;
}

const strange = (version: string): Readonly<Record<Exclude<CloudStackEra, 'known'>, Strange>> => ({
  older: {
    what: `CloudStack ${version} is too old for this procedure.`,
    because: whyTooOld(version),
    advice: `Upgrade CloudStack to ${OLDEST_CLOUDSTACK} or newer first; or upgrade this pool by hand, with manage.xenserver.pool.master=false in environment.properties of every management server while the master is away.`,
  },
  newer: {
    what: `CloudStack ${version} is newer than every release this procedure was checked against.`,
    because: [],
    advice: 'Use a newer xsupgrade.',
  },
  unreadable: {
    what: `CloudStack says that its version is ${version === '' ? 'empty' : version}, which is no version.`,
    because: [],
    advice:
      'Check that the URL in pools.yaml leads to CloudStack’s API (listCapabilities: cloudstackversion).',
  },
});

function hosts(pool: Snapshot): Found[] {
  return pool.hosts
    .filter((host) => !xenRelease(familyOf(host.brand), host.version))
    .map((host) =>
      found(
        'block',
        host.name,
        `${host.name} runs ${host.brand} ${host.version}, a version this procedure does not know.`,
        [`product_version ${host.version}, build ${host.build}`],
        'Use a newer xsupgrade, or upgrade this pool by hand.',
      ),
    );
}

function targetOf(pool: Snapshot, target: string): Found[] {
  const master = pool.hosts.find((host) => host.name === pool.master);
  if (!master) return [];
  const family = familyOf(master.brand);
  const release = xenRelease(family, target);
  if (!release)
    return [
      found(
        'block',
        pool.name,
        `${family} ${target} is a version this procedure does not know.`,
        [`the pool runs ${master.brand} ${master.version}`],
        'Check the spelling: versions are written as XAPI reports them, for example 7.1.2.',
      ),
    ];
  const { version } = pool.cloudstack;
  if (cloudStackEra(version) !== 'known' || compareVersions(version, release.cloudStack) >= 0) return [];
  return [
    found(
      'block',
      pool.name,
      `CloudStack ${version} does not connect to ${family} ${target}.`,
      [`the first CloudStack that does is ${release.cloudStack}`],
      `Upgrade CloudStack to ${release.cloudStack} or newer first, or choose another target.`,
    ),
  ];
}
