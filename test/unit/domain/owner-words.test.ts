/** Whoever consents to a stop reads whose VM it is, in the plan, in both approvals and beside every finding of a VM. */
import { ownerOf } from '../../../src/domain/owner-words';
import { story } from '../../support/story';
import { smallPool } from '../../support/small-pool';

const acme = { id: '1', displayName: 'web', account: 'acme', state: 'Running', haEnabled: false };

test.each([
  ['an account', 'guest', acme, 'acme'],
  ['an account in a domain', 'guest', { ...acme, domain: 'ROOT/eu' }, 'acme (domain ROOT/eu)'],
  ['a project', 'guest', { ...acme, account: 'project:web', domain: 'ROOT' }, 'project web (domain ROOT)'],
  ['a system VM', 'ssvm', { ...acme, account: 'system' }, 'CloudStack itself'],
  ['a VM that CloudStack does not know', 'guest', undefined, 'nobody whom CloudStack knows'],
] as const)('%s', (_what, kind, cloudstack, words) => {
  expect(ownerOf({ kind, ...(cloudstack && { cloudstack }) })).toBe(words);
});

test('a VM that is to be stopped is named with its owner wherever people consent', async () => {
  const vms = (smallPool.vms ?? []).map((vm) =>
    vm.name === 'i-2-10-VM' ? { ...vm, tools: false, cloudstack: { account: 'acme', domain: 'eu' } } : vm,
  );
  const it = story({ pools: [{ ...smallPool, vms }], answers: () => 'leave' });

  const plan = await it.plan();
  const id = await it.start(plan);
  const approval = async (line: string) =>
    (await it.play(id, { still: 600 })).questions
      .find((question) => question.line.endsWith(line))
      ?.ask.saw.join(' ');

  const finding = plan.findings.find(({ on, severity }) => on === 'i-2-10-VM' && severity === 'question');
  expect(finding?.evidence).toContain('owner: acme (domain eu)');
  expect(await approval('approve-run')).toMatch(/i-2-10-VM of acme \(domain eu\) cannot move/);
});
