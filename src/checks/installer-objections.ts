/** A plan with --automatic: what the plugins of newer hosts say of host and pool, in words (xc §2.8, checkHost and checkPool). */
import { defineCheck, found, type Found } from './check';

/**
 * What 3.1 and newer look for, by what its words must hold; how it spells them is written down nowhere. Whatever else it
 * says blocks as well, as it stands: an answer that nobody here understands is no yes.
 */
const MEANS: readonly (readonly [word: RegExp, says: string])[] = [
  [/vgpu/i, 'a virtual GPU of the old kind is in use, which the target does not know'],
  [/fastlinq|qlogic|marvell/i, 'a FastLinQ network card is in it, for which the target has no driver'],
  [/bios/i, 'it boots by BIOS, and the target boots by UEFI only'],
  [/corosync/i, 'the pool is clustered by corosync 2, which the target does not take over'],
  [/fcoe/i, 'storage over FCoE is in use, which the target does not support'],
  [/x86.?64.?v3|cpu/i, 'its CPU is older than the target needs (x86-64-v3)'],
  [/bridge/i, 'its networks run on the Linux bridge, which the target does not have'],
  [/sha.?1(?!\d)/i, 'a certificate is signed with SHA-1, which the target does not trust'],
  [/dmv|variant/i, 'a driver is in use in a variant that the target does not have'],
  [/feature/i, 'it has a feature that is newer than the target'],
];

export const installerObjections = defineCheck({
  name: 'installer-objections',
  summary:
    'With --automatic: where the upgrade plugins look at host and pool themselves, none of them objects to the target.',
  source: 'xc §2.8 and R33',
  look(pool, target, { installer }) {
    if (!installer) return [];
    const said = Object.entries(installer.hosts);
    const onHosts = said.flatMap(([host, { objections = {} }]) =>
      (objections.host ?? []).map((word) => objection(host, host, word, 'checkHost', target)),
    );
    const onPool = new Map(
      said.flatMap(([host, { objections = {} }]) =>
        (objections.pool ?? []).map((word) => [word, host] as const),
      ),
    );
    return [
      ...onHosts,
      ...[...onPool].map(([word, host]) => objection(pool.name, host, word, 'checkPool', target)),
    ];
  },
});

function objection(on: string, host: string, word: string, fn: string, target: string): Found {
  const says = MEANS.find(([pattern]) => pattern.test(word))?.[1];
  return found(
    'block',
    on,
    says === undefined
      ? `Whether ${on} can be upgraded to ${target} is not known: its upgrade plugin says ${word}.`
      : `${on} cannot be upgraded to ${target}: ${says}.`,
    [`asked on ${host}: prepare_host_upgrade.py ${fn}; it said ${word}`],
    says === undefined
      ? `Look it up in the release notes of ${target}; then put it right, or choose another target.`
      : 'Put it right, or choose another target; then ask for the plan again.',
  );
}
