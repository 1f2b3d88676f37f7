/** host.enable until XAPI says enabled; HOST_STILL_BOOTING is waited for (xapi §5.3). Idempotent, asked even if it came up enabled. */
import { act, done } from '../domain/decision';
import { NotSent, Refused } from '../domain/errors';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes, xenHostLook, type HostArgs } from './sight';

type Seen = { readonly enabled: boolean; readonly live: boolean };

export const enableHost = defineStep<HostArgs, Seen>({
  kind: 'enable-host',
  v: 1,
  title: ({ host }) => `Enable ${host} in XAPI`,
  settleSeconds: 75,
  callTimeoutSeconds: 60,
  farDelaySeconds: 1,
  maxActs: 5,
  // start-up tasks take seconds to minutes; XenCenter asks 60 times every 5 s (xapi §5.6)
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async (world, { uuid }) => {
    const { enabled, live } = await xenHostLook(world, uuid);
    return { enabled, live };
  },
  decide: ({ args, now }) =>
    now.enabled && now.live
      ? done(`${args.host} is enabled and live`)
      : act(`${args.host} is not enabled yet`, {
          subject: args.host,
          what: `enable ${args.host} in XAPI`,
          args: null,
        }),
  act: async ({ xen }, _act, { args }) => {
    try {
      await xen.enableHost(args.uuid);
    } catch (error) {
      // nothing happened and asking again will help
      if (error instanceof Refused && error.code === 'HOST_STILL_BOOTING')
        throw new NotSent(`${args.host} is still booting.`);
      throw error;
    }
  },
  gaveBack: ({ args }) => [{ what: 'host-disabled', on: args.host }],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'XAPI does not enable it'),
});
