/** Without names of guest systems for the exact version, VMs start as "Other install media" (cs fact 18). */
import { compareVersions } from '../domain/version';
import { changesVersion, defineCheck, found } from './check';

export const guestOsMappings = defineCheck({
  name: 'guest-os-mappings',
  summary: 'CloudStack has guest OS names for the exact target version.',
  source: 'cs fact 18 and §8.5',
  since: 'CloudStack 4.4',
  look(pool, target, extra) {
    const counts = pool.cloudstack.traits?.guestOsMappings;
    if (!counts || !changesVersion(extra) || (counts[target] ?? 0) > 0) return [];
    const near = Object.keys(counts)
      .filter((version) => version !== 'default' && compareVersions(version, target) < 0)
      .toSorted(compareVersions)
      .at(-1);
    const command = `cmk add guestosmapping hypervisor=XenServer hypervisorversion=${target} ostypeid=… osnameforhypervisor=…`;
    return [
      {
        ...found(
          'question',
          pool.name,
          `CloudStack ${pool.cloudstack.version} has no guest OS names for ${target}: VMs start there as “Other install media”.`,
          [
            `listGuestOsMapping: none for XenServer ${target}`,
            ...(near === undefined ? [] : [`${near} has ${counts[near]}`]),
          ],
          `For each guest OS in use, as for ${near ?? 'the version before'}: ${command}`,
          'Approving the plan without them is the recorded override.',
        ),
        // without any older version there is nothing to copy the names from
        ...(near !== undefined && {
          remedy: { kind: 'add-guest-os-names', args: { version: target, like: near } },
        }),
      },
    ];
  },
});
