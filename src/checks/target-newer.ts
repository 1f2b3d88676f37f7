/** An upgrade goes forward: the target is newer than what is left to do, and no host is beyond it. */
import { compareVersions } from '../domain/version';
import { changesVersion, defineCheck, found } from './check';

export const targetNewer = defineCheck({
  name: 'target-newer',
  summary: 'An upgrade has a host that is older than the target, and none that is newer.',
  source: 'cs §8.2, xc R36',
  look(pool, target, extra) {
    if (!changesVersion(extra)) return [];
    const newer = pool.hosts.filter((host) => compareVersions(host.version, target) > 0);
    const older = pool.hosts.filter((host) => compareVersions(host.version, target) < 0);
    const beyond = newer.map((host) =>
      found(
        'block',
        host.name,
        `${host.name} runs ${host.version}, which is newer than ${target}.`,
        [`XenServer is never downgraded in place`],
        `Choose ${host.version} or newer as the target.`,
      ),
    );
    if (older.length > 0 || newer.length > 0 || pool.hosts.length === 0) return beyond;
    return [
      found(
        'block',
        pool.name,
        `Every host of ${pool.name} runs ${target} already.`,
        pool.hosts.map((host) => `${host.name} runs ${host.version}`),
        'Nothing is left to upgrade. Name a newer version with --to.',
      ),
    ];
  },
});
