/**
 * `cloud` and `cloud_usage` in one mysqldump, the management configuration with its key beside it. Counted only after
 * the verifier has passed it and it has its final name (cs §11.4).
 */
import { act, done, stop, wait } from '../domain/decision';
import { Unreachable } from '../domain/errors';
import { problems } from '../domain/problems';
import type { BackupSeen } from '../ports';
import { defineStep } from './step';
import { hours, minutes } from './sight';

/** `name` is unique to the plan; each try after a person's word takes a name of its own. */
type Args = { readonly name: string };
type Seen = {
  readonly name: string;
  readonly state: BackupSeen['state'];
  readonly path?: string;
  readonly server?: string;
  readonly bytes?: number;
  readonly sha256?: string;
  readonly facts: readonly string[];
  readonly problems: readonly string[];
};

const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

export const backUpDatabases = defineStep<Args, Seen>({
  kind: 'back-up-databases',
  v: 1,
  title: () => 'Back up the databases cloud and cloud_usage and the management configuration with its key',
  settleSeconds: 1020,
  callTimeoutSeconds: 960, // the verifier reads and hashes the whole dump: 900 s for tens of GB (adapters/backup)
  farDelaySeconds: 30,
  maxActs: 2,
  long: true,
  patience: { softSeconds: minutes(30), hardSeconds: hours(3) },
  observe: async ({ managementServers }, { name }, { line }) => {
    if (!managementServers) throw new Unreachable('The management servers', 'SSH is not configured');
    const attempt = `${name}-${line.retries + 1}`;
    return { name: attempt, ...(await managementServers.backup(attempt)) };
  },
  decide: ({ now }) => {
    switch (now.state) {
      case 'verified':
        return done(
          `verified: ${now.path} on ${now.server}, ${mib(now.bytes ?? 0)}, sha256 ${now.sha256?.slice(0, 12)}…`,
          now,
        );
      case 'running':
        return wait('mysqldump is running');
      case 'failed':
        return stop(problems.backupFailed(now.problems));
      case 'unverified':
        return act('the dump is there and not yet verified', {
          subject: `verify ${now.name}`,
          what: `verify the backup ${now.name}`,
          args: { verify: now.name },
        });
      case 'absent':
        return act('there is no dump yet', {
          subject: now.name,
          what: `back up the databases as ${now.name}`,
          args: { backUp: now.name },
        });
    }
  },
  act: async ({ managementServers }, { args }) => {
    const wish = args as { backUp?: string; verify?: string };
    if (wish.backUp !== undefined) await managementServers?.backUp(wish.backUp);
    if (wish.verify !== undefined) await managementServers?.verifyBackup(wish.verify);
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the dump is not finished and verified'),
});
