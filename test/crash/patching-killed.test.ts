/** Killed at every seam of a whole hotfix run: whoever comes next finishes it; nothing is applied, rebooted or started twice. */
import type { Run } from '../../src/domain/run';
import { hotfixes } from '../../src/procedures/hotfixes';
import { acts, killedEverywhere } from '../support/killed-everywhere';
import type { Moment } from '../support/killing';
import { rulesBroken, truthOf, upgraded } from '../support/outcome';
import { patchStory } from '../support/patch-story';
import { folder } from '../support/patches';
import { smallPool } from '../support/small-pool';
import { story, type Story } from '../support/story';

jest.setTimeout(300_000);

const files = folder('6.5.0');
afterAll(() => files.remove());
const HOTFIXES = ['XS65E001', 'XS65E002'];
const artefacts = HOTFIXES.map((name) => files.artefact({ name, guidance: ['reboot'] }));

/** A second try of these needs a person, because the first may not be taken back. */
const ONE_WAY = /-(enter-maintenance|start-vms|apply-hotfixes|reboot-after-hotfixes)$/;

/** `applied`: how patching goes out, in order. */
const wellEnded =
  (version: string, applied: readonly string[]) =>
  (it: Story, run: Run): void => {
    expect(it.errors).toEqual([]);
    expect(rulesBroken(it)).toEqual([]);
    expect(run.phase).toBe('finished');
    expect(run.owed).toEqual([]);
    // every host rebooted once, allocation enabled, every VM running
    expect(truthOf(it)).toEqual(upgraded(it, it.pool, version));
    const asked = run.questions.filter(({ ask }) => ask.kind === 'retry').map(({ line }) => line);
    expect(asked.filter((line) => !ONE_WAY.test(line))).toEqual([]);
    const sent = (call: RegExp): readonly string[] =>
      it.cloud.calls.filter((one) => call.test(one.call)).map(({ call: name, on }) => `${name} ${on}`);
    expect(sent(/^host\.reboot$/)).toEqual(['host.reboot host-1', 'host.reboot host-2']);
    expect(sent(/^(pool_patch\.apply|host\.apply_updates)$/)).toEqual(applied);
    expect(sent(/^(stop|start)VirtualMachine$/)).toEqual([
      'stopVirtualMachine i-2-13-VM',
      'startVirtualMachine i-2-13-VM',
    ]);
  };

const begun = async (it: Story) => ({ it, id: await it.start(await it.plan()) });
const EACH_TWICE = ['host-1', 'host-1', 'host-2', 'host-2'].map((host) => `pool_patch.apply ${host}`);

describe('hotfixes, the hosts chosen by the plan', () => {
  const { undisturbed, everywhere } = killedEverywhere({
    begin: () => begun(patchStory(artefacts)),
    wellEnded: wellEnded('6.5.0', EACH_TWICE),
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
});

describe('hotfixes, the hosts chosen by CloudStack', () => {
  const { undisturbed, everywhere } = killedEverywhere({
    begin: () => begun(patchStory(artefacts, { patches: { asked: 'all', solution: 1 } })),
    wellEnded: wellEnded('6.5.0', EACH_TWICE),
    apart: 9,
  });

  test('killed during each act: another worker finishes', async () => {
    expect(await everywhere(acts(await undisturbed()), 'during')).toEqual([]);
  });
});

describe('updates from repositories', () => {
  const hosts = smallPool.hosts!.map((host) => ({ ...host, version: '8.4.0' }));
  const { undisturbed, everywhere } = killedEverywhere({
    begin: () =>
      begun(
        story({
          pools: [{ ...smallPool, hosts, cloudstack: { version: '4.22.1.0' } }],
          procedure: hotfixes,
          target: '8.4.0',
          patches: { asked: 'latest' },
        }),
      ),
    wellEnded: wellEnded('8.4.0', ['host.apply_updates host-1', 'host.apply_updates host-2']),
    apart: 9,
  });

  test('killed during each act: another worker finishes', async () => {
    expect(await everywhere(acts(await undisturbed()), 'during')).toEqual([]);
  });
});
