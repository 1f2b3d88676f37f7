/** What is answered to people who ask for patches that their pool cannot have as asked. */
import { problem, type Problem } from './problem';

const listed = (names: readonly string[]): string => names.join(', ') || 'nothing';

export const patchesAsked = {
  hotfixUnknown: (hotfix: string, version: string, has: readonly string[]): Problem =>
    problem(
      'HOTFIX_UNKNOWN',
      `There is no hotfix ${hotfix} in the catalogue.`,
      `For ${version} it has: ${listed(has)}.`,
      'Name one of these, or add it to hotfixes.yaml.',
    ),
  hotfixOtherVersion: (hotfix: string, version: string, has: readonly string[]): Problem =>
    problem(
      'HOTFIX_OTHER_VERSION',
      `${hotfix} is not for ${version}, which the hosts run.`,
      `For ${version} the catalogue has: ${listed(has)}.`,
      'Name one of these, or ask for all.',
    ),
  hotfixSuperseded: (hotfix: string, by: string): Problem =>
    problem(
      'HOTFIX_SUPERSEDED',
      `${hotfix} is superseded: ${by} contains it.`,
      'A superseded hotfix is never installed: it would take back what is newer.',
      `Ask for ${by} instead, or for all.`,
    ),
  noCatalogue: (pool: string): Problem =>
    problem(
      'NO_CATALOGUE',
      `There is no catalogue of hotfixes for ${pool}.`,
      'What requires, supersedes or forbids what stands in hotfixes.yaml beside pools.yaml.',
      'Write hotfixes.yaml; docs/configuration.md has an example.',
      'Pools that take updates from repositories need none: ask with --updates latest.',
    ),
  feedUnread: (why: string): Problem =>
    problem(
      'FEED_UNREAD',
      'The feed of updates cannot be used, so the catalogue is not whole.',
      `${why}.`,
      'See that the worker reaches the address under feed: in hotfixes.yaml and that the names in both fit, then ask again.',
    ),
  solutionTooOld: (pool: string, cloudStack: string): Problem =>
    problem(
      'SOLUTION_TOO_OLD',
      `CloudStack ${cloudStack} of ${pool} cannot keep new VMs away from a host that is being emptied.`,
      'The administrator chooses the hosts from CloudStack 2.2.4 on; before, a host has no allocation state.',
      `Ask with --solution 1: CloudStack distributes the VMs itself.`,
    ),
};
