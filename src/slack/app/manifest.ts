/** The app as Slack installs it. deploy/slack-manifest.yaml is made from this and compared in a test. */
import { stringify } from 'yaml';

export const manifest = {
  display_information: {
    name: 'xsupgrade',
    description: 'Rolling upgrades of XenServer and XCP-ng pools that CloudStack manages',
    background_color: '#3b1740',
  },
  features: {
    bot_user: { display_name: 'xsupgrade', always_online: true },
    slash_commands: [
      {
        command: '/xsupgrade',
        description: 'Plan, start and watch the upgrade of a pool',
        usage_hint: 'help | plan POOL | start PLAN | status POOL',
        // people and channels arrive as ids, names do not
        should_escape: true,
      },
    ],
  },
  oauth_config: {
    scopes: {
      bot: [
        'app_mentions:read', // a command in a thread, where slash commands do not work
        'channels:history', // a post whose answer was lost is looked for
        'chat:write',
        'chat:write.public', // channels it was not invited to
        'commands',
        'files:write', // long plans and reports
        'groups:history', // the same in private channels
        'usergroups:read', // roles by user group; needs a paid plan, people by id work without
        'users:read', // names for the journal
      ],
    },
  },
  settings: {
    event_subscriptions: { bot_events: ['app_mention'] },
    interactivity: { is_enabled: true },
    org_deploy_enabled: false,
    socket_mode_enabled: true,
    token_rotation_enabled: false,
  },
} as const;

/** As it stands in deploy/slack-manifest.yaml. */
export const manifestYaml = (): string =>
  `# Made from src/slack/app/manifest.ts. Paste it at https://api.slack.com/apps → Create New App → From a manifest.\n# Then make an app-level token with connections:write for SLACK_APP_TOKEN.\n${stringify(manifest, { singleQuote: true })}`;
