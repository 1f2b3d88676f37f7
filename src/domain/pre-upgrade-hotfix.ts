/** The hotfix that a release wants before its own upgrade plugin prepares an installer: one for each (xc §1.3 row 3, §1.9). */
import { familyOf } from './version-eras';
import { compareVersions } from './version';

export interface PreUpgradeHotfix {
  readonly name: string;
  readonly uuid: string;
  /** First release that it is for, and the first that it is not for any more. */
  readonly from: string;
  readonly below: string;
  /** False: XenCenter asked for it until 2021 and does not any more. */
  readonly needed: boolean;
}

/** Content was revised under the same names; XenCenter brings the newest along and knows each by its uuid. */
export const PRE_UPGRADE_HOTFIXES: readonly PreUpgradeHotfix[] = [
  {
    name: 'RPU001',
    uuid: '591d0209-531e-4ed8-9ed2-98df2a1a445c',
    from: '6.0',
    below: '6.5',
    needed: false,
  },
  {
    name: 'RPU002',
    uuid: '3f92b111-0a90-4ec6-b85a-737f241a3fc1',
    from: '6.5',
    below: '7.0',
    needed: false,
  },
  {
    name: 'RPU003',
    uuid: '474a0f28-0d33-4c9b-9e20-52baaea8ce5e',
    from: '7.0',
    below: '7.1',
    needed: false,
  },
  {
    name: 'RPU004',
    uuid: '1ac61687-8b65-43e6-957f-50602fb79572',
    from: '7.1',
    below: '7.2',
    needed: false,
  },
  // XenServer 8 began as 8.3
  {
    name: 'RPU005',
    uuid: '38a7eeeb-31ec-4de3-934f-13929ad3e339',
    from: '8.2',
    below: '8.3',
    needed: true,
  },
];

/** XCP-ng has none: its own updates bring the plugin. */
export const preUpgradeHotfix = (brand: string, version: string): PreUpgradeHotfix | undefined =>
  familyOf(brand) === 'XCP-ng'
    ? undefined
    : PRE_UPGRADE_HOTFIXES.find(
        ({ from, below }) => compareVersions(version, from) >= 0 && compareVersions(version, below) < 0,
      );
