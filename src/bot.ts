/** The bot: what people type and press in Slack goes into the journal and rings the bell. It never touches a pool. */
import { runCommand } from '../commands/index';
import { compose } from './compose';
import type { Config } from './config';
import { serveHealth } from './health';
import type { Log } from './log';
import { runProcess } from './run-process';
import { slackApp } from './slack/app/index';

export interface Bot {
  stop(): Promise<void>;
}

/** Resolves when Slack delivers. Without Slack in the configuration it serves its health and nothing else. */
export async function startBot(config: () => Config, log: Log): Promise<Bot> {
  const composed = await compose(config, { trouble: (what, error) => log.error({ err: error }, what) });
  const { slack } = config();
  const app =
    slack &&
    slackApp({
      tokens: { bot: slack.botToken, app: slack.appToken },
      apiUrl: slack.apiUrl,
      operator: composed.operator,
      runCommand,
      log,
    });
  await app?.start();
  const health = await serveHealth(config().healthPorts.bot, {
    database: () => composed.journal.check(),
    bell: () => composed.bell.check(),
    ...(app && {
      Slack: async () => {
        if (!app.sockets().some((socket) => socket.connected)) throw new Error('no socket is connected');
      },
    }),
  });
  return {
    async stop() {
      await app?.stop();
      await health.close();
      await composed.close();
    },
  };
}

if (require.main === module) runProcess('bot', startBot);
