/** The pools under test/fixtures/pools: each a simulated cloud, looked at by the product's own adapters. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Aim } from '../../../src/domain/aim';
import type { Finding } from '../../../src/domain/finding';
import type { Hotfix } from '../../../src/domain/hotfixes';
import type { PatchesAsked } from '../../../src/domain/patch-work';
import type { Snapshot } from '../../../src/domain/pool';
import { inspect } from '../../../src/engine/inspect';
import { makeCloud } from '../../../src/sim/cloud';
import type { FaultSpec } from '../../../src/sim/faults';
import type { CallRecord } from '../../../src/sim/model';
import { sidesOf } from '../../../src/sim/sides';
import { parseSnapshotFile, type PoolFile, type SnapshotFile } from '../../../src/sim/snapshot-file';
import { worldInMemory } from '../../support/in-memory-world';
import { patiently } from '../../support/patiently';

const FOLDER = join(__dirname, '../../fixtures/pools');

export const poolFiles: readonly string[] = readdirSync(FOLDER)
  .map((file) => file.replace(/\.json$/, ''))
  .toSorted();

export interface Seen {
  /** What the file says, and what was seen of it. */
  readonly said: PoolFile;
  readonly snapshot: Snapshot;
  readonly findings: readonly Finding[];
  readonly unread: readonly { readonly source: string; readonly why: string }[];
  /** Calls that change something, and breaches of the rules. */
  readonly acts: readonly CallRecord[];
  readonly violations: number;
}

/** The file of this name, as the simulator takes it. */
export const poolFile = (name: string): SnapshotFile =>
  parseSnapshotFile(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));

/** What else is asked for, or is not there, when a pool is looked at. */
export interface How {
  readonly faults?: readonly FaultSpec[];
  readonly aim?: Aim;
  /** Not configured. */
  readonly without?: readonly ('cloudStackDb' | 'dom0' | 'managementServers')[];
  /** URL of the media of a plan with --automatic. */
  readonly automatic?: string;
  readonly hotfixes?: readonly Hotfix[];
  /** Hotfixes or updates that are to be applied. */
  readonly patches?: PatchesAsked;
}

/** What the checks say of the pool in this file; every source is configured unless said otherwise. */
export async function lookAt(
  name: string,
  target: string,
  { faults = [], aim = 'upgrade', without = [], automatic, hotfixes, patches }: How = {},
): Promise<Seen> {
  const { pools, hidden } = poolFile(name);
  const cloud = makeCloud({ pools, hidden });
  cloud.faults.add(faults);
  const facts = {
    canaryVm: 'i-2-10-VM',
    smokeTest: { templateId: 't', serviceOfferingId: 's', networkOfferingId: 'n' },
    ...(hotfixes && { hotfixes }),
  };
  const { cloudStackDb, dom0, managementServers, ...all } = worldInMemory(
    { cloud, ...sidesOf(cloud) },
    cloud.pools[0]!,
    facts,
  );
  const world = {
    ...all,
    ...(!without.includes('cloudStackDb') && { cloudStackDb }),
    ...(!without.includes('dom0') && { dom0 }),
    ...(!without.includes('managementServers') && { managementServers }),
  };
  const { findings, snapshot } = await patiently(
    cloud,
    inspect(world, {
      target,
      aim: patches ? 'patch' : aim,
      ...(patches && { patches: { asked: patches } }),
      owed: [],
      at: cloud.time.now(),
      ...(automatic !== undefined && { automatic: { url: automatic, byHand: [] } }),
    }),
  );
  return {
    said: pools[0]!,
    snapshot,
    findings,
    unread: snapshot.unread,
    acts: cloud.calls.filter((call) => call.mutates),
    violations: cloud.violations.length,
  };
}
