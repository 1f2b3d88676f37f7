/** What is answered to people who ask for something that cannot be done as asked. */
import { problem, type Problem } from './problem';

/** `request`: what follows `plan` in the command that leads to such a plan (domain/aim.ts). */
export const asked = {
  notAllowed: (person: string, what: string, pool: string, needs: string, who: readonly string[]): Problem =>
    problem(
      'NOT_ALLOWED',
      `${person} may not ${what} on ${pool}.`,
      `That needs one of these roles: ${needs}.`,
      who.length > 0
        ? `Ask one of those who have it: ${who.join(', ')}; or an admin to change pools.yaml.`
        : 'Nobody has it: ask an admin to change pools.yaml.',
    ),
  noSuchWay: (question: string, way: string, ways: readonly string[]): Problem =>
    problem(
      'NO_SUCH_WAY',
      `Question ${question} does not offer ${way}.`,
      ways.length > 0 ? `It offers: ${ways.join(', ')}.` : 'It is answered with yes or no.',
      'Look at it: xsupgrade status RUN',
    ),
  rolesUnknown: (person: string, pool: string, why: string): Problem =>
    problem(
      'ROLES_UNKNOWN',
      `It is not known what ${person} may do on ${pool}.`,
      `${why}.`,
      'Try again in a minute; people named in pools.yaml need no Slack group.',
    ),
  poolUnknown: (pool: string, known: readonly string[]): Problem =>
    problem(
      'POOL_UNKNOWN',
      `There is no pool ${pool}.`,
      `pools.yaml names: ${known.join(', ') || 'none'}.`,
      'Use one of these names, or add the pool to pools.yaml.',
    ),
  planUnknown: (plan: string): Problem =>
    problem(
      'PLAN_UNKNOWN',
      `There is no plan ${plan}.`,
      'Plans are kept for ever; the id must be wrong.',
      'Make a plan: xsupgrade plan POOL',
    ),
  planBlocked: (plan: string, pool: string, blocks: readonly string[], request: string): Problem =>
    problem(
      'PLAN_BLOCKED',
      `Plan ${plan} of ${pool} is blocked and cannot be started.`,
      blocks.join(' '),
      `Remove what blocks, then make a new plan: xsupgrade plan ${request}`,
    ),
  planStale: (plan: string, hours: number, request: string): Problem =>
    problem(
      'PLAN_STALE',
      `Plan ${plan} is ${hours} hours old.`,
      'A pool changes in a day; what was shown is no longer what is.',
      `Make a new plan: xsupgrade plan ${request}`,
    ),
  planOvertaken: (plan: string, pool: string, request: string): Problem =>
    problem(
      'PLAN_OVERTAKEN',
      `Plan ${plan} was made before another run of ${pool}.`,
      'That run has changed the pool since.',
      `Make a new plan: xsupgrade plan ${request}`,
    ),
  noPlan: (pool: string): Problem =>
    problem(
      'NO_PLAN',
      `No plan has been made for ${pool}.`,
      'What blocks a pool is known from a plan.',
      `Make a plan: xsupgrade plan ${pool}`,
    ),
  noRun: (pool: string): Problem =>
    problem(
      'NO_RUN',
      `${pool} has had no run.`,
      'Nothing has been started on it.',
      `Make a plan: xsupgrade plan ${pool}`,
    ),
  runOver: (run: string, phase: string): Problem =>
    problem(
      'RUN_OVER',
      `Run ${run} is ${phase}.`,
      'A run that has ended does not move any more.',
      'Make a new plan if there is more to do.',
    ),
  reasonNeeded: (what: string): Problem =>
    problem(
      'REASON_NEEDED',
      `${what} needs a reason.`,
      'People who come later read it.',
      'Say it again with --reason TEXT',
    ),
  alreadyAnswered: (question: string, by: string, at: string, says: string): Problem =>
    problem(
      'ALREADY_ANSWERED',
      `${by} has answered ${question} already: ${says}, at ${at.slice(0, 16).replace('T', ' ')} UTC.`,
      'The first answer counts.',
      'Nothing is left to do here.',
    ),
  questionGone: (question: string, why: string): Problem =>
    problem(
      'QUESTION_GONE',
      `${question} is not asked now.`,
      why,
      'Look at the thread for what is asked now.',
    ),
  noQuestion: (run: string): Problem =>
    problem(
      'NO_QUESTION',
      `Run ${run} asks nothing now.`,
      'It is working, or it has ended.',
      `See what it does: xsupgrade status ${run}`,
    ),
  whichQuestion: (run: string, ids: readonly string[]): Problem =>
    problem(
      'WHICH_QUESTION',
      `Run ${run} asks more than one thing.`,
      `Open: ${ids.join(', ')}.`,
      `Say which: xsupgrade advance ${run} --question ${ids[0] ?? 'ID'}`,
    ),
  selfApproval: (person: string, pool: string): Problem =>
    problem(
      'SELF_APPROVAL',
      `${person} made or started this run and may not approve it.`,
      `${pool} asks for a second person.`,
      'Ask another approver.',
    ),
  obligationUnknown: (id: string, pool: string): Problem =>
    problem(
      'OBLIGATION_UNKNOWN',
      `${pool} is not owed ${id}.`,
      'It has been given back or taken over, or the id is wrong.',
      `See what is owed: xsupgrade obligations ${pool}`,
    ),
  notYetGivenBack: (id: string, why: string): Problem =>
    problem(
      'NOT_YET',
      `${id} cannot be given back yet.`,
      why,
      'Finish the pool first, or take it over with a reason.',
    ),
  runUnknown: (run: string): Problem =>
    problem(
      'RUN_UNKNOWN',
      `There is no run ${run}.`,
      'The journal has no such run.',
      'List pools and their runs: xsupgrade pools',
    ),
  unknownCommand: (word: string, known: readonly string[]): Problem =>
    problem(
      'UNKNOWN_COMMAND',
      `There is no command ${word}.`,
      `The commands are: ${known.join(', ')}.`,
      'Read what each of them does: xsupgrade help',
    ),
  usage: (command: string, what: string, usage: readonly string[]): Problem =>
    problem(
      'USAGE',
      `${command}: ${what}`,
      'The command is written as below; nothing was done.',
      ...usage.map((line) => `Say: ${line}`),
    ),
  unreachable: (source: string, why: string): Problem =>
    problem(
      'UNREACHABLE',
      `${source} does not answer.`,
      `${why}.`,
      'Check that it runs, and its address in the configuration; then run the command again.',
    ),
  unexpected: (why: string): Problem =>
    problem(
      'UNEXPECTED',
      'Something happened that this program does not understand.',
      why,
      'Look with status at what was done; report this with the command that was run.',
    ),
  poolUnread: (pool: string, why: string): Problem =>
    problem(
      'POOL_UNREAD',
      `${pool} could not be read, so there is nothing to plan with.`,
      why,
      `Check in pools.yaml the addresses and pins of ${pool}, and its user and password in the environment.`,
      'Then ask for the plan again.',
    ),
  noTarget: (pool: string): Problem =>
    problem(
      'NO_TARGET',
      `No version was named for ${pool}, and pools.yaml has no target for it.`,
      'A plan is made for one exact version.',
      `Say: xsupgrade plan ${pool} --to VERSION`,
      `Or set target: under ${pool} in pools.yaml.`,
    ),
  hostUnknown: (host: string, pool: string, hosts: readonly string[]): Problem =>
    problem(
      'HOST_UNKNOWN',
      `${pool} has no host ${host}.`,
      `Its hosts are: ${hosts.join(', ')}.`,
      `Name some of these, behind --hosts (--reboot) or --by-hand (--automatic URL).`,
    ),
  noRemedy: (check: string, pool: string, offered: readonly string[]): Problem =>
    problem(
      'NO_REMEDY',
      `Nothing that ${check} found in ${pool} can be put right by a line of the plan.`,
      offered.length === 0 ? 'No remedy is offered now.' : `Remedies are offered for: ${offered.join(', ')}.`,
      `Make the plan without it: xsupgrade plan ${pool}`,
      'Its findings say what a person does instead.',
    ),
  asOnlySimulated: (user: string): Problem =>
    problem(
      'AS_ONLY_SIMULATED',
      `--as ${user} is refused.`,
      'Acting as somebody else is possible only with the simulator’s configuration.',
      'Leave --as out: the person is the operating-system user, mapped under people: in pools.yaml.',
    ),
} as const;
