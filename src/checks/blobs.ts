/** Files of messages that a host keeps, whatever XAPI still counts: the installer copies them at 72 % (seeds 003, 004). */
import { defineCheck, found } from './check';
import { stillToUpgrade } from './host-by-host';

/** As for XAPI's own count: half of the 10,000 that it keeps at most. */
const MANY = 5000;
/** Files that the installer copies in a minute at its slowest: an hour for 10,000 (seed 003). */
const A_MINUTE = 170;
/** Messages and the links to them (seed 003). What lies beside it, RRDs among it, is no message. */
const DIRECTORY = '/var/lib/xcp/blobs/messages';

export const blobs = defineCheck({
  name: 'blobs',
  summary: `Every host keeps fewer than ${MANY} files under ${DIRECTORY}, those that XAPI counts left out.`,
  source: 'seeds 003 and 004, xapi §9.3',
  look: (pool, target) =>
    stillToUpgrade(pool, target).flatMap(({ name, uuid, dom0: { blobs: files = 0 } }) => {
      // the master's are XAPI's own messages, and a finding of their own
      const counted = name === pool.master ? (pool.traits?.messages ?? 0) : 0;
      if (files - counted < MANY) return [];
      const minutes = Math.ceil(files / A_MINUTE);
      return [
        {
          ...found(
            'warn',
            name,
            `${name} keeps ${files} message files: the installer may stand at 72 % for up to ${minutes} minutes.`,
            [
              `find ${DIRECTORY} -type f`,
              `XAPI counts ${pool.traits?.messages ?? 'an unknown number of'} messages`,
            ],
            'Most are left from a time when this host was master; nobody reads them any more.',
            'Or wait: an installer that stands at 72 % is not dead; its log is /tmp/install-log (ALT+F2).',
          ),
          remedy: {
            kind: 'by-hand-seen',
            args: {
              title: `Remove old message files from ${name}`,
              doThis: [
                `On ${name}, messages only, nothing beside them: find ${DIRECTORY} -type f -mtime +30 -delete`,
                `On ${name}, the links to them: find -L ${DIRECTORY} -type l -delete`,
              ],
              until: { see: 'dom0-clean', uuid, of: 'message-files', fewer: counted + MANY },
            },
          },
        },
      ];
    }),
});
