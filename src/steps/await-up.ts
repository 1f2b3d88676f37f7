/** Up in CloudStack, before maintenance is left: the scan runs every 90 s and waits for 150 s of silence (cs §5.4). */
import { done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { csHost, minutes, type HostArgs } from './sight';

type Seen = { readonly state: string; readonly resourceState: string; readonly hypervisorVersion: string };

export const awaitUp = defineStep<HostArgs, Seen>({
  ...LOOKS_ONLY,
  kind: 'await-up',
  v: 1,
  title: ({ host }) => `Wait until CloudStack shows ${host} Up`,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async (world, { id }) => {
    const { state, resourceState, hypervisorVersion } = await csHost(world, id);
    return { state, resourceState, hypervisorVersion };
  },
  decide: ({ args, now }) =>
    now.state === 'Up'
      ? // 2.2 does not tell the version
        done(
          `${args.host} is Up${now.hypervisorVersion === '' ? '' : `, hypervisor version ${now.hypervisorVersion}`}`,
        )
      : wait(`CloudStack has ${args.host} as ${now.state}`),
  tooLong: ({ args, now }) => problems.notUp(args.host, now.state),
});
