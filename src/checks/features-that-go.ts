/** Features of older releases that 8.2, or 8.3 and newer, do not have (xc §1.3 rows 7, 8, 9, 11, 12; defect §1.10 no. 2 avoided). */
import { compareVersions } from '../domain/version';
import type { HostSnapshot, Snapshot } from '../domain/pool';
import { defineCheck, found, type Found } from './check';

const GONE_WITH = '8.2';
/** Of both families. */
const NO_HEALTH_CHECK = '8.3';

export const featuresThatGo = defineCheck({
  name: 'features-that-go',
  summary:
    'No vSwitch controller, old TLS, iLO power control or container pack is in use where the target is 8.2 or newer, and no health check where it is 8.3.',
  source: 'xc §1.3 rows 7, 8, 9, 11 and 12',
  since: 'target 8.2',
  until: 'hosts 8.3',
  look(pool, target) {
    const losing = (release: string): readonly HostSnapshot[] =>
      compareVersions(target, release) < 0
        ? []
        : pool.hosts.filter((host) => compareVersions(host.version, release) < 0);
    const old = losing(GONE_WITH);
    return [
      ...(old.length > 0 ? [...controller(pool), ...oldTls(pool, old), ...old.flatMap(onHost)] : []),
      ...(losing(NO_HEALTH_CHECK).length > 0 ? healthCheck(pool) : []),
    ];
  },
});

const healthCheck = (pool: Snapshot): Found[] =>
  pool.traits?.healthCheck !== true
    ? []
    : [
        found(
          'block',
          pool.name,
          `${pool.name} is enrolled in the health check, which ${NO_HEALTH_CHECK} and newer do not have.`,
          ['pool: health_check_config Enrollment true'],
          `Run on ${pool.master}: xe pool-param-clear param-name=health-check-config uuid=${pool.uuid}`,
          'What was uploaded stays where it is; nothing is uploaded any more.',
        ),
      ];

const controller = (pool: Snapshot): Found[] =>
  (pool.traits?.vswitchController ?? '') === ''
    ? []
    : [
        found(
          'block',
          pool.name,
          `${pool.name} uses a vSwitch controller, which ${GONE_WITH} does not have.`,
          [`pool: vswitch_controller ${pool.traits?.vswitchController}`],
          'Take the pool out of the controller: xe pool-set-vswitch-controller address=',
        ),
      ];

function oldTls(pool: Snapshot, old: readonly HostSnapshot[]): Found[] {
  const serving = old.filter((host) => host.traits?.legacySsl === true);
  if (serving.length === 0) return [];
  const command = `xe pool-disable-ssl-legacy uuid=${pool.uuid}`;
  return [
    {
      ...found(
        'block',
        pool.name,
        'Hosts still serve TLS older than 1.2; after the upgrade they cannot talk to each other that way.',
        serving.map((host) => `${host.name}: ssl_legacy`),
        `Run on ${pool.master}: ${command}`,
        'CloudStack must speak TLS 1.2 with XAPI by then.',
      ),
      // by hand: whether CloudStack still reaches XAPI then, only a person can say
      remedy: {
        kind: 'by-hand-seen',
        args: {
          title: `Switch old TLS off on ${pool.name}`,
          doThis: [`On ${pool.master}: ${command}`, 'CloudStack must speak TLS 1.2 with XAPI by then.'],
          until: { see: 'old-tls-off', pool: pool.name },
        },
      },
    },
  ];
}

const onHost = (host: HostSnapshot): Found[] => [
  ...(host.traits?.powerOnMode === 'iLO'
    ? [
        found(
          'warn',
          host.name,
          `${host.name} is switched on through iLO, which ${GONE_WITH} does not do.`,
          ['host: power_on_mode iLO'],
          'Write its settings down and choose IPMI or wake-on-lan; other modes stay.',
        ),
      ]
    : []),
  ...(host.traits?.packs ?? [])
    .filter((pack) => pack.includes('xscontainer'))
    .map((pack) =>
      found(
        'warn',
        host.name,
        `${host.name} has the container pack, which ${GONE_WITH} does not have.`,
        [`supplemental pack ${pack}`],
        'Containers are not managed by XAPI any more afterwards; the VMs run on.',
      ),
    ),
];
