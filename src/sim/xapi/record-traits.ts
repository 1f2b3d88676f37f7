/** The facts beside machines and places, as fields of XAPI's records (xapi §5.1, §6.1). */
import { CHAP_PASSWORD } from '../credentials';
import { uuidOf } from '../identity';
import { hostByName, type SimHost, type SimPbd, type SimPif, type SimPool, type SimVm } from '../model';
import { localSrDevice } from '../ssh/dom0-files';
import { hostPatchFields, poolPatchFields } from './record-patch';
import { NULL_REF, refOf, type XapiRecord, type XapiValue } from './values';

/** current_operations: a task of its own for each. */
const running = (operations: readonly string[], ...owner: readonly string[]): Record<string, XapiValue> =>
  Object.fromEntries(
    operations.map((operation, i) => [refOf(uuidOf('operation', ...owner, String(i))), operation]),
  );

export const hostOtherConfig = ({ traits }: SimHost): Record<string, string> => ({
  ...(traits.iqn !== '' && { iscsi_iqn: traits.iqn }),
  ...(traits.multipathing && { multipathing: 'true' }),
  ...(traits.maintenanceMode && { MAINTENANCE_MODE: 'true' }),
});

/** `said`: operations that the machine itself has under way. */
export function hostFields(host: SimHost, said: Record<string, XapiValue>): XapiRecord {
  const { traits } = host;
  const { licence } = traits;
  const expiry = licence.expiryUnread ?? licence.expiry?.replace(/\.\d+Z$/, 'Z').replaceAll('-', '');
  return {
    current_operations: { ...running(traits.operations, host.uuid), ...said },
    power_on_mode: traits.powerOnMode,
    edition: traits.licence.edition,
    license_params: {
      ...(expiry !== undefined && { expiry }),
      restrict_xen_motion: traits.licence.motion ? 'false' : 'true',
    },
    ssl_legacy: traits.legacySsl,
    ...hostPatchFields(host),
    cpu_info: {
      cpu_count: '16',
      socket_count: '2',
      vendor: traits.cpu.vendor,
      modelname: 'Intel(R) Xeon(R)',
      features: traits.cpu.features,
    },
  };
}

export const packVersions = ({ traits }: SimHost): Record<string, string> =>
  Object.fromEntries(traits.packs.map((pack) => [pack, `${pack}, version 1.0.0, build 1`]));

export function vmFields(vm: SimVm): XapiRecord {
  const { traits } = vm;
  const host = hostByName(vm.pool, traits.affinity);
  return {
    current_operations: running(
      vm.operation === undefined ? traits.operations : [...traits.operations, vm.operation],
      vm.uuid,
    ),
    blocked_operations: traits.blocked,
    ha_restart_priority: traits.haPriority,
    affinity: host ? refOf(host.uuid) : NULL_REF,
    appliance: traits.inAppliance ? refOf(uuidOf('appliance', vm.uuid)) : NULL_REF,
    ...(traits.paravirtual && { HVM_boot_policy: '' }),
    last_boot_CPU_flags:
      vm.power === 'Halted' ? {} : { vendor: 'GenuineIntel', features: startedWith(traits.cpuBeyond) },
    platform: {
      nx: 'true',
      acpi: 'true',
      apic: 'true',
      pae: 'true',
      ...(traits.coresPerSocket > 1 && { 'cores-per-socket': String(traits.coresPerSocket) }),
    },
  };
}

/** What every host of a levelled pool has. */
const LEVEL = '17cbfbff-f7fa3223-2c100800-00000121';

/** As XAPI notes at the start: the pool's level, and what it had beyond it then. */
function startedWith(beyond: string | undefined): string {
  const more = (beyond ?? '').split('-');
  return LEVEL.split('-')
    .map((word, at) => (Number.parseInt(word, 16) | Number.parseInt(more[at] || '0', 16)) >>> 0)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('-');
}

export const clusterHosts = (pool: SimPool): readonly (readonly [uuid: string, record: XapiRecord])[] =>
  pool.hosts
    .filter(({ traits }) => traits.clustered)
    .map((host) => [
      uuidOf('cluster_host', host.uuid),
      { host: refOf(host.uuid), enabled: true, joined: true },
    ]);

export const poolFields = (pool: SimPool): XapiRecord => ({
  current_operations: running(
    [...pool.traits.operations, ...(pool.patching.syncing ? ['sync_updates'] : [])],
    pool.uuid,
  ),
  health_check_config: pool.traits.healthCheck ? { Enrollment: 'true' } : {},
  cpu_info: { vendor: 'GenuineIntel', features_hvm: LEVEL, features_pv: LEVEL },
  vswitch_controller: pool.traits.vswitchController,
  ...poolPatchFields(pool),
});

/** device_config as each type of SR wants it; iSCSI logs in with CHAP, so there is a secret to keep. */
function deviceConfig(host: SimHost, pbd: SimPbd): Record<string, string> {
  const sr = host.pool.srs.find((one) => one.uuid === pbd.sr);
  const name = sr?.name ?? '';
  switch (sr?.type) {
    case 'nfs':
      return { server: '10.0.0.5', serverpath: `/export/${name}` };
    case 'lvmoiscsi':
      return {
        target: '10.0.0.6',
        port: '3260',
        targetIQN: `iqn.2015-01.com.example.storage:${name}`,
        SCSIid: `3600${pbd.sr.replaceAll('-', '').slice(0, 28)}`,
        chapuser: 'xenserver',
        chappassword: CHAP_PASSWORD,
      };
    case 'iso':
      return { location: `10.0.0.5:/export/${name}` };
    case 'udev':
      return { location: '/dev/xapi/cd' };
    default:
      return { device: localSrDevice(host, pbd.sr) };
  }
}

export const pbdFields = (host: SimHost, pbd: SimPbd): XapiRecord => ({
  device_config: deviceConfig(host, pbd),
  // SM writes the paths of each LUN there
  ...(pbd.paths && {
    other_config: { multipathed: 'true', 'mpath-360000000': `[${pbd.paths.up}, ${pbd.paths.of}]` },
  }),
});

/** Locally administered, so no real card has it. */
export const macOf = (uuid: string): string =>
  ['02', ...[0, 2, 4, 6, 9].map((at) => uuid.slice(at, at + 2))].join(':').replaceAll('-', '0');

export const cardUuid = (pif: SimPif, card: string): string => uuidOf('bonded-pif', pif.uuid, card);
const bondUuid = (pif: SimPif): string => uuidOf('bond', pif.uuid);

export const pifFields = (pif: SimPif): XapiRecord => ({
  ...(pif.vlan !== undefined && { VLAN: String(pif.vlan), physical: false }),
  ...(pif.bond && { bond_master_of: [refOf(bondUuid(pif))], physical: false }),
});

/** The cards of a bond: PIFs of their own, on a network of nobody. */
export const bondedCards = (
  host: SimHost,
): readonly { readonly uuid: string; readonly record: () => XapiRecord }[] =>
  host.pifs.flatMap((pif) =>
    (pif.bond?.cards ?? []).map((card) => ({
      uuid: cardUuid(pif, card),
      record: () => ({
        device: card,
        network: NULL_REF,
        host: refOf(host.uuid),
        VLAN: '-1',
        MAC: macOf(cardUuid(pif, card)),
        MTU: '1500',
        ip_configuration_mode: 'None',
        physical: true,
        currently_attached: pif.attached,
        bond_slave_of: refOf(bondUuid(pif)),
        managed: true,
      }),
    })),
  );

export const bondsOf = (
  host: SimHost,
): readonly { readonly uuid: string; readonly record: () => XapiRecord }[] =>
  host.pifs.flatMap((pif) => {
    const { bond } = pif;
    if (!bond) return [];
    return [
      {
        uuid: bondUuid(pif),
        record: () => ({
          master: refOf(pif.uuid),
          slaves: bond.cards.map((card) => refOf(cardUuid(pif, card))),
          primary_slave: refOf(cardUuid(pif, bond.cards[0] ?? '')),
          mode: 'balance-slb',
          links_up: String(bond.linksUp),
        }),
      },
    ];
  });
