/** Old messages make the installer stand at 72 % (seeds 003, 004; xapi §9.3). */
import { defineCheck, found } from './check';

/** XAPI's own limit is 10,000; at half of it the backup step of the installer is felt (seed 003). */
const MANY = 5000;
/** Files that the installer copies in a minute, at its slowest: an hour for 10,000 (seed 003: five minutes to over an hour). */
const A_MINUTE = 170;

/** The newest that stay when the rest is removed: what anybody still looks at. */
const KEPT = 1000;

export const messageCount = defineCheck({
  name: 'message-count',
  summary: `XAPI keeps fewer than ${MANY} messages: they are copied one by one while the installer shows 72 %.`,
  source: 'seeds 003 and 004, xapi §9.3',
  look(pool) {
    const messages = pool.traits?.messages ?? 0;
    if (messages < MANY) return [];
    const minutes = Math.ceil(messages / A_MINUTE);
    return [
      {
        ...found(
          'warn',
          pool.name,
          `XAPI keeps ${messages} messages: the installer may stand at 72 % for up to ${minutes} minutes on ${pool.master}.`,
          [
            'message.get_all',
            `their files are under /var/lib/xcp/blobs/messages on ${pool.master}, the master`,
          ],
          `Remove what nobody reads any more, on ${pool.master}: xe message-list --minimal, then xe message-destroy uuid=… for each.`,
          'Or wait: an installer that stands at 72 % is not dead; its log is /tmp/install-log (ALT+F2).',
        ),
        remedy: { kind: 'destroy-messages', args: { pool: pool.name, keep: KEPT, most: MANY } },
      },
    ];
  },
});
