/** HA off, its configuration remembered: it refuses host.disable and fences hosts while the master is away (xapi fact 20). */
import { act, done, stop } from '../domain/decision';
import { problems } from '../domain/problems';
import type { HaSnapshot } from '../domain/pool';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly pool: string };
type Seen = {
  readonly on: boolean;
  readonly srs: readonly string[];
  readonly tolerates: number;
  readonly configuration: Readonly<Record<string, string>>;
  readonly allowOvercommit: boolean;
};

export const haSeen = (ha: HaSnapshot): Seen => ({
  on: ha.on,
  srs: [...ha.srs].sort(),
  tolerates: ha.tolerates,
  configuration: ha.configuration,
  allowOvercommit: ha.allowOvercommit,
});

export const disableHa = defineStep<Args, Seen>({
  kind: 'disable-ha',
  v: 1,
  title: () => 'Disable HA, its configuration remembered',
  settleSeconds: 130,
  callTimeoutSeconds: 60,
  farDelaySeconds: 60, // disarming every host's fence
  maxActs: 3,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(15) },
  observe: async ({ xen }) => haSeen((await xen.pool()).ha),
  decide: ({ now, before, args }) => {
    if (!now.on) return done(before.on ? `HA is off; it tolerated ${before.tolerates}` : 'HA is off');
    if (now.srs.length === 0)
      return stop(
        problems.unknownBefore(`HA of ${args.pool}`, 'XAPI does not say which SR holds the state file'),
      );
    return act('HA is on', { subject: args.pool, what: `disable HA of ${args.pool}`, args: null });
  },
  act: ({ xen }) => xen.disableHa(),
  owes: ({ subject }, { before }) => [{ what: 'ha-off', on: subject, before }],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'HA is still on'),
});
