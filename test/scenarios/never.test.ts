/** Each line that keeps a rule, left out or moved: then the pretend cloud reports that rule, or the rest of the net holds the run. */
import type { RULES } from '../../src/sim/rules';
import { hands } from '../../src/sim/xapi';
import type { Procedure } from '../../src/procedures/procedure';
import type { LineDraft } from '../../src/steps/step';
import { heldBy, rulesBroken, told, truthOf, upgraded } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { changed, inOrder, moved, withoutLines } from '../support/procedures';
import { smallPool } from '../support/small-pool';
import { story, type StoryOptions } from '../support/story';

/** Nobody waits for the line that says when it is safe: the installer is booted as soon as the host is drained. */
const hasty = (host: string): NonNullable<StoryOptions['answers']> => {
  let done = false;
  return ({ ask }, run, it) => {
    const drained = Object.values(run.lines).some(
      ({ line, status }) => line.lane === host && line.kind === 'drain-host' && status === 'done',
    );
    if (drained && !done) {
      done = true;
      hands.bootIso(it.cloud, it.host(host), '7.1.2');
    }
    return ask.kind === 'retry' ? 'leave' : 'yes';
  };
};

async function ended(procedure: Procedure, options: StoryOptions = {}) {
  const it = story({ pools: [smallPool], procedure, answers: noSecondLook, ...options });
  const run = await told(it);
  expect(it.errors).toEqual([]);
  return { it, run, held: heldBy(run), rules: rulesBroken(it) };
}

describe('the net holds the run before anything is breached', () => {
  test.each<[string, Procedure, string]>([
    [
      'without unmanaging the cluster the master is not disabled',
      withoutLines('unmanage-cluster'),
      'NOT_SAFE',
    ],
    [
      'without maintenance no host is disabled',
      withoutLines('enter-maintenance', 'unmanage-cluster'),
      'NOT_SAFE',
    ],
    ['without draining no host enters maintenance', withoutLines('drain-host'), 'HOST_NOT_EMPTY'],
    [
      'without stopping what cannot move its host does not enter maintenance',
      withoutLines('stop-vms', 'start-vms'),
      'HOST_NOT_EMPTY',
    ],
    [
      'drained after maintenance: the full host is not put into it',
      moved('drain-host', 'enter-maintenance'),
      'HOST_NOT_EMPTY',
    ],
    [
      'with allocation still disabled a host does not enter maintenance',
      withoutLines('enable-host-allocation'),
      'HOST_IN_WRONG_STATE',
    ],
    [
      'without disabling the host in XAPI nobody is told to boot it',
      withoutLines('disable-host'),
      'NOT_SAFE',
    ],
  ])('%s', async (_what, procedure, code) => {
    const { it, held, rules } = await ended(procedure);
    expect(held).toEqual([code]);
    expect(rules).toEqual([]);
    const away = it.pool.hosts.filter(({ version }) => version === '7.1.2');
    expect(away.length).toBeLessThan(2);
  });

  test('members before the master: the installer of a member is never asked for', async () => {
    const { held, it } = await ended(inOrder('host-2', 'host-1'), {
      handsAtHost: (host, { cloud }) => hands.bootIso(cloud, host, '7.1.2'),
    });
    expect(rulesBroken(it)).toEqual(['member-before-master']);
    expect(held.length).toBeLessThanOrEqual(1);
  });
});

describe('a line that keeps a rule looks for itself, whatever came before it', () => {
  test.each<[keyof typeof RULES, string, Procedure]>([
    ['managed-too-early', 'nobody has waited for the members', withoutLines('await-members')],
    ['cancel-maintenance-too-early', 'nobody has waited for Up', withoutLines('await-up', 'verify-agent')],
    [
      'maintenance-without-other-host',
      'allocation stays off nowhere',
      withoutLines('disable-host-allocation'),
    ],
  ])('%s is not broken although %s', async (_rule, _what, procedure) => {
    const { it, rules, held } = await ended(procedure);
    expect(held).toEqual([]);
    expect(rules).toEqual([]);
    expect(truthOf(it)).toEqual(upgraded(it));
  });
});

describe('what was taken and not given back keeps the run from being green', () => {
  test.each<[string, string]>([
    ['restore-ha', 'ha-off'],
    ['start-vms', 'vm-stopped'],
    ['enable-cluster-allocation', 'cluster-allocation-disabled'],
  ])('without %s the last line holds the run and names %s', async (kind, what) => {
    const { run, held, rules } = await ended(withoutLines(kind));
    expect(held).toEqual(['STILL_OWED']);
    expect(run.owed.map((one) => one.what)).toEqual([what]);
    expect(rules).toEqual([]);
  });
});

describe('a line that is missing is missed by the next', () => {
  test('without leaving maintenance the next host finds no other that is Up and Enabled', async () => {
    const { it, held, rules } = await ended(withoutLines('leave-maintenance', 'smoke-test-host'));
    expect(held.length).toBe(1);
    expect(rules).toEqual([]);
    expect(it.pool.hosts.map(({ reboots }) => reboots)).toEqual([1, 0]);
  });

  test('without managing the cluster again the master never comes Up', async () => {
    const { it, held, rules } = await ended(withoutLines('manage-cluster'));
    expect(held).toEqual(['HOST_NOT_UP']);
    expect(rules).toEqual([]);
    expect(it.host('host-2').reboots).toBe(0);
  });

  test('without proof of the upgrade a host with the old version does not leave maintenance', async () => {
    const it = story({ pools: [smallPool], procedure: withoutLines('prove-upgrade'), answers: noSecondLook });
    it.cloud.faults.add([{ call: 'world:installer', on: 'host-1', how: 'same-version' }]);
    const run = await told(it);
    expect(heldBy(run)).toEqual(['OTHER_VERSION']);
    expect(it.host('host-1').cs.resourceState).toBe('Maintenance');
    expect(it.host('host-2').reboots).toBe(0);
  });

  test('without the comparison of keys another certificate still stops the run', async () => {
    const { held, it } = await ended(withoutLines('trust-host'), {
      hidden: { 'pool-a': { rotatesKeys: ['host-1'] } },
    });
    expect(held).toEqual(['WRONG_KEY']);
    expect(it.host('host-2').reboots).toBe(0);
  });

  test('without switching HA off XAPI refuses to disable the master, and it is not rebooted', async () => {
    const { held, rules, it } = await ended(withoutLines('disable-ha'));
    expect(held).toHaveLength(1);
    expect(rules).toEqual([]);
    expect(it.host('host-1').reboots).toBe(0);
  });

  test('a dump asked for while versions differ is refused by the line itself', async () => {
    const late = changed((lines, section) => {
      const dump = rollingDump.at(-1);
      if (section.title === 'Before the first host') {
        rollingDump.push(...lines.filter(({ kind }) => kind === 'dump-database'));
        return lines.filter(({ kind }) => kind !== 'dump-database');
      }
      return section.host === 'host-2' && dump ? [dump, ...lines] : lines;
    });
    const { held, rules } = await ended(late);
    expect(held).toEqual(['DUMP_IN_MIXED_POOL']);
    expect(rules).toEqual([]);
  });
});

const rollingDump: LineDraft[] = [];

test('hands that boot a host before the line says so are reported: not in maintenance, enabled, with VMs', async () => {
  const { rules, held } = await ended(withoutLines(), { answers: hasty('host-1') });
  expect(rules).toEqual(
    expect.arrayContaining([
      'reboot-outside-maintenance',
      'master-rebooted-while-managed',
      'reboot-while-enabled',
    ]),
  );
  expect(held.length).toBeGreaterThan(0);
});

test('nothing left out: no rule broken, everything back', async () => {
  const { it, rules } = await ended(withoutLines());
  expect(rules).toEqual([]);
  expect(truthOf(it)).toEqual(upgraded(it));
});
