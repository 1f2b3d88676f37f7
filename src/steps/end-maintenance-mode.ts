/** XenCenter's mark on a host that is enabled again: a leftover that it shows as maintenance for ever (xc §1.3 row 2). Not owed back. */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes, xenHost } from './sight';

type Args = { readonly host: string; readonly uuid: string };
type Seen = { readonly marked: boolean };

export const endMaintenanceMode = defineStep<Args, Seen>({
  kind: 'end-maintenance-mode',
  v: 1,
  title: ({ host }) => `Take XenCenter’s maintenance mark off ${host}`,
  settleSeconds: 75,
  callTimeoutSeconds: 60,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async (world, { uuid }) => ({
    marked: (await xenHost(world, uuid)).traits?.maintenanceMode === true,
  }),
  decide: ({ args, now }) =>
    now.marked
      ? act('other_config says MAINTENANCE_MODE', {
          subject: args.host,
          what: `take XenCenter’s maintenance mark off ${args.host}`,
          args: null,
        })
      : done(`${args.host} carries no such mark`),
  act: ({ xen }, _act, { args }) => xen.endMaintenanceMode(args.uuid),
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the mark is still there'),
});
