/** Killed at every act of an upgrade whose hosts overlap: never more away than may be, nothing done twice. */
import type { Run } from '../../src/domain/run';
import { acts, killedEverywhere } from '../support/killed-everywhere';
import type { Moment } from '../support/killing';
import { rulesBroken, truthOf, upgraded } from '../support/outcome';
import { fourHosts, inTurns, overlapped, waves } from '../support/overlap';
import { story, type Story } from '../support/story';

jest.setTimeout(300_000);

function wellEnded(it: Story, run: Run): void {
  expect([it.errors, rulesBroken(it), run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(truthOf(it)).toEqual(upgraded(it));
  const sent = (call: string): readonly string[] =>
    it.cloud.calls.filter((one) => one.call === call).map(({ on }) => on);
  expect(sent('prepareHostForMaintenance').toSorted()).toEqual(['host-1', 'host-2', 'host-3', 'host-4']);
}

test.each([
  ['one empties while another installs', overlapped, 1],
  ['two are away at once', waves, 2],
] as const)('%s: killed at each act, whoever comes next finishes', async (_, turns, maxDown) => {
  const { undisturbed, everywhere } = killedEverywhere({
    begin: async () => {
      const it = story({ pools: [fourHosts] });
      return { it, id: await it.start(await inTurns(it, turns, maxDown)) };
    },
    wellEnded,
    apart: 7,
  });
  const seams = acts(await undisturbed());
  expect(seams.length).toBeGreaterThan(40);
  for (const moment of ['during', 'after'] as const satisfies readonly Moment[])
    expect(await everywhere(seams, moment)).toEqual([]);
});
