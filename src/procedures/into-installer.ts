/** How a host gets into its installer: a person boots it, or it is prepared and rebooted (seed 001; xc §2.2). */
import type { HostSnapshot } from '../domain/pool';
import { keepPartitions } from '../steps/keep-partitions';
import { prepareInstaller } from '../steps/prepare-installer';
import { rebootIntoInstaller } from '../steps/reboot-into-installer';
import type { LineDraft } from '../steps/step';
import { upgradeByHand } from '../steps/upgrade-by-hand';
import type { ProcedureInput } from './procedure';
import { argsOf } from './what-is';

/** Where this host installs from by itself; undefined where a person boots it. */
export const urlFor = ({ automatic }: ProcedureInput, host: HostSnapshot): string | undefined =>
  automatic?.byHand.includes(host.name) ? undefined : automatic?.url;

export function intoInstaller(input: ProcedureInput, host: HostSnapshot): readonly LineDraft[] {
  const { snapshot: pool, target: to } = input;
  const args = { ...argsOf(pool, host), ...unseen(input, host) };
  const url = urlFor(input, host);
  if (url === undefined)
    return [upgradeByHand({ ...argsOf(pool, host), address: host.address, from: host.version, to })];
  const prepared = prepareInstaller({ ...args, url, to });
  return mayRepartition(input, host)
    ? [prepared, rebootIntoInstaller({ ...args, to, repartition: true })]
    : [prepared, keepPartitions(args), rebootIntoInstaller({ ...args, to })];
}

/** Without SSH a person sees what the host boots next, in place of us. */
export const unseen = ({ has }: ProcedureInput, { name }: HostSnapshot): { readonly unseen?: true } =>
  has.withoutDom0?.includes(name) ? { unseen: true } : {};

/** Asked for in the plan; it takes an approval of its own all the same. */
export const mayRepartition = (input: ProcedureInput, host: HostSnapshot): boolean =>
  urlFor(input, host) !== undefined && (input.automatic?.repartition?.includes(host.name) ?? false);

/** uuids of SRs that are lost if its disk is partitioned anew. */
export const mayLose = (input: ProcedureInput, host: HostSnapshot): readonly string[] =>
  mayRepartition(input, host) ? (host.dom0?.disk?.srs ?? []) : [];

/** What a person reads who is called because this installer stands still: how many messages it has to copy. */
export const installsWith = (
  input: ProcedureInput,
  host: HostSnapshot,
): { readonly installer?: { readonly messages: number } } =>
  urlFor(input, host) === undefined
    ? {}
    : { installer: { messages: host.dom0?.blobs ?? input.snapshot.traits?.messages ?? 0 } };

/** It was prepared by this plan, or by an earlier run that has not taken it back. */
export const carriesInstaller = (input: ProcedureInput, host: HostSnapshot): boolean =>
  input.owed.some(({ what, on }) => what === 'installer-prepared' && on === host.name) ||
  (host.version !== input.target && urlFor(input, host) !== undefined);
