/** A whole pools.yaml and .env, written to a directory that is taken away after the suite. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigInvalid, loadConfig } from '../../src/config';
import type { Problem } from '../../src/domain/problem';

export const FINGERPRINT = Array.from({ length: 32 }, () => 'ab').join(':');
export const HOST_KEY = `SHA256:${'a'.repeat(43)}`;
export const UUID = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const YAML = `
cloudstacks:
  cloud-1:
    url: http://127.0.0.1:8080/client/api/
    db: { host: 127.0.0.1, passwordEnv: CLOUD_1_DB_PASSWORD }
    managementServers:
      - { name: mgmt-1, ssh: { host: 127.0.0.1, port: 2201, hostKey: '${HOST_KEY}' } }
    ssh: { user: root, passwordEnv: MANAGEMENT_SSH_PASSWORD }
pools:
  pool-a:
    cloudstack: cloud-1
    clusterId: ${UUID(100)}
    target: '7.1.2'
    hosts:
      - { name: host-1, uuid: ${UUID(1)}, address: 'https://127.0.0.1:4431/', fingerprint: '${FINGERPRINT}' }
      - { name: host-2, uuid: ${UUID(2)}, address: 'https://127.0.0.1:4432', fingerprint: ${'ab'.repeat(32)} }
    channel: C0123ABCD
    roles: { approver: [U0000000A], operator: ['subteam:S0123ABCD'] }
    canaryVm: i-2-10-VM
people: { alice: U0000000A }
onCall: { slackUserGroup: S0123ABCD }
`;
export const DOT_ENV = `
# what the environment does not hold
SLACK_BOT_TOKEN=xoxb-1
SLACK_APP_TOKEN=xapp-1
CLOUDSTACK_API_KEY=key-of-cloud-1
CLOUDSTACK_SECRET_KEY='secret of cloud 1'
CLOUD_1_DB_PASSWORD="p#ss=word"
MANAGEMENT_SSH_PASSWORD=ssh-password
XAPI_PASSWORD=xapi-password
`;

const made: string[] = [];
export function directory(yaml = YAML, dotEnv = DOT_ENV): string {
  const dir = mkdtempSync(join(tmpdir(), 'xsupgrade-config-'));
  made.push(dir);
  writeFileSync(join(dir, 'pools.yaml'), yaml);
  writeFileSync(join(dir, '.env'), dotEnv);
  return dir;
}
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true });
});

function problemsOf(load: () => unknown): readonly Problem[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
  return [];
}
export const problemsIn = (yaml: string, dotEnv = DOT_ENV): readonly Problem[] =>
  problemsOf(() => loadConfig(directory(yaml, dotEnv), {}));
export const sentences = (problems: readonly Problem[]): string =>
  problems.map(({ what }) => what).join('\n');
