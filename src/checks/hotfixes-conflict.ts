/** What cannot be on one host together is told before it is tried, and so is what cannot be applied at all (xc §1.7). */
import { defineCheck, found, type Found } from './check';

export const hotfixesConflict = defineCheck({
  name: 'hotfixes-conflict',
  summary: 'No two of the hotfixes to be applied exclude each other, and all that they require is there.',
  source: 'seed 002, xc §1.7',
  look: (pool, version, { patching }) => {
    const { plan, work } = patching ?? {};
    if (!plan || work?.asked === 'latest') return [];
    const asked = plan.missing.map(({ name }) => name);
    const without = (name: string): string => asked.filter((other) => other !== name).join(',') || 'NAMES';
    const ask = (names: string): string => `/xsupgrade plan ${pool.name} --hotfixes ${names}`;
    return [
      ...plan.conflicts.map((one): Found => {
        const both = asked.includes(one.with);
        return found(
          'block',
          pool.name,
          `${one.hotfix} and ${one.with} cannot be on one host.`,
          [both ? 'both are to be applied' : `${one.with} is applied already`],
          ...(both ? [`Without ${one.with}: ${ask(without(one.with))}`] : []),
          `Without ${one.hotfix}: ${ask(without(one.hotfix))}`,
        );
      }),
      ...plan.unmet.map((one) =>
        found(
          'block',
          pool.name,
          `${one.hotfix} requires ${one.requires}, which no host has and the catalogue has not for ${version}.`,
          [`catalogue: ${one.hotfix} requires ${one.requires}`],
          `Add ${one.requires} to hotfixes.yaml for ${version}, or plan without: ${ask(without(one.hotfix))}`,
        ),
      ),
      ...plan.missing.flatMap(({ name, changesVersion }) =>
        changesVersion === undefined
          ? []
          : [
              found(
                'block',
                pool.name,
                `${name} makes hosts show ${changesVersion}: that is an upgrade, and versions would differ until the last host has it.`,
                [`catalogue: ${name} changes the version to ${changesVersion}`],
                `Plan the rest without it: ${ask(without(name))}`,
                `Go to ${changesVersion} with its installer: /xsupgrade plan ${pool.name} --to ${changesVersion}`,
              ),
            ],
      ),
    ];
  },
});
