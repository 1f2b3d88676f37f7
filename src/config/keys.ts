/** Every variable of the environment and of .env, in one table; `.env.example` holds the same keys (a test compares). */

export interface Key {
  readonly says: string;
  readonly default?: string;
  /** Its value is kept out of logs. */
  readonly secret?: true;
}

export const KEYS = {
  XSUPGRADE_CONFIG: { says: 'Directory of pools.yaml and .env. --config DIR beats it.', default: '.' },
  XSUPGRADE_STATE_DIR: { says: 'Where the embedded database and the dumps are kept.', default: 'state' },
  XSUPGRADE_DATABASE_URL: { says: 'mysql://user:password@host:3306/database. Empty: SQLite.', secret: true },
  XSUPGRADE_REDIS_URL: { says: 'redis://host:6379/0 or unix:/path. Empty: the embedded bell.', secret: true },
  SLACK_BOT_TOKEN: { says: 'xoxb-…, from OAuth & Permissions. Empty: no Slack.', secret: true },
  SLACK_APP_TOKEN: { says: 'xapp-…, with connections:write, for Socket Mode.', secret: true },
  SLACK_SIGNING_SECRET: { says: 'From Basic Information.', secret: true },
  SLACK_API_URL: { says: 'Another one only with the simulator.', default: 'https://slack.com/api/' },
  PAGERDUTY_ROUTING_KEY: { says: 'Events API v2 integration key. Empty: nobody is paged.', secret: true },
  PAGERDUTY_URL: {
    says: 'https://events.eu.pagerduty.com in Europe.',
    default: 'https://events.pagerduty.com',
  },
  XAPI_PASSWORD: {
    says: 'Of the user that pools.yaml names, where it names no other variable.',
    secret: true,
  },
  CLOUDSTACK_API_KEY: { says: 'Of a root admin.', secret: true },
  CLOUDSTACK_SECRET_KEY: { says: 'Of the same root admin.', secret: true },
  CLOUDSTACK_DB_PASSWORD: { says: 'Of a user that may only read.', secret: true },
  MANAGEMENT_SSH_PASSWORD: { says: 'Of the login on the management servers.', secret: true },
  XSUPGRADE_CONTROL_URL: { says: 'Only with the simulator: its control address, for the clock.' },
  XSUPGRADE_HEALTH_PORT_BOT: {
    says: 'Port of /healthz and /readyz on loopback; 0: any free one.',
    default: '8787',
  },
  XSUPGRADE_HEALTH_PORT_WORKER: { says: 'The same for the worker.', default: '8788' },
  LOG_LEVEL: { says: 'trace, debug, info, warn, error or silent.', default: 'info' },
} as const satisfies Record<string, Key>;

export type KeyName = keyof typeof KEYS;
