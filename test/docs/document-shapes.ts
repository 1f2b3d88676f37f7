/** The documents of `--json`, key by key; docs/schema is made from this and the documents are read with it. */
import { z } from 'zod';
import { snapshotShape } from '../../src/cli/snapshot-shape';
import type { PlanAnswer, StatusAnswer, WhatIfAnswer } from '../../src/domain/answers';
import type { CommandHelp, PoolAnswer } from '../../src/domain/command-answers';
import { WAYS_OUT } from '../../src/domain/ways-out';
import { QUESTION_KINDS } from '../../src/domain/decision';
import type { Finding } from '../../src/domain/finding';
import { OWED } from '../../src/domain/obligation';
import type { PatchWork } from '../../src/domain/patch-work';
import { ARTEFACT_KINDS, GUIDANCE, PATCH_PROVIDERS } from '../../src/domain/patching';
import { ROLES } from '../../src/domain/person';
import { PHASES } from '../../src/domain/phases';
import type { Placement } from '../../src/domain/plan';
import type { Problem } from '../../src/domain/problem';

const text = z.string();
const texts = z.array(text);
const mib = z.number().int().nonnegative().describe('MiB');
const time = z.iso.datetime().describe('ISO 8601, pool time');
const optionalText = text.exactOptional();

const problem = z.strictObject({
  code: text,
  what: text,
  why: text,
  doThis: texts,
  state: texts.describe('what was seen, where there is a choice').exactOptional(),
  ways: z.array(z.enum(WAYS_OUT)).exactOptional(),
}) satisfies z.ZodType<Problem>;

const finding = z.strictObject({
  check: text.describe('file name of the check'),
  severity: z.enum(['block', 'question', 'warn', 'note']),
  on: text.describe('pool, host or VM name'),
  what: text,
  evidence: texts,
  advice: texts,
  remedy: z.strictObject({ kind: text, args: z.json() }).exactOptional(),
  takenCareOf: z
    .strictObject({
      severity: z.enum(['block', 'question', 'warn', 'note']).describe('how grave it was'),
      line: text.describe('id of the line that puts it right'),
    })
    .describe('only where its remedy was chosen')
    .exactOptional(),
}) satisfies z.ZodType<Finding>;

const count = z.number().int();
const minutes = z.strictObject({ p50: z.number(), p90: z.number() });
const share = z.number().min(0).describe('share of its memory in use, 0 to 1');
const placement = z.strictObject({
  order: texts.describe('hosts, first to last'),
  hosts: z.array(
    z.strictObject({
      host: text,
      moves: z.array(
        z.strictObject({
          vm: text,
          to: text,
          candidates: texts.describe('approved destinations, best first'),
          memoryMib: mib,
          why: optionalText,
        }),
      ),
      stops: z.array(
        z.strictObject({
          vm: text,
          owner: optionalText.describe('whose it is, in words'),
          why: text,
          startOn: texts.describe('empty: it waits for its own host'),
          downMinutes: z.number(),
        }),
      ),
      away: z
        .strictObject({
          fullest: z.strictObject({ host: text, used: share }),
          coverMib: mib.describe('MiB free on upgraded hosts'),
        })
        .exactOptional(),
      minutes: minutes.exactOptional(),
      expected: z
        .strictObject({ begin: z.number(), empty: z.number(), down: z.number(), back: z.number() })
        .describe('minutes after the first host begins, at the usual pace')
        .exactOptional(),
    }),
  ),
  turns: z
    .array(
      z.strictObject({
        host: text,
        afterBack: texts.describe('back at work before this one is asked about and drained'),
        afterEmpty: texts.describe('empty before this one is asked about and drained'),
        downAfterBack: texts.describe('back at work before this one enters maintenance'),
      }),
    )
    .describe('where hosts overlap, in the order of order; absent: one after the other')
    .exactOptional(),
  maxDown: count.describe('hosts that may be away together; absent: one').exactOptional(),
  misfits: texts.describe('empty where it fits'),
  crowded: texts.exactOptional(),
  answer: z.enum(['fits', 'cannot', 'not-found']).exactOptional(),
  proof: z
    .strictObject({
      kind: z.enum(['one-vm', 'sum', 'big-ones', 'all-tried']),
      host: text,
      vms: texts,
      onto: texts.describe('hosts that may take them'),
      neededMib: z.number(),
      roomMib: z.number(),
      says: text,
    })
    .describe('only where the answer is cannot')
    .exactOptional(),
  waysOut: texts.exactOptional(),
  figures: z
    .strictObject({
      moves: count,
      leastMoves: count,
      movedMib: z.number(),
      leastMib: z.number(),
      stops: count,
      peak: share,
      leastPeak: share,
      minutes,
      leastMinutes: z.number().describe('of p50, what no order of hosts can go below').exactOptional(),
    })
    .exactOptional(),
}) satisfies z.ZodType<Placement>;

const guidance = z.enum(GUIDANCE);
const patching = z.strictObject({
  provider: z.enum(PATCH_PROVIDERS),
  asked: z.union([texts, z.enum(['all', 'latest'])]).describe('what the plan was asked for'),
  artefacts: z
    .array(
      z.strictObject({
        uuid: text,
        name: text,
        kind: z.enum(ARTEFACT_KINDS),
        guidance,
        requires: texts,
        sha256: optionalText,
        bytes: z.int().positive().exactOptional(),
      }),
    )
    .describe('in the order in which they are applied'),
  hash: text.describe('of what the repositories had').exactOptional(),
  solution: z.union([z.literal(1), z.literal(2)]),
  moveBack: z.boolean(),
  hosts: z
    .record(
      text,
      z.strictObject({
        missing: texts,
        expect: z.array(guidance),
        live: z.literal(true).describe('it stays in service').exactOptional(),
      }),
    )
    .describe('by name; hosts that lack nothing are not there'),
  superseded: z.array(z.strictObject({ hotfix: text, by: text })).describe('never applied'),
}) satisfies z.ZodType<PatchWork>;

const plan = z.strictObject({
  v: z.literal(1),
  plan: text.describe('id, for start'),
  digest: text,
  pool: text,
  procedure: text,
  target: text,
  verdict: z.enum(['go', 'blocked']),
  findings: z.array(finding),
  remedies: texts.describe('checks whose remedies were chosen').exactOptional(),
  automatic: z
    .strictObject({ url: text, byHand: texts, repartition: texts.exactOptional() })
    .describe('hosts install by themselves')
    .exactOptional(),
  patching: patching.describe('only where patches are applied').exactOptional(),
  sections: z.array(
    z.strictObject({
      host: optionalText,
      lines: z.array(z.strictObject({ id: text, kind: text, title: text })),
    }),
  ),
  placement,
  hotfixes: z
    .strictObject({
      names: texts.describe('what some host has'),
      hosts: z.array(
        z.strictObject({
          host: text,
          version: text,
          has: texts,
          lacks: texts.describe('what another host of its version has'),
        }),
      ),
    })
    .describe('host × hotfix, the master first'),
  snapshot: snapshotShape,
}) satisfies z.ZodType<PlanAnswer>;

const planBrief = {
  plan: text,
  digest: text,
  pool: text,
  procedure: text,
  target: text,
  verdict: z.enum(['go', 'blocked']),
  madeAt: time,
};
const lineBrief = z.strictObject({ id: text, title: text });

const phase = z.enum(PHASES);
const owed = z.strictObject({
  id: text,
  what: z.enum(OWED),
  on: text,
  since: time,
  canBeGivenBack: z.boolean(),
  why: optionalText,
});

const status = z.strictObject({
  run: text,
  plan: text,
  pool: text,
  phase,
  workLeft: minutes
    .describe('minutes, without the time that people take; only while it runs')
    .exactOptional(),

  lanes: z.array(
    z.strictObject({
      host: optionalText,
      line: optionalText,
      state: text,
      since: time,
      waitingFor: optionalText,
    }),
  ),
  questions: z.array(
    z.strictObject({
      id: text,
      kind: z.enum(QUESTION_KINDS),
      host: optionalText,
      text,
      saw: texts,
      mayAnswer: texts,
      ways: z.array(z.enum(WAYS_OUT)).describe('for advance --way').exactOptional(),
    }),
  ),
  owed: z.array(owed),
  problems: z.array(problem),
}) satisfies z.ZodType<StatusAnswer>;

const pool = z.strictObject({
  pool: text,
  target: optionalText,
  openRun: optionalText,
  phase: phase.exactOptional(),
  roles: z.array(z.enum(ROLES)),
}) satisfies z.ZodType<PoolAnswer>;

const command = z.strictObject({
  name: text,
  usage: texts,
  summary: text,
  roles: z.array(z.enum(ROLES)),
}) satisfies z.ZodType<CommandHelp>;

/** File name under docs/schema → the shape of the document, with the commands that print it. */
export const shapes = {
  plan: plan.describe('xsupgrade plan POOL --json'),
  why: z
    .strictObject({ v: z.literal(1), ...planBrief, blockers: z.array(finding) })
    .describe('xsupgrade why POOL --json'),
  diff: z
    .strictObject({
      v: z.literal(1),
      before: z.strictObject(planBrief),
      after: z.strictObject(planBrief),
      findings: z.strictObject({ came: z.array(finding), went: z.array(finding) }),
      lines: z.strictObject({ came: z.array(lineBrief), went: z.array(lineBrief) }),
      vms: texts,
      hosts: texts,
    })
    .describe('xsupgrade diff PLAN PLAN --json'),
  read: z
    .strictObject({ v: z.literal(1), run: text, name: text, content: text })
    .describe('xsupgrade read RUN --json'),
  run: z
    .strictObject({ run: text, phase, question: text.describe('only after advance').exactOptional() })
    .describe('xsupgrade start, pause, resume, advance, abort, obligations --give-back, with --json'),
  status: status.describe('xsupgrade status RUN --json'),
  pools: z.strictObject({ v: z.literal(1), pools: z.array(pool) }).describe('xsupgrade pools --json'),
  obligations: z
    .strictObject({ pool: text, owed: z.array(owed) })
    .describe('xsupgrade obligations POOL --json'),
  help: z.strictObject({ v: z.literal(1), commands: z.array(command) }).describe('xsupgrade help --json'),
  migrate: z.strictObject({ migrated: texts }).describe('xsupgrade migrate --json'),
  'what-if': z
    .strictObject({ v: z.literal(1), pool: text, target: text, placement })
    .describe('xsupgrade plan --snapshot FILE --to VERSION --json') satisfies z.ZodType<WhatIfAnswer>,
  version: z.strictObject({ version: text }).describe('xsupgrade version --json'),
  error: z
    .strictObject({ error: problem })
    .describe(
      'any command with --json that exits with 1 (refused), 2 (usage) or 3 (unreachable, configuration invalid)',
    ),
} as const satisfies Record<string, z.ZodType>;
