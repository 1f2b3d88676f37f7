/** Two plans compared: what people would do differently, and nothing that merely counts or is named anew. */
import { isSame, planDifference } from '../../../src/domain/plan-difference';
import { differenceText, whyText } from '../../../src/cli/plan-text';
import { answerMessage } from '../../../src/slack/view/answer-message';
import { planOf } from '../../support/plans';
import { healthyPool, withHost } from '../../support/snapshots';

const first = planOf('plan-1');
const [line] = first.sections[0]!.lines;

test('the same plan made again does not differ: its own id in paths is no difference', () => {
  const difference = planDifference(first, planOf('plan-2'));

  expect(isSame(difference)).toBe(true);
  expect(differenceText(difference)).toContain('They say the same.');
});

test('a line that only moved down by one is the same line, and the new one is named', () => {
  const added = {
    ...line!,
    id: 'before-01-disable-ha',
    kind: 'disable-ha',
    title: 'Switch HA off',
    args: {},
  };
  const shifted = { ...line!, id: 'before-02-dump-database', args: { path: '/dumps/plan-2' } };
  const after = planOf('plan-2', {
    sections: [{ title: 'Before the first host', lane: 'pool', lines: [added, shifted] }],
  });

  expect(planDifference(first, after).lines).toEqual({
    came: [{ id: 'before-01-disable-ha', title: 'Switch HA off' }],
    went: [],
  });
  expect(planDifference(after, first).lines.went).toEqual([
    { id: 'before-01-disable-ha', title: 'Switch HA off' },
  ]);
});

test('a line twice is one line more', () => {
  const twice = planOf('plan-1', {
    sections: [{ title: 'Before the first host', lane: 'pool', lines: [line!, line!] }],
  });

  expect(planDifference(first, twice).lines.came).toHaveLength(1);
});

test('findings that came and went, VMs that go elsewhere, hosts that are otherwise', () => {
  const after = planOf('plan-2', {
    verdict: 'go',
    findings: first.findings.slice(1),
    placement: {
      order: ['host-1'],
      hosts: [
        {
          host: 'host-1',
          moves: [{ vm: 'i-2-10-VM', to: 'host-3', candidates: ['host-3'], memoryMib: 2048 }],
          stops: [{ vm: 'i-2-99-VM', why: 'has no tools', startOn: [], downMinutes: 90 }],
        },
      ],
      misfits: [],
    },
    snapshot: withHost(healthyPool(), 'host-2', { version: '7.1.2' }),
  });

  const difference = planDifference(first, after);

  expect(difference.findings.went.map(({ what }) => what)).toEqual(['host-2 is not ready.']);
  expect(difference.findings.came).toEqual([]);
  expect(difference.vms).toEqual([
    'i-2-10-VM on host-1’s turn: moved to host-2 → moved to host-3',
    'i-2-99-VM on host-1’s turn: not in the plan → stopped (has no tools)',
  ]);
  expect(difference.hosts).toEqual([
    'host-2: 6.5.0, 0 hotfixes, enabled, Up, Enabled, 2 VMs → 7.1.2, 0 hotfixes, enabled, Up, Enabled, 2 VMs',
  ]);
  const told = [differenceText(difference), answerMessage({ about: 'diff', difference }).text];
  for (const text of told) {
    expect(text).toContain('host-2 is not ready.');
    expect(text).toContain('moved to host-3');
  }
});

test('why names the blockers with what to do, and says so when there are none', () => {
  const plan = planDifference(first, planOf('plan-2')).before;
  const blockers = first.findings.slice(0, 1);

  expect(whyText({ about: 'why', plan, blockers, again: 'pool-a --to 7.1.2' })).toMatch(
    /1 finding blocks pool-a[\s\S]*host-2 is not ready[\s\S]*do: Find out who disabled it[\s\S]*xsupgrade plan pool-a --to 7\.1\.2$/,
  );
  expect(answerMessage({ about: 'why', plan, blockers, again: 'pool-a --to 7.1.2' }).text).toContain(
    'host-2 is not ready.',
  );
  expect(whyText({ about: 'why', plan, blockers: [], again: 'pool-a' })).toContain('Nothing blocks pool-a');
});
