/** Four hosts, and plans in which they overlap. */
import type { Placement, Plan, Turn } from '../../src/domain/plan';
import { numbered } from '../../src/engine/number-lines';
import { planDigest } from '../../src/domain/plan-digest';
import { smallPool } from './small-pool';
import type { Story } from './story';

const [first, second] = smallPool.hosts!;
export const fourHosts = {
  ...smallPool,
  hosts: [first!, second!, { ...second!, name: 'host-3' }, { ...second!, name: 'host-4' }],
  vms: [
    ...smallPool.vms!,
    ...[21, 22].map((id) => ({ ...smallPool.vms![0]!, name: `i-2-${id}-VM`, on: `host-${id - 18}` })),
    { ...smallPool.vms![1]!, name: 'r-5-VM', on: 'host-3' },
    { ...smallPool.vms![1]!, name: 'r-6-VM', on: 'host-4' },
  ],
};

export const turn = (host: string, more: Partial<Turn> = {}): Turn => ({
  host,
  afterBack: [],
  afterEmpty: [],
  downAfterBack: [],
  ...more,
});

/** The same plan with its hosts in these turns, kept under another name. */
export async function inTurns(it: Story, turns: readonly Turn[], maxDown: number): Promise<Plan> {
  const made = await it.plan();
  const placement: Placement = { ...made.placement, turns, maxDown };
  const sections = numbered(made.sections, turns);
  const { procedure, poolUuid, target } = made;
  const digest = planDigest({ procedure, poolUuid, target, sections, placement });
  const plan = { ...made, id: `${made.id}-turns`, placement, sections, digest };
  await it.journal.savePlan(plan);
  return plan;
}

/** Each is emptied while the one before it installs. */
export const overlapped = [
  turn('host-1'),
  turn('host-2', { afterBack: ['host-1'] }),
  turn('host-3', { afterBack: ['host-1'], afterEmpty: ['host-2'], downAfterBack: ['host-2'] }),
  turn('host-4', { afterBack: ['host-2'], afterEmpty: ['host-3'], downAfterBack: ['host-3'] }),
];

/** After the first member, the two that are left together. */
export const waves = [
  turn('host-1'),
  turn('host-2', { afterBack: ['host-1'] }),
  turn('host-3', { afterBack: ['host-2'] }),
  turn('host-4', { afterBack: ['host-2'] }),
];
