/** What dom0 tells, in the middle of an upgrade: what people added is listed when it is gone, leftovers are put right by hand and seen. */
import type { PoolFile } from '../../src/sim/snapshot-file';
import { endedWell, heldBy, told } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story } from '../support/story';

const withDom0 = (name: string, dom0: NonNullable<PoolFile['hosts']>[number]['dom0']): PoolFile => ({
  ...smallPool,
  hosts: (smallPool.hosts ?? []).map((host) => (host.name === name ? { ...host, dom0 } : host)),
});

const ADDED = {
  rcLocal: { lines: 2 },
  crontabs: [{ path: '/etc/cron.d/our-job' }],
  mounts: ['/mnt/backup nfs'],
};

test('what people added to dom0 is listed when the installer has left nothing of it, and nobody else has such a line', async () => {
  const it = story({ pools: [withDom0('host-2', { customisations: ADDED })] });

  const run = await told(it);

  endedWell(it, run);
  const lines = (await it.entries(run.id)).flatMap((entry) =>
    entry.type === 'LineDone' && entry.line.endsWith('-compare-customisations')
      ? [`${entry.line.slice(0, 6)}: ${entry.saw}`]
      : [],
  );
  expect(lines).toEqual([
    'host-2: gone, put it back from your copies: /etc/rc.d/rc.local (2 then, 0 now), /etc/cron.d/our-job, /etc/fstab: /mnt/backup nfs',
  ]);
}, 120_000);

test('a host that comes back with another management interface in dom0 holds its lane until somebody looks', async () => {
  const asked: string[] = [];
  const it = story({
    pools: [smallPool],
    answers: ({ ask }) => {
      if (ask.kind === 'accept-loss') asked.push(...ask.saw);
      return 'yes';
    },
  });
  const id = await it.start(await it.plan());
  await it.play(id, {
    until: (run) =>
      Object.values(run.lines).some(
        ({ line, status }) => status === 'done' && line.kind === 'prove-upgrade' && line.lane === 'host-2',
      ),
  });
  const host = it.host('host-2');
  host.dom0 = { ...host.dom0, managementInterface: 'xenbr7' };

  const run = await it.play(id);

  endedWell(it, run);
  expect(asked).toEqual(['dom0 of host-2 names xenbr7 as its management interface, before it was xenbr0.']);
}, 120_000);

test('a mark that lets the installer repartition is removed by a person before the first host, and the line ends when it is gone', async () => {
  const it = story({
    pools: [withDom0('host-2', { safe2upgrade: true })],
    answers: (question, _run, of) => {
      const host = of.host('host-2');
      if (question.line.endsWith('by-hand-seen')) host.dom0 = { ...host.dom0, safe2upgrade: false };
      return 'yes';
    },
  });

  const plan = await it.plan('pool-a', ['safe2upgrade-mark']);
  const run = await it.play(await it.start(plan));

  endedWell(it, run);
  expect(run.questions.filter(({ line }) => line.endsWith('by-hand-seen')).map(({ ask }) => ask.saw)).toEqual(
    [['On host-2: rm /var/preserve/safe2upgrade', '/var/preserve/safe2upgrade is there']],
  );
  expect(it.host('host-2').dom0.disk.layout).toBe('old');
}, 120_000);

test('left where it is, the mark changes the layout: the question was answered by approving the plan', async () => {
  const it = story({ pools: [withDom0('host-2', { safe2upgrade: true })] });

  endedWell(it, await told(it));

  expect(it.host('host-2').dom0.disk.layout).toBe('new');
  expect(it.host('host-1').dom0.disk.layout).toBe('old');
}, 120_000);

test('a host whose dom0 fills up after the plan was made is not begun', async () => {
  const it = story({
    pools: [smallPool],
    answers: (question, _run, of) => {
      const host = of.host('host-2');
      if (question.line.endsWith('approve-run')) host.dom0 = { ...host.dom0, freeMib: { root: 5, log: 5 } };
      return 'yes';
    },
  });

  const id = await it.start(await it.plan());
  const run = await it.play(id, { until: (one) => heldBy(one).length > 0 });

  expect(heldBy(run)).toEqual(['BLOCKED_NOW']);
  expect(it.host('host-1').version).toBe('7.1.2');
  expect(it.host('host-2').version).toBe('6.5.0');
  expect(it.cloud.violations).toEqual([]);
}, 120_000);
