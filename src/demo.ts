/** All of it on the simulator: `npm run demo` for a person with a browser, `--auto` for a whole story that judges itself. */
import { messageText } from './slack/view/transcript';
import { demoAsked, DEMO_USAGE, WrongAsk, type DemoAsked } from './demo/asked';
import { handsAtTheConsole, players, type Ending } from './demo/players';
import { openStage, type Stage } from './demo/stage';
import { storyTold } from './demo/story-told';
import { breaches, unpatched, type Truth } from './demo/verdict';
import { UnknownFault } from './sim/faults';

const EXIT = { done: 0, failed: 1, usage: 2 } as const;

async function main(): Promise<number> {
  const asked = demoAsked(process.argv.slice(2));
  const stage = await openStage(asked);
  stage.cloud.faults.add(asked.faults);
  return asked.auto ? judged(stage, asked) : watched(stage, asked);
}

/** A pool minute at the demo's own speed: long enough to read the line before the host goes down. Wall milliseconds. */
const WALK_TO_THE_CONSOLE_MS = 3_000;

/** Serves until somebody presses Ctrl-C. */
async function watched(stage: Stage, asked: DemoAsked): Promise<number> {
  const { speed, byHand, automatic, pair } = asked;
  const { announcement } = stage.served;
  const boot = `curl -s ${announcement.control.replace(/\/$/, '')}/world -d '[{"do":"boot-iso","pool":"pool-a","host":"host-1","version":"${pair.to}"}]'`;
  process.stdout.write(
    [
      `Open ${announcement.slack.page}`,
      '',
      `A pool of three ${pair.brand} ${pair.from} hosts, the CloudStack ${pair.cloudStack} that manages them and a Slack channel, all simulated; ${speed} pool seconds a second.`,
      `Type /xsupgrade ${storyTold(asked, 'pool-a').asks} and press Start. Then act as Bob (on the left) and approve: the run, then each host.`,
      byHand
        ? `When a host waits for its installer, boot it:\n  ${boot}`
        : automatic
          ? 'The hosts install by themselves.'
          : 'When a host waits for its installer, somebody at its console boots the ISO a few seconds later.',
      '',
      `A shell of your own: npx xsupgrade status pool-a --config ${stage.dir} --as Ann`,
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
  const say = (what: string): void => void process.stdout.write(`${what}\n`);
  const hands = handsAtTheConsole({ announcement, pool: announcement.pools[0]?.name ?? '', say });
  const look = setInterval(() => {
    const [channel] = stage.served.slack.view().channels;
    if (!byHand && !automatic) hands(channel?.messages ?? []).catch((error: unknown) => say(String(error)));
  }, WALK_TO_THE_CONSOLE_MS);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  clearInterval(look);
  await stage.close();
  return EXIT.done;
}

async function judged(stage: Stage, asked: DemoAsked): Promise<number> {
  const { speed } = asked;
  const { announcement } = stage.served;
  const pool = announcement.pools[0]?.name ?? '';
  const told = storyTold(asked, pool);
  const truth = async (): Promise<Truth> =>
    (await (await fetch(`${announcement.control.replace(/\/$/, '')}/truth`)).json()) as Truth;
  const say = (what: string): void => void process.stderr.write(`${what}\n`);
  say(`The channel: ${announcement.slack.page}`);
  try {
    const before = await truth();
    const ending = await players({ announcement, pool, speed, asks: told.asks, say }).play();
    const after = await truth();
    process.stdout.write(`${thread(stage)}\n`);
    const found = [
      ...unfinished(ending),
      ...breaches(before, after, told.version),
      ...(asked.procedure === 'hotfix' ? unpatched(after, stage.catalogue) : []),
    ];
    for (const one of found) say(`✗ ${one}`);
    if (found.length > 0) say(lastWords(stage.log()));
    else
      say(
        `✓ ${pool} ${told.ends}, with the partitions and the local storage it had; everything is given back, nothing forbidden was done.`,
      );
    return found.length === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await stage.close();
  }
}

const unfinished = (ending: Ending): readonly string[] =>
  ending.how === 'finished' ? [] : [`The run is ${ending.how}: ${ending.why}`];

/** The thread as it reads in Slack: the card, then its replies. */
function thread(stage: Stage): string {
  const [channel] = stage.served.slack.view().channels;
  return (channel?.messages ?? [])
    .map((message) => {
      const { text: fallback, blocks } = message;
      const text = messageText({ text: fallback, blocks } as unknown as Parameters<typeof messageText>[0]);
      return message.thread === undefined ? text : text.replace(/^/gm, '│ ');
    })
    .join('\n\n');
}

/** What the processes complained about last, for whoever looks into a failure. */
const lastWords = (log: string): string =>
  log
    .split('\n')
    .filter(
      (line) =>
        line.includes('"level":"error"') ||
        line.includes('"level":"warn"') ||
        (line !== '' && !line.startsWith('{')),
    )
    .slice(-10)
    .join('\n');

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const usage = error instanceof WrongAsk || error instanceof UnknownFault;
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\n${usage ? `${DEMO_USAGE}\n` : ''}`,
    );
    process.exit(usage ? EXIT.usage : EXIT.failed);
  },
);
