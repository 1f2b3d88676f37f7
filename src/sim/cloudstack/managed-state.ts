/** Unmanaging a cluster, which keeps the caller waiting, and managing it again, which only flips the row (cs §8.6). */
import type { SimPool } from '../model';
import { disconnect } from './connection';
import { failed, type Refusal } from './refusal';
import { type CloudStackSide, event, isAlive, type Token } from './side';

/** Any other status stops the unmanaging. */
const MAY_LEAVE: readonly string[] = ['Up', 'Down', 'Disconnected', 'Alert'];

/**
 * PrepareUnmanaged, then Unmanaged; looks every 5 s, at most 40 times, until no host is Up and Enabled. The work
 * goes on whether or not the caller still listens. `done` gets the refusal, with the state then PrepareUnmanagedError.
 */
export function unmanage(
  side: CloudStackSide,
  pool: SimPool,
  token: Token,
  done: (refusal?: Refusal) => void,
): void {
  const { cluster } = pool;
  cluster.managedState = 'PrepareUnmanaged';
  side.masterAtUnmanage.set(pool, pool.master);
  const giveUp = (text: string): void => {
    cluster.managedState = 'PrepareUnmanagedError';
    done(failed(text));
  };
  const unfit = pool.hosts.find((host) => !MAY_LEAVE.includes(host.cs.state));
  if (unfit)
    return giveUp(
      `PrepareUnmanaged Failed due to host ${unfit.address} should not be in ${unfit.cs.state} status`,
    );
  // Each host's owner is asked; one that no running server owns stays Up.
  for (const host of pool.hosts.filter((one) => one.cs.state === 'Up')) {
    const owner = side.cloud.managementServers.find((server) => server.name === host.cs.owner);
    if (owner?.ready) side.cloud.time.in(1, () => host.cs.state === 'Up' && disconnect(host, 'Disconnected'));
  }
  let polls = 0;
  const look = (): void => {
    // The server stopped in this phase: the row stays PrepareUnmanaged and the caller hears nothing more.
    if (!isAlive(token)) return done();
    polls++;
    if (!pool.hosts.some((host) => host.cs.state === 'Up' && host.cs.resourceState === 'Enabled')) {
      cluster.managedState = 'Unmanaged';
      event(side, 'CLUSTER.UPDATE', `cluster ${cluster.name} is Unmanaged`);
      return done();
    }
    if (polls >= side.profile.knobs.unmanagePolls)
      return giveUp(
        'PrepareUnmanaged Failed due to some hosts are still in UP status after 5 Minutes, please try later ',
      );
    side.cloud.time.in(side.profile.knobs.unmanagePoll, look);
  };
  side.cloud.time.in(side.profile.knobs.unmanagePoll, look);
}

/** The scan brings the hosts back. */
export function manage(side: CloudStackSide, pool: SimPool): void {
  pool.cluster.managedState = 'Managed';
  event(side, 'CLUSTER.UPDATE', `cluster ${pool.cluster.name} is Managed`);
}

/** Why managing now would be wrong; empty when it is right. */
export function notReadyToManage(side: CloudStackSide, pool: SimPool): readonly string[] {
  const before = side.masterAtUnmanage.get(pool) ?? pool.master;
  const master = pool.hosts.find((host) => host.name === pool.master);
  return [
    ...pool.hosts
      // a host whose xapi answers and has registered is live, whatever of its start-up is still to come
      .filter((host) => !host.live || !['up', 'starting'].includes(host.phase))
      .map((host) => `${host.name} is not live`),
    ...(before === pool.master ? [] : [`the master is ${pool.master} and was ${before}`]),
    ...(master?.enabled === true ? [] : [`the master ${pool.master} is not enabled`]),
  ];
}
