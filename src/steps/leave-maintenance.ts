/**
 * Out of maintenance only when the host is Up in CloudStack and live, enabled and proven in XAPI: CloudStack itself does
 * not check, and an Enabled host that is not connected is investigated (cs §4.6).
 */
import { act, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { recalled, type Run } from '../domain/run';
import { defineStep } from './step';
import { csHost, minutes, xenHostLook, type HostArgs } from './sight';

/**
 * `hidden`: in maintenance CloudStack does not show whether the host is connected (2.2; cs §4.1). `latest`: updates may have
 * brought a newer version than `to`; the one that was proven counts.
 */
type Args = HostArgs & { readonly to: string; readonly hidden?: boolean; readonly latest?: true };
type Seen = {
  readonly state: string;
  readonly resourceState: string;
  readonly live: boolean;
  readonly enabled: boolean;
  readonly version: string;
};

export const leaveMaintenance = defineStep<Args, Seen>({
  kind: 'leave-maintenance',
  v: 1,
  title: ({ host }) => `Take ${host} out of maintenance in CloudStack`,
  settleSeconds: 75,
  callTimeoutSeconds: 30,
  farDelaySeconds: 30,
  maxActs: 2,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async (world, { id, uuid }) => {
    const [host, xen] = await Promise.all([csHost(world, id), xenHostLook(world, uuid)]);
    return {
      state: host.state,
      resourceState: host.resourceState,
      live: xen.live,
      enabled: xen.enabled,
      version: xen.version,
    };
  },
  decide: ({ args, now, run }) => {
    const to = (args.latest && provenOn(run, args.host)) || args.to;
    const sound = now.state === 'Up' && now.live && now.enabled;
    if (now.resourceState === 'Enabled')
      return sound
        ? done(`${args.host} is Enabled and Up`)
        : wait(`${args.host} is Enabled and ${now.state}`);
    if (now.resourceState === 'Disabled')
      return stop(problems.hostInWrongState(args.host, 'Disabled', 'Maintenance'));
    if (now.version !== to) return stop(problems.otherVersion(args.host, now.version, to));
    if (now.state !== 'Up' && !args.hidden)
      return wait(`CloudStack has ${args.host} as ${now.state}; waiting for Up`);
    if (!now.live || !now.enabled)
      return wait(`${args.host} is not ${now.live ? 'enabled' : 'live'} in XAPI`);
    return act(`${args.host} is proven and in ${now.resourceState}`, {
      subject: args.host,
      what: `take ${args.host} out of maintenance`,
      args: null,
    });
  },
  act: ({ cloudStack }, _act, { args }) => cloudStack.cancelHostMaintenance(args.id),
  gaveBack: ({ args }) => [
    { what: 'host-in-maintenance', on: args.host },
    { what: 'host-allocation-disabled', on: args.host },
  ],
  tooLong: ({ line, now }) =>
    problems.tooLong(line.line.title, `it is ${now.resourceState} and ${now.state}`),
});

const provenOn = (run: Run, host: string): string | undefined =>
  (recalled(run, 'prove-hotfixes', host).at(-1)?.result as { version?: string } | undefined)?.version;
