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
  const args = argsOf(pool, host);
  const url = urlFor(input, host);
  if (url === undefined) return [upgradeByHand({ ...args, address: host.address, from: host.version, to })];
  return [prepareInstaller({ ...args, url, to }), keepPartitions(args), rebootIntoInstaller({ ...args, to })];
}

/** What a person reads who is called because this installer stands still: how many messages it has to copy. */
export const installsWith = (
  input: ProcedureInput,
  host: HostSnapshot,
): { readonly installer?: { readonly messages: number } } =>
  urlFor(input, host) === undefined ? {} : { installer: { messages: input.snapshot.traits?.messages ?? 0 } };

/** It was prepared by this plan, or by an earlier run that has not taken it back. */
export const carriesInstaller = (input: ProcedureInput, host: HostSnapshot): boolean =>
  input.owed.some(({ what, on }) => what === 'installer-prepared' && on === host.name) ||
  (host.version !== input.target && urlFor(input, host) !== undefined);
