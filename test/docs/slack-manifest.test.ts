/** The manifest that people paste into Slack is the one the code was written for. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '../../src/sim/slack/scopes';
import { manifest, manifestYaml } from '../../src/slack/app/manifest';

const FILE = join(__dirname, '../../deploy/slack-manifest.yaml');

test('deploy/slack-manifest.yaml is made from the code (UPDATE_MANIFEST=1 writes it)', () => {
  if (process.env['UPDATE_MANIFEST'] === '1') writeFileSync(FILE, manifestYaml());

  expect(readFileSync(FILE, 'utf8')).toBe(manifestYaml());
});

/** Methods of the Web API that are called and need a scope, by the table that the pretend workspace refuses by. */
const NEEDS = Object.fromEntries(
  [
    'chat.postMessage',
    'chat.update',
    'chat.postEphemeral',
    'conversations.history',
    'conversations.replies',
    'files.getUploadURLExternal',
    'files.completeUploadExternal',
    'usergroups.users.list',
    'users.info',
  ].map((method) => [method, SCOPES[method] ?? 'unknown']),
);

test('every method that is called has its scope, and no scope is asked for without need', () => {
  const source = ['src/slack/app', 'src/adapters/slack-web']
    .flatMap((directory) =>
      readdirSync(join(__dirname, '../..', directory)).map((file) =>
        join(__dirname, '../..', directory, file),
      ),
    )
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
    .replace(/\s+/g, '');
  const called = Object.keys(NEEDS).filter((method) => source.includes(method));
  const scopes = new Set<string>(manifest.oauth_config.scopes.bot);

  expect(called).toEqual(Object.keys(NEEDS));
  expect(called.filter((method) => !scopes.has(NEEDS[method] ?? ''))).toEqual([]);
  const explained = new Set([
    ...Object.values(NEEDS),
    'app_mentions:read',
    'commands',
    'groups:history',
    'chat:write.public',
  ]);
  expect([...scopes].filter((scope) => !explained.has(scope))).toEqual([]);
});
