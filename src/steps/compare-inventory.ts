/**
 * The host and the pool beside their record: what is gone holds the lane until it is back, which is seen, or until an
 * approver accepts it with a reason. What was accepted once is not asked about at the next host.
 */
import { ask, done } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { inventoryFrom, type Inventory } from '../domain/inventory';
import { hostLosses, poolLosses, type Loss } from '../domain/inventory-losses';
import type { Json } from '../domain/json';
import { problems } from '../domain/problems';
import type { World } from '../ports';
import { answersOn, recalled, type Run } from '../domain/run';
import { approvedLost } from './approve-repartition';
import { counted, hours, listed, type HostArgs } from './sight';
import { defineStep, LOOKS_ONLY } from './step';

/** `bridge`: what dom0 named as its management interface when it was last looked at; absent where nobody could look. */
type Args = HostArgs & { readonly bridge?: string };
/** `unseen`: why dom0's management interface could not be compared. */
type Seen = { readonly losses: readonly Loss[]; readonly unseen?: string };
type Result = { readonly accepted: readonly string[] };

export const compareInventory = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'compare-inventory',
  v: 1,
  title: ({ host }) => `Compare ${host} with its inventory`,
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: async ({ xen, dom0 }, args, { run }) => {
    const { host, uuid } = args;
    const [now, bridge] = await Promise.all([xen.inventory(), bridgeSeen(dom0, args)]);
    const losses = lossesOf(recorded(run, uuid), now, host, uuid, approvedLost(run, host));
    return { ...bridge, losses: [...losses, ...bridge.losses] };
  },
  decide: ({ args, now, run, line }) => {
    const known = acceptedIn(run);
    const losses = now.losses.filter((loss) => !known.includes(loss.what));
    if (losses.length === 0) {
      const same =
        now.losses.length === 0
          ? 'everything is as it was recorded'
          : `as recorded, apart from what was accepted before: ${listed(now.losses.map(({ what }) => what))}`;
      return done(
        now.unseen === undefined
          ? same
          : `${same}; the management interface that dom0 names was not compared (${now.unseen})`,
      );
    }
    const whats = losses.map(({ what }) => what);
    const digest = digestOf({ line: line.line.id, losses: whats });
    const yes = answersOn(run, line.line.id).findLast(
      (q) => q.answer.says === 'yes' && q.ask.digest === digest,
    );
    if (yes)
      return done(`accepted by ${yes.answer.by.name} (${yes.answer.reason ?? ''}): ${listed(whats)}`, {
        accepted: whats,
      } satisfies Result);
    return ask({
      kind: 'accept-loss',
      text: `${counted(losses.length, 'thing')} of ${args.host} ${losses.length === 1 ? 'is' : 'are'} not as recorded. Go on without?`,
      saw: whats,
      digest,
      notTheRequester: true,
      problem: problems.inventoryLost(
        args.host,
        whats,
        losses.map(({ doThis }) => doThis),
      ),
    });
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the pool could not be read'),
});

/** The host is up by another bridge, or by none, only until its next boot: /etc/xensource-inventory decides then (seeds 003, 004). */
async function bridgeSeen(dom0: World['dom0'], { host, uuid, bridge }: Args): Promise<Seen> {
  if (bridge === undefined) return { losses: [] };
  if (!dom0?.configured.includes(uuid)) return { losses: [], unseen: 'SSH is not configured any more' };
  const { managementInterface: now, unread = [] } = await dom0.look(uuid);
  if (now === undefined)
    return { losses: [], unseen: unread.map(({ why }) => why).join('; ') || 'dom0 did not tell' };
  if (now === bridge) return { losses: [] };
  const loss = {
    what: `dom0 of ${host} names ${now === '' ? 'no management interface' : `${now} as its management interface`}, before it was ${bridge}.`,
    doThis: `On the console of ${host}: xe pif-list management=true host-name-label=${host}; xe host-management-reconfigure pif-uuid=PIF`,
  };
  return { losses: [loss] };
}

/** A host that an earlier run has upgraded is compared with what that run recorded: what it lost then is in no later record. */
function recorded(run: Run, uuid: string): Inventory | undefined {
  const { snapshot, target } = run.plan;
  const wasDone = snapshot.hosts.some((one) => one.uuid === uuid && one.version === target);
  const own = inventoryFrom(recalled(run, 'record-inventory').at(-1)?.before);
  return (wasDone ? run.recorded?.inventory : undefined) ?? own;
}

function lossesOf(
  before: Inventory | undefined,
  now: Inventory,
  host: string,
  uuid: string,
  approved: readonly string[],
): readonly Loss[] {
  const recordedOf = before?.hosts.find((one) => one.uuid === uuid);
  const was = recordedOf && {
    ...recordedOf,
    storage: recordedOf.storage.filter(({ sr }) => !approved.includes(sr)),
  };
  const is = now.hosts.find((one) => one.uuid === uuid);
  if (!before || !was)
    return [
      {
        what: `Nothing was recorded of ${host} before the first host.`,
        doThis: `Compare ${host} with another host: xe pif-list, xe pbd-list, xe host-param-list`,
      },
    ];
  if (!is)
    return [{ what: `The pool no longer lists ${host}.`, doThis: 'Look at xe host-list on the master' }];
  return [...hostLosses(was, is), ...poolLosses(now.name, now.uuid, before.pool, now.pool)];
}

/** Sentences that somebody has accepted at an earlier host, or in an earlier run. */
const acceptedIn = (run: Run): readonly string[] => [
  ...(run.recorded?.accepted ?? []),
  ...recalled(run, 'compare-inventory').flatMap(
    ({ result }) => (result as (Result & Json) | undefined)?.accepted ?? [],
  ),
];
