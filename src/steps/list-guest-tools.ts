/** Which guests want newer tools now: advice after an upgrade, never a blocker (xapi §15). */
import { done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { counted, listed, minutes } from './sight';

type Args = { readonly pool: string };
type Seen = { readonly without: readonly string[]; readonly withTools: number };

export const listGuestTools = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'list-guest-tools',
  v: 1,
  title: () => 'List the guests whose tools want an update',
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: async ({ xen, cloudStack, pool }) => {
    const [vms, known] = await Promise.all([xen.vms(), cloudStack.vms(pool.clusterId)]);
    const guests = vms.filter(
      (vm) => vm.power === 'Running' && known.find((row) => row.instanceName === vm.name)?.kind !== 'router',
    );
    return {
      without: guests
        .filter((vm) => !vm.tools)
        .map((vm) => vm.name)
        .sort(),
      withTools: guests.filter((vm) => vm.tools).length,
    };
  },
  decide: ({ now }) =>
    done(
      `${counted(now.withTools, 'guest')} with tools of the old version${now.without.length > 0 ? `; without tools: ${listed(now.without)}` : ''}`,
      now,
    ),
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the guests could not be read'),
});
