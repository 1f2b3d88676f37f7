/** Certificates and host keys: another one is shown to a person, for one host, and never trusted by itself. */
import { hands } from '../../src/sim/xapi';
import { endedWell, heldBy, told } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { smallPool } from '../support/small-pool';
import { ANN, story } from '../support/story';

const rotating = (...hosts: readonly string[]) => ({
  pools: [smallPool],
  hidden: { 'pool-a': { rotatesKeys: [...hosts] } },
});

test('a host with keys of its own after the installer: old, new, uuid and the command to compare are shown', async () => {
  const it = story(rotating('host-2'));
  const run = await told(it);
  endedWell(it, run);
  const asked = run.questions.filter(({ ask }) => ask.kind === 'accept-key');
  expect(asked).toHaveLength(1);
  const saw = asked[0]!.ask.saw.join('\n');
  expect(saw).toContain(`now TLS:${it.host('host-2').uuid}:2`);
  expect(saw).toContain(`The host's uuid is ${it.host('host-2').uuid}.`);
  expect(saw).toMatch(/openssl x509[\s\S]*ssh-keygen -lf/);
});

test('the master with another certificate: nothing is asked of the pool before somebody accepts it', async () => {
  const it = story({
    ...rotating('host-1'),
    answers: ({ ask }) => (ask.kind === 'accept-key' ? 'leave' : 'yes'),
  });
  const run = await told(it);
  expect(run.lines['host-1-12-trust-host']?.status).toBe('begun');
  const back = it.cloud.calls.findIndex(
    ({ face, call, on }) => face === 'xapi' && call === 'host.disable' && on === 'host-1',
  );
  const later = it.cloud.calls
    .slice(back + 1)
    .filter(({ face, by }) => face === 'xapi' && by === 'xsupgrade');
  const booted = it.host('host-1').bootTime * 1000;
  expect(later.filter(({ at }) => Date.parse(at) > booted)).toEqual([]);
});

test('accepted by an approver, the run goes on by itself; whoever started it may not accept', async () => {
  let open: string | undefined;
  const it = story({
    ...rotating('host-1'),
    answers: ({ ask, id }) => {
      if (ask.kind !== 'accept-key') return 'yes';
      open = id;
      return 'leave';
    },
  });
  const id = await it.start(await it.plan());
  await it.play(id, { until: () => open !== undefined });
  await expect(it.operator.answer(ANN, id, { says: 'yes', question: open! })).rejects.toMatchObject({
    problem: { code: 'SELF_APPROVAL' },
  });
  await it.operator.answer({ id: 'UBOB', name: 'Bob' }, id, { says: 'yes', question: open! });
  endedWell(it, await it.play(id));
});

test('the accepted pin is in the journal: another worker, and a later plan, know it', async () => {
  const it = story(rotating('host-1', 'host-2'));
  const id = await it.start(await it.plan());
  await it.play(id, { until: (run) => run.lines['host-1-13-prove-upgrade']?.status === 'begun' });
  endedWell(it, await it.play(id, { workers: [it.worker()] }));
  it.cloud.time.advanceTo(it.cloud.time.now() + 1000);
  const later = await it.plan();
  expect(later.findings.filter(({ check }) => check === 'sources-read')).toEqual([]);
});

test('declined keys hold the host out of service', async () => {
  const it = story({
    ...rotating('host-2'),
    answers: ({ ask }) => (ask.kind === 'retry' ? 'leave' : ask.kind === 'accept-key' ? 'no' : 'yes'),
  });
  const run = await told(it);
  expect(heldBy(run)).toEqual(['DECLINED']);
  expect(it.host('host-2').cs.resourceState).toBe('Maintenance');
});

test.each([
  ['before the first change of a host', 'host-1-02-approve-host'],
  ['in the middle of a drain', 'host-1-04-disable-host-allocation'],
])(
  'a certificate that changes %s (F58) stops the run at once; no password goes to that host',
  async (_when, line) => {
    const it = story({ pools: [smallPool], answers: noSecondLook });
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => run.lines[line]?.status === 'done' });
    hands.rotateKeys(it.cloud, it.host('host-1'));
    const before = it.cloud.calls.length;
    const run = await it.play(id);
    expect(heldBy(run)).toEqual(['WRONG_KEY']);
    const ours = it.cloud.calls.slice(before).filter(({ face, by }) => face === 'xapi' && by === 'xsupgrade');
    expect(ours).toEqual([]);
    expect(it.host('host-1').reboots).toBe(0);
  },
);

test('a plan for a pool with another certificate is refused with that very reason', async () => {
  const it = story({ pools: [smallPool] });
  hands.rotateKeys(it.cloud, it.host('host-1'));
  await expect(it.plan()).rejects.toMatchObject({ problem: { code: 'WRONG_KEY' } });
});
