/**
 * Enabled directly before maintenance: from CloudStack 3.0 a Disabled host cannot enter it (cs fact 3). Not before its
 * turn: on an Enabled host that waits for another one new VMs would be placed. Up to 2.2.16 allocation stands beside
 * maintenance, and is enabled directly before that is left (seed 002; cs §9.5).
 */
import { act, done, stop, wait, type Decision } from '../domain/decision';
import { problems } from '../domain/problems';
import { fromItsTurn, notYetItsTurn } from './one-at-a-time';
import { defineStep } from './step';
import { csHost, minutes, type HostArgs } from './sight';

/** `allocation`: where it stands beside maintenance. */
type Seen = { readonly resourceState: string; readonly allocation?: string };

/** `again`: the host is back at work and was never in maintenance. `leaving`: it is about to leave it. */
type Args = HostArgs & { readonly again?: boolean; readonly leaving?: boolean };

/** From 3.0 the two are one state, and `Enable` is refused in Maintenance (cs §4.2). */
const NO_OTHER_STATE = 'maintenance stands in its place: leaving it makes the host Enabled';

/** A host that CloudStack shows otherwise takes one or two monitor rounds of 60 s; counted from its turn. */
const PATIENCE = { softSeconds: minutes(5), hardSeconds: minutes(30), byProgress: true } as const;

const enable = ({ host }: Args): Decision =>
  act('allocation is disabled', { subject: host, what: `enable allocation on ${host}`, args: null });

export const enableHostAllocation = defineStep<Args, Seen>({
  kind: 'enable-host-allocation',
  v: 1,
  title: ({ host, again, leaving }) =>
    leaving
      ? `Enable allocation on ${host}, directly before it leaves maintenance`
      : `Enable allocation on ${host}${again ? ' again' : ', directly before maintenance'}`,
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: PATIENCE,
  limits: ({ line, run }) => {
    const { again, leaving } = line.line.args as Args;
    return again || leaving ? PATIENCE : fromItsTurn(PATIENCE, run, line.line.lane);
  },
  observe: async (world, { id }) => {
    const { resourceState, allocation } = await csHost(world, id);
    return { resourceState, ...(allocation !== undefined && { allocation }) };
  },
  decide: ({ args, now, line, run }) => {
    const notYet = args.again || args.leaving ? undefined : notYetItsTurn(run, line.line.lane);
    if (notYet !== undefined && now.resourceState === 'Disabled') return wait(notYet);
    switch (now.resourceState) {
      case 'Enabled':
        return done('the host is Enabled');
      case 'Maintenance':
      case 'PrepareForMaintenance':
        if (now.allocation === 'Disabled') return enable(args);
        return done(args.leaving ? NO_OTHER_STATE : 'the host is in maintenance already');
      case 'Disabled':
        return enable(args);
      default:
        return stop(problems.hostInWrongState(args.host, now.resourceState, 'Disabled'));
    }
  },
  act: ({ cloudStack }, _act, { args }) => cloudStack.setHostAllocation(args.id, 'Enable'),
  gaveBack: ({ args }) => [{ what: 'host-allocation-disabled', on: args.host }],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is still ${now.resourceState}`),
});
