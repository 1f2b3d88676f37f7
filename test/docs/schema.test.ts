/** docs/schema says what `--json` prints: the files are made from the shapes, and real documents are read with them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { helpAbout } from '../../commands';
import { planAnswer } from '../../src/domain/answers';
import type { CommandAnswer } from '../../src/domain/command-answers';
import { Rejected, Unreachable } from '../../src/domain/errors';
import { problems } from '../../src/domain/problems';
import { documentOf, errorDocument } from '../../src/cli/document';
import { failureOf } from '../../src/cli/exit';
import { makePlan } from '../../src/engine/planner';
import { rollingUpgrade } from '../../src/procedures/rolling-upgrade';
import { briefOf, planDifference } from '../../src/domain/plan-difference';
import { planOf } from '../support/plans';
import { healthyPool, vmOf, withHost, withVms } from '../support/snapshots';
import { worldOf, type WorldWish } from '../support/world-of';
import { shapes } from './document-shapes';

const FOLDER = join(__dirname, '../../docs/schema');
const names = Object.keys(shapes) as (keyof typeof shapes)[];

const schemaText = (name: keyof typeof shapes): string =>
  `${JSON.stringify({ title: name, ...z.toJSONSchema(shapes[name]) }, null, 2)}\n`;

test('there is one file a document and none besides', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(names.map((name) => `${name}.json`).toSorted());
});

test.each(names)('docs/schema/%s.json is what the document is; UPDATE_SCHEMA=1 writes it anew', (name) => {
  const file = join(FOLDER, `${name}.json`);
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, schemaText(name));

  expect(readFileSync(file, 'utf8')).toBe(schemaText(name));
});

describe('real documents', () => {
  const odd = withVms(
    healthyPool({ wlb: { on: true, url: '10.0.0.5:8012' } }),
    vmOf('i-2-13-VM', 'host-1', { tools: false, cloudstack: null }),
    vmOf('i-2-14-VM', 'host-2', { cd: { sr: 'sr-iso', name: 'debian.iso', byCloudStack: true } }),
  );

  test.each([
    ['a healthy pool', healthyPool(), {}],
    ['a pool with oddities', odd, {}],
    ['a blocked pool', withHost(healthyPool(), 'host-2', { live: false }), {}],
    ['nothing optional configured', healthyPool(), { without: ['database', 'dom0', 'managementServers'] }],
    [
      'CloudStack dead',
      healthyPool(),
      { dead: ['cloudStack.version', 'cloudStack.hosts', 'cloudStack.vms'] },
    ],
  ] satisfies readonly [string, ReturnType<typeof healthyPool>, WorldWish][])(
    'plan: %s',
    async (_name, pool, wish) => {
      const by = { id: 'UANN', name: 'Ann' };
      const plan = await makePlan({
        world: worldOf(pool, wish),
        procedure: rollingUpgrade,
        target: '7.1.2',
        by,
        at: 0,
        owed: [],
      });

      const printed: unknown = JSON.parse(JSON.stringify(documentOf({ about: 'plan', plan })));

      expect(shapes.plan.parse(printed)).toEqual(JSON.parse(JSON.stringify(planAnswer(plan))));
    },
  );

  test('plan: hosts that install by themselves, and hotfixes without where their files are', () => {
    const file = 'https://mirror:secret@media.example/XS65E001.xsupdate';
    const artefact = {
      uuid: 'u-1',
      name: 'XS65E001',
      kind: 'hotfix',
      guidance: 'reboot',
      requires: [],
      file,
    } as const;
    const patching = {
      provider: 'pool_patch',
      asked: ['XS65E001'],
      artefacts: [artefact],
      solution: 2,
      moveBack: true,
      hosts: { 'host-1': { missing: ['XS65E001'], expect: ['reboot'] } },
      superseded: [],
    } as const;
    const automatic = { url: 'http://media.example/7.1.2', byHand: ['host-2'] };
    const plan = planOf('plan-3', { patching, automatic });

    const printed: unknown = JSON.parse(JSON.stringify(documentOf({ about: 'plan', plan })));

    expect(shapes.plan.parse(printed)).toMatchObject({ automatic, patching: { asked: ['XS65E001'] } });
    expect(JSON.stringify(printed)).not.toContain('secret');
  });

  const before = planOf('plan-1');
  const after = planOf('plan-2', { verdict: 'go', findings: [], sections: [] });
  const run = { run: 'run-1', phase: 'running' as const };
  const owed = {
    id: 'ha-off:pool-a',
    what: 'ha-off' as const,
    on: 'pool-a',
    since: '2026-01-01T00:00:00.000Z',
    canBeGivenBack: false,
    why: 'HA only in a homogeneous pool',
  };

  test.each([
    ['run', { about: 'run', did: 'start', answer: run }],
    ['run', { about: 'run', did: 'pause', answer: run, effectAfter: 'Leave maintenance' }],
    ['run', { about: 'run', did: 'advance', answer: run, question: 'q1', says: 'yes' }],
    [
      'status',
      {
        about: 'status',
        status: {
          ...run,
          plan: 'plan-1',
          pool: 'pool-a',
          workLeft: { p50: 90, p90: 104.5 },
          lanes: [
            {
              state: 'waiting',
              since: owed.since,
              line: 'Drain host-1',
              host: 'host-1',
              waitingFor: '2 VMs',
            },
          ],
          questions: [{ id: 'q1', kind: 'approve', text: 'Upgrade?', saw: ['7 VMs'], mayAnswer: ['Bob'] }],
          owed: [owed],
          problems: [problems.sameVersion('host-1', '6.5.0', '7.1.2')],
        },
      },
    ],
    [
      'pools',
      {
        about: 'pools',
        pools: [{ pool: 'pool-a', target: '7.1.2', openRun: 'run-1', phase: 'held', roles: ['viewer'] }],
      },
    ],
    ['obligations', { about: 'obligations', pool: 'pool-a', owed: [owed] }],
    ['why', { about: 'why', plan: briefOf(before), blockers: [], again: 'pool-a' }],
    ['diff', { about: 'diff', difference: planDifference(before, after) }],
    ['help', helpAbout()],
  ] satisfies readonly [keyof typeof shapes, CommandAnswer][])('%s', (name, answer) => {
    const printed: unknown = JSON.parse(JSON.stringify(documentOf(answer)));

    expect(shapes[name].parse(printed)).toEqual(printed);
  });

  test.each([
    new Rejected(problems.runUnknown('run-9')),
    new Unreachable('XAPI on host-1', 'no answer'),
    new TypeError('x'),
  ])('error: %s', (error) => {
    const printed: unknown = JSON.parse(JSON.stringify(errorDocument(failureOf(error).problem)));

    expect(shapes.error.parse(printed)).toEqual(printed);
  });

  test('a key more or less is noticed', () => {
    expect(shapes.run.safeParse({ run: 'run-1', phase: 'running', colour: 'red' }).success).toBe(false);
    expect(shapes.run.safeParse({ run: 'run-1' }).success).toBe(false);
  });
});
