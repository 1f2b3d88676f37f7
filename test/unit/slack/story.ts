/** A run made of journal entries, for tests of what people see: hosts of three lines each between two sections of the pool. */
import type { Ask, QuestionKind } from '../../../src/domain/decision';
import type { Entry } from '../../../src/domain/journal';
import { digestOf } from '../../../src/domain/digest';
import type { Plan, PlannedLine, Section } from '../../../src/domain/plan';
import type { Snapshot } from '../../../src/domain/pool';
import { foldRun } from '../../../src/domain/fold-run';
import type { Run } from '../../../src/domain/run';

export const ANN = { id: 'UANN', name: 'Ann' };
export const BOB = { id: 'UBOB', name: 'Bob' };
export const NOON = Date.UTC(2026, 0, 15, 12, 0, 0);
const MINUTE = 60_000;

const line = (lane: string, prefix: string, n: number, kind: string, title: string): PlannedLine => ({
  id: `${prefix}-${String(n).padStart(2, '0')}-${kind}`,
  lane,
  kind,
  v: 1,
  title,
  args: {},
  after: [],
});

export function hostSection(host: string, lines = 3): Section {
  const extra = Array.from({ length: Math.max(0, lines - 3) }, (_, i) =>
    line(host, host, i + 4, 'wait-for-host', `Wait for ${host} to be seen by everybody, look ${i + 1}`),
  );
  return {
    title: `Upgrade ${host}`,
    lane: host,
    host,
    lines: [
      line(host, host, 1, 'ask-for-host', `Ask before ${host}`),
      line(host, host, 2, 'enter-maintenance', `Put ${host} into maintenance`),
      line(host, host, 3, 'upgrade-host', `Upgrade ${host} to 7.1.2`),
      ...extra,
    ],
  };
}

export function snapshot(hosts: readonly string[]): Snapshot {
  return {
    v: 1,
    takenAt: new Date(NOON).toISOString(),
    name: 'pool-a',
    uuid: 'pool-a-uuid',
    master: hosts[0] ?? 'host-1',
    ha: { on: true, srs: ['sr-1'], tolerates: 1, configuration: {}, allowOvercommit: false },
    wlb: { on: false, url: '' },
    rollingUpgradeFlag: false,
    autoPowerOn: false,
    cloudstack: {
      version: '4.11.3.0',
      clusterId: 'cluster-1',
      clusterName: 'cluster-a',
      managedState: 'Managed',
      allocationState: 'Enabled',
      managementServers: [],
      openWork: { jobs: [], transitions: [] },
    },
    hosts: hosts.map((name) => ({
      name,
      uuid: `${name}-uuid`,
      address: '10.0.0.1',
      version: '6.5',
      build: '1',
      platform: '1',
      brand: 'XenServer',
      hotfixes: [],
      enabled: true,
      live: true,
      bootedAt: new Date(NOON).toISOString(),
      memoryMib: { total: 65_536, free: 32_768 },
      tags: [],
      pbds: [],
      pifs: [],
    })),
    vms: [],
    srs: [],
    unread: [],
  };
}

export function plan(hosts: readonly string[], linesPerHost = 3): Plan {
  const sections: readonly Section[] = [
    {
      title: 'Before the first host',
      lane: 'pool',
      lines: [line('pool', 'before', 1, 'disable-ha', 'Turn HA off')],
    },
    ...hosts.map((host) => hostSection(host, linesPerHost)),
    {
      title: 'After the last host',
      lane: 'pool',
      lines: [line('pool', 'after', 1, 'enable-ha', 'Turn HA on again')],
    },
  ];
  return {
    v: 1,
    id: 'p-1',
    procedure: 'rolling-upgrade',
    pool: 'pool-a',
    poolUuid: 'pool-a-uuid',
    target: '7.1.2',
    verdict: 'go',
    findings: [],
    sections: inOrder(sections),
    placement: { order: hosts, hosts: [], misfits: [] },
    snapshot: snapshot(hosts),
    madeBy: ANN,
    madeAt: new Date(NOON).toISOString(),
    digest: digestOf({ hosts: [...hosts] }),
  };
}

/** Each line after the one before it, as the planner makes them without placement. */
function inOrder(sections: readonly Section[]): readonly Section[] {
  let before: readonly string[] = [];
  return sections.map((section) => ({
    ...section,
    lines: section.lines.map((one) => {
      const placed = { ...one, after: before };
      before = [one.id];
      return placed;
    }),
  }));
}

export const ask = (kind: QuestionKind, text: string, saw: readonly string[] = []): Ask => ({
  kind,
  text,
  saw,
  digest: digestOf(text),
  notTheRequester: kind === 'approve',
});

export const RUN = 'r-1';

/** Entries one pool minute apart, the first of them RunStarted. */
export function record(
  entries: readonly Entry[],
  of: Plan,
): {
  readonly run: string;
  readonly seq: number;
  readonly at: number;
  readonly v: number;
  readonly entry: Entry;
}[] {
  const started: Entry = {
    type: 'RunStarted',
    plan: of.id,
    digest: of.digest,
    pool: of.pool,
    by: ANN,
    owed: [],
    keys: {},
  };
  return [started, ...entries].map((entry, i) => ({
    run: RUN,
    seq: i + 1,
    at: NOON + i * MINUTE,
    v: 1,
    entry,
  }));
}

export const runOf = (of: Plan, ...entries: readonly Entry[]): Run => foldRun(of, record(entries, of));

export const began = (id: string): Entry => ({ type: 'LineBegan', line: id, before: {} });
export const waiting = (id: string, reason: string): Entry => ({
  type: 'LineWaiting',
  line: id,
  for: reason,
});
export const done = (id: string, saw: string): Entry => ({ type: 'LineDone', line: id, saw, gaveBack: [] });
export const asked = (id: string, question: string, what: Ask): Entry => ({
  type: 'QuestionAsked',
  line: id,
  question,
  ask: what,
});
export const answered = (question: string, says: 'yes' | 'no', reason?: string): Entry => ({
  type: 'QuestionAnswered',
  question,
  says,
  by: BOB,
  digest: 'x',
  ...(reason !== undefined && { reason }),
});
