/** What a plan is for, and the same in words: its checks, its placement and what people read depend on it. */
import type { PatchWork } from './patch-work';
import type { Plan, PlanRequest } from './plan';

/** `reboot`, `patch`: every host ends on the version it has. */
export type Aim = 'upgrade' | 'reboot' | 'patch';

type Planned = Pick<Plan, 'procedure' | 'pool' | 'target'>;

/** "pool-a to 7.1.2", "the rolling reboot of pool-a". */
export const purposeOf = ({ procedure, pool, target }: Planned): string =>
  WITHOUT_A_VERSION[procedure] === undefined
    ? `${pool} to ${target}`
    : `the ${WITHOUT_A_VERSION[procedure]} of ${pool}`;

/** "7.1.2", "rolling reboot": what stands where an upgrade names its version. */
export const goalOf = ({ procedure, target }: Omit<Planned, 'pool'>): string =>
  WITHOUT_A_VERSION[procedure] ?? target;

/** "6.5.0 → 7.1.2", "rolling reboot". */
export const changeOf = (plan: Omit<Planned, 'pool'>, before: string): string =>
  WITHOUT_A_VERSION[plan.procedure] ?? `${before} → ${plan.target}`.trimStart();

/** What follows `plan` where such a plan is asked for again: "pool-a --to 7.1.2", "pool-a --reboot --hosts host-2". */
export const askedAs = (plan: Plan): string => askedWith(plan.pool, wishOf(plan));

/** The same of a request that has led to no plan: what was asked for is never made larger by being asked again. */
export function askedWith(pool: string, wish: PlanRequest): string {
  const { to, reboot, hosts, automatic, byHand = [], repartition = [], remedies = [], maxDown } = wish;
  const { hotfixes, updates, solution, noMoveBack } = wish;
  return [
    pool,
    ...(to === undefined ? [] : [`--to ${to}`]),
    ...(reboot ? ['--reboot'] : []),
    ...(hosts ? [`--hosts ${hosts.join(',')}`] : []),
    ...(automatic === undefined ? [] : [`--automatic ${automatic}`]),
    ...(byHand.length > 0 ? [`--by-hand ${byHand.join(',')}`] : []),
    ...(repartition.length > 0 ? [`--repartition ${repartition.join(',')}`] : []),
    ...(hotfixes ? [`--hotfixes ${hotfixes === 'all' ? 'all' : hotfixes.join(',')}`] : []),
    ...(updates ? [`--updates ${updates}`] : []),
    ...(solution ? [`--solution ${solution}`] : []),
    ...(noMoveBack ? ['--no-move-back'] : []),
    ...(maxDown === undefined ? [] : [`--max-down ${maxDown}`]),
    ...(remedies.length > 0 ? [`--remedy ${remedies.join(',')}`] : []),
  ].join(' ');
}

/** The request that leads to such a plan, but for its remedies. */
export function wishOf(plan: Plan): PlanRequest {
  const { procedure, target, automatic, placement, snapshot, patching } = plan;
  const { maxDown, order } = placement;
  const waves = maxDown === undefined ? {} : { maxDown };
  if (patching) return { ...patchesOf(patching), ...waves };
  if (procedure !== 'rolling-reboot')
    return { to: target, ...(automatic && automaticWish(automatic)), ...waves };
  const some = order.length < snapshot.hosts.length;
  return { reboot: true, ...(some && { hosts: order }), ...waves };
}

const patchesOf = ({ asked, solution, moveBack }: PatchWork): PlanRequest => ({
  ...(asked === 'latest' ? { updates: 'latest' as const } : { hotfixes: asked }),
  solution,
  ...(!moveBack && { noMoveBack: true as const }),
});

const automaticWish = ({ url, byHand, repartition }: NonNullable<Plan['automatic']>): PlanRequest => ({
  automatic: url,
  byHand,
  ...(repartition && { repartition }),
});

const WITHOUT_A_VERSION: Readonly<Record<string, string | undefined>> = {
  'rolling-reboot': 'rolling reboot',
  hotfixes: 'patching',
};
