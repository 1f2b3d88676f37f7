/** host.disable in XAPI: only in CloudStack Maintenance, the master only with its cluster Unmanaged (cs fact 6). */
import { act, done, stop } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { csHost, managedState, masterMoved, minutes, xenHostLook, type HostArgs } from './sight';

type Seen = {
  readonly enabled: boolean;
  readonly residents: number;
  readonly masterUuid: string;
  readonly bootTime: number;
  readonly resourceState: string;
  readonly managedState: string;
};

/** `again`: it has just booted and may be about to enable itself (xapi §5.4): it is told once, whatever it shows. */
type Args = HostArgs & { readonly again?: boolean };

export const disableHost = defineStep<Args, Seen>({
  kind: 'disable-host',
  v: 1,
  title: ({ host }) => `Disable ${host} in XAPI`,
  settleSeconds: 75,
  callTimeoutSeconds: 60,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(3), hardSeconds: minutes(10) },
  observe: async (world, { uuid, id }) => {
    const [xen, host, managed] = await Promise.all([
      xenHostLook(world, uuid),
      csHost(world, id),
      managedState(world),
    ]);
    const { enabled, residents, masterUuid, bootTime } = xen;
    return {
      enabled,
      residents,
      masterUuid,
      bootTime,
      resourceState: host.resourceState,
      managedState: managed,
    };
  },
  decide: ({ args, now, line }) => {
    const told = !args.again || line.acts[args.host]?.outcome === 'answered';
    if (!now.enabled && told) return done(`${args.host} is disabled in XAPI`);
    const moved = masterMoved(args, now);
    if (moved) return moved;
    const unmanaged = now.managedState === 'Unmanaged';
    if (args.master && !unmanaged) return stop(problems.notSafe(args.host, 'its cluster is not Unmanaged'));
    if (!unmanaged && now.resourceState !== 'Maintenance')
      return stop(
        problems.notSafe(args.host, `CloudStack has it as ${now.resourceState}, not in Maintenance`),
      );
    if (now.residents > 0) return stop(problems.notSafe(args.host, `${now.residents} VMs still live on it`));
    return act(now.enabled ? `${args.host} is enabled in XAPI` : `${args.host} may enable itself`, {
      subject: args.host,
      what: `disable ${args.host} in XAPI`,
      args: null,
    });
  },
  act: ({ xen }, _act, { args }) => xen.disableHost(args.uuid),
  owes: ({ subject }, { before }) => [
    { what: 'host-disabled', on: subject, before: { enabled: before.enabled } },
  ],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'it is still enabled'),
});
