/** Killed at every seam of a whole hotfix run: whoever comes next finishes it; nothing is applied, rebooted or started twice. */
import type { Run } from '../../src/domain/run';
import { acts, killedEverywhere } from '../support/killed-everywhere';
import type { Moment } from '../support/killing';
import { rulesBroken, truthOf, upgraded } from '../support/outcome';
import { patchStory } from '../support/patch-lines';
import { folder } from '../support/patches';
import type { Story } from '../support/story';

jest.setTimeout(300_000);

const files = folder('6.5.0');
afterAll(() => files.remove());
const HOTFIXES = ['XS65E001', 'XS65E002'];
const artefacts = HOTFIXES.map((name) => files.artefact({ name, guidance: ['reboot'] }));

/** A second try of these needs a person, because the first may not be taken back. */
const ONE_WAY = /-(enter-maintenance|start-vms|apply-hotfixes|reboot-after-hotfixes)$/;

function wellEnded(it: Story, run: Run): void {
  expect(it.errors).toEqual([]);
  expect(rulesBroken(it)).toEqual([]);
  expect(run.phase).toBe('finished');
  expect(run.owed).toEqual([]);
  // every host rebooted once, allocation enabled, every VM running
  expect(truthOf(it)).toEqual(upgraded(it, it.pool, '6.5.0'));
  expect(it.pool.hosts.map(({ hotfixes }) => hotfixes)).toEqual([HOTFIXES, HOTFIXES]);
  const asked = run.questions.filter(({ ask }) => ask.kind === 'retry').map(({ line }) => line);
  expect(asked.filter((line) => !ONE_WAY.test(line))).toEqual([]);
  const sent = (call: string): readonly string[] =>
    it.cloud.calls.filter((one) => one.call === call).map(({ on }) => on);
  expect(sent('host.reboot')).toEqual(['host-1', 'host-2']);
  expect(sent('pool_patch.apply')).toEqual(['host-1', 'host-1', 'host-2', 'host-2']);
  expect(sent('stopVirtualMachine')).toEqual(['i-2-13-VM']);
  expect(sent('startVirtualMachine')).toEqual(['i-2-13-VM']);
}

const { undisturbed, everywhere } = killedEverywhere({
  begin: async () => {
    const it = patchStory({ artefacts });
    return { it, id: await it.start(await it.plan()) };
  },
  wellEnded,
  apart: 9,
});

test('killed before each seam, one after the other: another worker finishes', async () => {
  const seams = await undisturbed();
  expect(seams.filter((seam) => /patching (apply|stage)|rebootHost/.test(seam))).toHaveLength(5);
  expect(await everywhere(seams, 'before')).toEqual([]);
});

test.each<Moment>(['during', 'after'])('killed %s each act: another worker finishes', async (moment) => {
  expect(await everywhere(acts(await undisturbed()), moment)).toEqual([]);
});
