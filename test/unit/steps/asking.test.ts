/** Lines that ask a person: what the answer is bound to, and when it is asked anew. */
import { approveHost } from '../../../src/steps/approve-host';
import { approveRun } from '../../../src/steps/approve-run';
import { byHand } from '../../../src/steps/by-hand';
import { confirmApproval } from '../../../src/steps/confirm-approval';
import { recheckHost } from '../../../src/steps/recheck-host';
import { trustHost } from '../../../src/steps/trust-host';
import { verifyAgent } from '../../../src/steps/verify-agent';
import { decide, HOST, MASTER, says, type AnyVerb, type EvidenceWish } from '../../support/evidence';

/** The digest that a step asks with when it sees this. */
function asked(verb: AnyVerb, wish: EvidenceWish) {
  const decision = decide(verb, wish);
  if (decision.do !== 'ask') throw new Error(`${verb.step.kind} did not ask: ${decision.do}`);
  return decision.ask;
}

/** Asks, is answered, and is looked at again with the same and with another picture. */
function answered(
  verb: AnyVerb,
  wish: EvidenceWish,
  kind: 'approve' | 'confirm' | 'accept-key' = 'approve',
): EvidenceWish {
  return { ...wish, answers: [{ says: 'yes', digest: asked(verb, wish).digest, kind, by: 'Bob' }] };
}

const facts = {
  blocks: [],
  advice: [],
  warns: [],
  found: [],
  guests: ['i-2-11-VM'],
  system: ['s-1-VM'],
  room: [],
  version: '6.5.0',
  master: 'host-1',
};

describe('approve-run', () => {
  const wish = {
    args: { pool: 'pool-a', from: '6.5.0', to: '7.1.2', facts: ['CloudStack is away for ten minutes.'] },
    now: null,
  };
  test('asks a second person, with the outage named, and is bound to the digest in force', () => {
    expect(asked(approveRun, wish)).toMatchObject({
      kind: 'approve',
      notTheRequester: true,
      saw: ['CloudStack is away for ten minutes.'],
    });
    const yes = answered(approveRun, wish);
    expect(says(approveRun, yes)).toBe('done: approved by Bob');
    expect(says(approveRun, { ...yes, digest: 'digest-2' })).toBe(
      'ask approve: Upgrade pool-a from 6.5.0 to 7.1.2?',
    );
  });
});

describe('approve-host', () => {
  const wish = { args: HOST, now: facts };
  const stop = { vm: 'gpu-1', why: 'a GPU', startOn: [], downMinutes: 90 };
  test('shows what is on the host and is done with the digest that was approved', () => {
    expect(asked(approveHost, wish).saw[0]).toBe(
      'host-2 runs 1 guest VM (i-2-11-VM) and 1 system VM (s-1-VM).',
    );
    expect(decide(approveHost, answered(approveHost, wish))).toMatchObject({
      do: 'done',
      result: { digest: asked(approveHost, wish).digest },
    });
  });
  test('what merely moves with time asks nobody again', () => {
    const yes = answered(approveHost, wish);
    expect(
      says(approveHost, { ...yes, now: { ...facts, guests: ['a', 'b'], room: ['host-3 has 5 MiB free'] } }),
    ).toBe('done: approved by Bob');
  });
  test('a VM to be stopped that was not listed is always a new question', () => {
    const yes = answered(approveHost, wish);
    const more = { ...yes, placement: [{ host: 'host-2', moves: [], stops: [stop] }] };
    expect(says(approveHost, more)).toBe('ask approve: Upgrade host-2?');
    expect(asked(approveHost, more).saw).toContain(
      'gpu-1 will be stopped (a GPU) and started when host-2 is back; down at most 90 minutes.',
    );
  });
  test('another approved destination for an approved VM is not', () => {
    const move = (to: string) => [
      { host: 'host-2', moves: [{ vm: 'a', to, candidates: ['host-1', 'host-3'], memoryMib: 1 }], stops: [] },
    ];
    const yes = answered(approveHost, { ...wish, placement: move('host-1') });
    expect(says(approveHost, { ...yes, placement: move('host-3') })).toBe('done: approved by Bob');
  });
  test('nothing is asked while something blocks, whoever approved before', () => {
    const yes = answered(approveHost, wish);
    expect(says(approveHost, { ...yes, now: { ...facts, blocks: ['pool-a: HA is on again.'] } })).toBe(
      'stop: BLOCKED_NOW',
    );
  });
});

test('recheck-host goes on unless something blocks', () => {
  expect(says(recheckHost, { args: HOST, now: { ...facts, warns: ['x: y'] } })).toBe(
    'done: nothing blocks host-2, 1 warning',
  );
  expect(says(recheckHost, { args: HOST, now: { ...facts, blocks: ['host-3: it is not live.'] } })).toBe(
    'stop: BLOCKED_NOW',
  );
});

describe('a host that somebody else has upgraded since the plan was made', () => {
  const upgraded = { args: { ...HOST, from: '6.5.0' }, now: { ...facts, version: '7.1.2', revision: {} } };
  test.each([recheckHost, confirmApproval])('is not begun, whatever was planned for it', (step) => {
    expect(says(step, upgraded)).toBe('stop: UPGRADED_BY_OTHERS');
    expect(says(step, { ...upgraded, now: { ...facts, version: '6.5.0' } })).not.toContain('UPGRADED');
  });
  test('and one that could not be read is not taken for one', () => {
    expect(says(recheckHost, { ...upgraded, now: { ...facts, version: '' } })).toBe(
      'done: nothing blocks host-2',
    );
  });
});

test.each([recheckHost, confirmApproval])(
  'a host with another role than the planned one is not begun',
  (step) => {
    const became = { args: HOST, now: { ...facts, master: 'host-2', revision: {} } };
    expect(says(step, became)).toBe('stop: MASTER_MOVED');
    expect(says(step, { args: MASTER, now: { ...facts, master: 'host-3' } })).toBe('stop: MASTER_MOVED');
    expect(says(step, { args: HOST, now: { ...facts, master: '' } })).not.toContain('MASTER_MOVED');
  },
);

describe('confirm-approval', () => {
  const wish = { args: HOST, now: facts };
  const digest = asked(confirmApproval, wish).digest;
  const earlier = { 'approve-host': { result: { digest } } };
  test('goes on when what was approved is what is true', () => {
    expect(
      says(confirmApproval, {
        ...wish,
        earlier: { 'approve-host': { result: { digest: digestWith(earlier) } } },
      }),
    ).toBe('done: unchanged since the approval');
  });
  test('asks anew when it is not, and takes that answer', () => {
    const changed = { ...wish, earlier: { 'approve-host': { result: { digest: 'another' } } } };
    expect(says(confirmApproval, changed)).toBe(
      'ask approve: What was approved for host-2 has changed. Upgrade it all the same?',
    );
    expect(says(confirmApproval, answered(confirmApproval, changed))).toBe(
      'done: the change was approved by Bob',
    );
  });
  test('stops when something blocks, approved or not', () => {
    expect(says(confirmApproval, { ...wish, earlier, now: { ...facts, blocks: ['x'] } })).toBe(
      'stop: BLOCKED_NOW',
    );
  });

  /** The section, of which the digest is made, holds the earlier line too. */
  function digestWith(lines: NonNullable<EvidenceWish['earlier']>): string {
    return asked(confirmApproval, {
      ...wish,
      earlier: { ...lines, 'approve-host': { result: { digest: 'none' } } },
    }).digest;
  }
});

describe('trust-host', () => {
  const pinned = { pinnedTls: 'AA', pinnedSsh: 'S1' };
  const same = { ...pinned, tls: 'AA', ssh: 'S1' };
  test.each([
    ['both are the pinned ones', same, 'done: both are the pinned ones'],
    ['no certificate shown', pinned, 'wait: host-2 does not show its certificate yet'],
    ['no SSH key shown', { ...pinned, tls: 'AA' }, 'wait: host-2 does not show its SSH host key yet'],
    [
      'another certificate',
      { ...same, tls: 'BB' },
      'ask accept-key: host-2 came back with another certificate. Are they its own?',
    ],
    [
      'another SSH key',
      { ...same, ssh: 'S2' },
      'ask accept-key: host-2 came back with another SSH host key. Are they its own?',
    ],
  ])('%s', (_sentence, now, expected) => {
    expect(says(trustHost, { args: HOST, now })).toBe(expected);
  });
  test('an approver accepts exactly what was shown, for that host only', () => {
    const ask = asked(trustHost, { args: HOST, now: { ...same, tls: 'BB', ssh: 'S2' } });
    expect(ask).toMatchObject({ notTheRequester: true, key: { hostUuid: 'uuid-2', tls: 'BB', ssh: 'S2' } });
    expect(ask.saw).toContain('TLS certificate: pinned AA, now BB.');
    expect(asked(trustHost, { args: HOST, now: { ...same, tls: 'CC', ssh: 'S2' } }).digest).not.toBe(
      ask.digest,
    );
    expect(asked(trustHost, { args: HOST, now: { ...same, tls: 'BB' } }).key).toEqual({
      hostUuid: 'uuid-2',
      tls: 'BB',
    });
  });
});

describe('verify-agent', () => {
  const args = { ...HOST, srs: [{ uuid: 'sr-1', name: 'nfs' }] };
  const agent = { scriptsAt: 300, heartbeatRunning: true, heartbeatSrs: ['sr-1'] };
  const whole = { state: 'Up', tag: 'vmops-version-4.11', bootTime: 200, agent };
  test.each([
    ['all there', {}, /^done: tag vmops-version-4\.11, scripts of /],
    ['not Up', { state: 'Connecting' }, 'wait: CloudStack has host-2 as Connecting'],
    ['no tag', { tag: undefined }, 'act: reconnect host-2 in CloudStack'],
    [
      'scripts as old as the boot',
      { agent: { ...agent, scriptsAt: 200 } },
      'act: reconnect host-2 in CloudStack',
    ],
    ['no heartbeat', { agent: { ...agent, heartbeatRunning: false } }, 'act: reconnect host-2 in CloudStack'],
    [
      'an SR not in the heartbeat',
      { agent: { ...agent, heartbeatSrs: [] } },
      'act: reconnect host-2 in CloudStack',
    ],
    ['no SSH: a person confirms', { agent: undefined }, /^ask confirm: SSH to host-2 is not configured/],
  ])('%s', (_sentence, change, expected) => {
    expect(says(verifyAgent, { args, now: JSON.parse(JSON.stringify({ ...whole, ...change })) })).toMatch(
      expected,
    );
  });
  test('the person’s answer is bound to this boot', () => {
    const wish = { args, now: { state: 'Up', tag: 'vmops-version-4.11', bootTime: 200 } };
    const yes = answered(verifyAgent, wish, 'confirm');
    expect(says(verifyAgent, yes)).toBe('done: the tag is there; scripts and heartbeat confirmed by Bob');
    expect(says(verifyAgent, { ...yes, now: { ...wish.now, bootTime: 900 } })).toMatch(/^ask confirm/);
  });
});

test('by-hand: whoever did it may confirm it, and other work is another question', () => {
  const wish = {
    args: { title: 'Stop the services', doThis: ['systemctl stop cloudstack-usage'] },
    now: null,
  };
  expect(asked(byHand, wish)).toMatchObject({
    kind: 'confirm',
    notTheRequester: false,
    saw: ['systemctl stop cloudstack-usage'],
  });
  const yes = answered(byHand, wish, 'confirm');
  expect(says(byHand, yes)).toBe('done: done by hand, confirmed by Bob');
  expect(says(byHand, { ...yes, args: { ...wish.args, doThis: ['other'] } })).toMatch(/^ask confirm/);
});
