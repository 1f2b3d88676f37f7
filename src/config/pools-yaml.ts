/** The shape of pools.yaml. Nothing secret stands in it: secrets are named by the variable that holds them. */
import { z } from 'zod';

const text = z.string().min(1);
/** Name of an environment variable. */
const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'is not the name of an environment variable');
const port = z.int().min(1).max(65_535);
const webAddress = z.string().regex(/^https?:\/\/[^\s/]+/, 'is not a web address');
const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'is not a uuid');
/** Names become words of commands and parts of file names. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'may hold letters, digits, dot, dash, underscore');
const slackUser = z.string().regex(/^[UW][A-Z0-9]{2,}$/, 'is not a Slack user id');
const slackChannel = z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'is not a Slack channel id');
const slackGroup = z.string().regex(/^S[A-Z0-9]{2,}$/, 'is not the id of a Slack user group');
const whoever = z
  .string()
  .regex(/^([UW][A-Z0-9]{2,}|subteam:S[A-Z0-9]{2,})$/, 'is neither a Slack user id nor subteam:ID');
const tlsFingerprint = z
  .string()
  .regex(/^(([0-9a-f]{2}:){31}[0-9a-f]{2}|[0-9a-f]{64})$/i, 'is not a SHA-256 fingerprint (32 bytes in hex)');
const sshHostKey = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'is not a SHA-256 fingerprint of an SSH host key');
const version = z.string().regex(/^\d+(\.\d+)*$/, 'is not a version');

const sshServer = z.strictObject({ host: text, port: port.default(22), hostKey: sshHostKey });
const sshLogin = z.strictObject({ user: text.default('root'), passwordEnv: variable });

const cloudStack = z.strictObject({
  url: webAddress,
  apiKeyEnv: variable.default('CLOUDSTACK_API_KEY'),
  secretKeyEnv: variable.default('CLOUDSTACK_SECRET_KEY'),
  db: z
    .strictObject({
      host: text,
      port: port.default(3306),
      user: text.default('cloud'),
      passwordEnv: variable.default('CLOUDSTACK_DB_PASSWORD'),
    })
    .optional(),
  managementServers: z.array(z.strictObject({ name, ssh: sshServer })).default([]),
  ssh: sshLogin.optional(),
});

const host = z.strictObject({
  name,
  uuid,
  address: webAddress,
  fingerprint: tlsFingerprint,
  ssh: sshServer.optional(),
});

const pool = z.strictObject({
  uuid: uuid.optional(),
  cloudstack: name,
  clusterId: text,
  zoneId: text.optional(),
  target: version.optional(),
  hosts: z.array(host).min(1, 'names no host'),
  xapi: z
    .strictObject({ user: text.default('root'), passwordEnv: variable.default('XAPI_PASSWORD') })
    .prefault({}),
  ssh: sshLogin.optional(),
  installer: z.strictObject({ user: text, passwordEnv: variable }).optional(),
  channel: slackChannel,
  roles: z
    .strictObject({
      viewer: z.array(whoever).default([]),
      requester: z.array(whoever).default([]),
      approver: z.array(whoever).default([]),
      operator: z.array(whoever).default([]),
      admin: z.array(whoever).default([]),
    })
    .prefault({}),
  selfApproval: z.boolean().default(false),
  allowVolatileJournal: z.boolean().default(false),
  canaryVm: text.optional(),
  smokeTest: z
    .strictObject({
      templateId: text,
      serviceOfferingId: text,
      networkOfferingId: text,
      account: text.optional(),
      domainId: text.optional(),
    })
    .optional(),
  // Three at once from one host is what Xen Orchestra's rolling update settled on (peers §1).
  migrationsPerHost: z.int().min(1).max(20).default(3),
  dumpDirectory: text.optional(),
  // One host away at a time is what the runbooks do and what N-1 memory is counted for (seed 000).
  maxDown: z.int().min(1).max(8).default(1),
});

export const poolsYaml = z.strictObject({
  cloudstacks: z.record(name, cloudStack),
  pools: z.record(name, pool),
  people: z.record(text, slackUser).default({}),
  onCall: z
    .strictObject({ slackUserGroup: slackGroup.optional(), pagerDuty: z.boolean().default(true) })
    .prefault({}),
});
export type PoolsYaml = z.output<typeof poolsYaml>;

const FINGERPRINT =
  "'3A:5F:…' (openssl s_client -connect host-1:443 </dev/null | openssl x509 -noout -fingerprint -sha256)";
const HOST_KEY = "'SHA256:…' (ssh-keyscan host-1 | ssh-keygen -lf -)";
const UUID = '6f1cbd1c-5b5f-4c0e-a9c5-2f3f0c5f7a10';

/** One example for each key; `*` stands for a name or a place in a list. Shown with every mistake. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  cloudstacks: 'cloudstacks: { cloud-1: { url: "http://10.0.0.5:8080/client/api" } }',
  'cloudstacks.*': 'cloud-1: { url: "http://10.0.0.5:8080/client/api" }',
  'cloudstacks.*.url': 'url: http://10.0.0.5:8080/client/api',
  'cloudstacks.*.apiKeyEnv': 'apiKeyEnv: CLOUDSTACK_API_KEY',
  'cloudstacks.*.secretKeyEnv': 'secretKeyEnv: CLOUDSTACK_SECRET_KEY',
  'cloudstacks.*.db': 'db: { host: 10.0.0.5, user: cloud, passwordEnv: CLOUDSTACK_DB_PASSWORD }',
  'cloudstacks.*.db.host': 'host: 10.0.0.5',
  'cloudstacks.*.db.port': 'port: 3306',
  'cloudstacks.*.db.user': 'user: cloud',
  'cloudstacks.*.db.passwordEnv': 'passwordEnv: CLOUDSTACK_DB_PASSWORD',
  'cloudstacks.*.managementServers': `managementServers: [{ name: mgmt-1, ssh: { host: 10.0.0.5, hostKey: ${HOST_KEY} } }]`,
  'cloudstacks.*.managementServers.*': `- { name: mgmt-1, ssh: { host: 10.0.0.5, hostKey: ${HOST_KEY} } }`,
  'cloudstacks.*.managementServers.*.name': 'name: mgmt-1',
  'cloudstacks.*.managementServers.*.ssh': `ssh: { host: 10.0.0.5, port: 22, hostKey: ${HOST_KEY} }`,
  'cloudstacks.*.managementServers.*.ssh.host': 'host: 10.0.0.5',
  'cloudstacks.*.managementServers.*.ssh.port': 'port: 22',
  'cloudstacks.*.managementServers.*.ssh.hostKey': `hostKey: ${HOST_KEY}`,
  'cloudstacks.*.ssh': 'ssh: { user: root, passwordEnv: MANAGEMENT_SSH_PASSWORD }',
  'cloudstacks.*.ssh.user': 'user: root',
  'cloudstacks.*.ssh.passwordEnv': 'passwordEnv: MANAGEMENT_SSH_PASSWORD',
  pools: 'pools: { pool-a: { cloudstack: cloud-1, … } }',
  'pools.*': 'pool-a: { cloudstack: cloud-1, … }',
  'pools.*.uuid': `uuid: ${UUID} (xe pool-list)`,
  'pools.*.cloudstack': 'cloudstack: cloud-1 (a name under cloudstacks:)',
  'pools.*.clusterId': `clusterId: ${UUID} (cmk list clusters filter=id,name)`,
  'pools.*.zoneId': `zoneId: ${UUID} (cmk list zones filter=id,name)`,
  'pools.*.target': "target: '7.1.2' (in quotes)",
  'pools.*.hosts': 'hosts: [{ name: host-1, uuid: …, address: https://10.0.0.11, fingerprint: … }]',
  'pools.*.hosts.*': '- { name: host-1, uuid: …, address: https://10.0.0.11, fingerprint: … }',
  'pools.*.hosts.*.name': 'name: host-1 (the host’s name in XAPI)',
  'pools.*.hosts.*.uuid': `uuid: ${UUID} (xe host-list)`,
  'pools.*.hosts.*.address': 'address: https://10.0.0.11',
  'pools.*.hosts.*.fingerprint': `fingerprint: ${FINGERPRINT}`,
  'pools.*.hosts.*.ssh': `ssh: { host: 10.0.0.11, port: 22, hostKey: ${HOST_KEY} }`,
  'pools.*.hosts.*.ssh.host': 'host: 10.0.0.11',
  'pools.*.hosts.*.ssh.port': 'port: 22',
  'pools.*.hosts.*.ssh.hostKey': `hostKey: ${HOST_KEY}`,
  'pools.*.xapi': 'xapi: { user: root, passwordEnv: XAPI_PASSWORD }',
  'pools.*.xapi.user': 'user: root',
  'pools.*.xapi.passwordEnv': 'passwordEnv: POOL_A_XAPI_PASSWORD',
  'pools.*.ssh': 'ssh: { user: root, passwordEnv: POOL_A_SSH_PASSWORD }',
  'pools.*.ssh.user': 'user: root',
  'pools.*.ssh.passwordEnv': 'passwordEnv: POOL_A_SSH_PASSWORD',
  'pools.*.installer': 'installer: { user: media, passwordEnv: POOL_A_MEDIA_PASSWORD }',
  'pools.*.installer.user': 'user: media',
  'pools.*.installer.passwordEnv': 'passwordEnv: POOL_A_MEDIA_PASSWORD',
  'pools.*.channel': 'channel: C0123ABCD (the channel’s id, at the foot of its details in Slack)',
  'pools.*.roles': 'roles: { approver: [U0123ABCD], operator: ["subteam:S0123ABCD"] }',
  'pools.*.roles.viewer': 'viewer: [U0123ABCD, "subteam:S0123ABCD"]',
  'pools.*.roles.requester': 'requester: [U0123ABCD, "subteam:S0123ABCD"]',
  'pools.*.roles.approver': 'approver: [U0123ABCD, "subteam:S0123ABCD"]',
  'pools.*.roles.operator': 'operator: [U0123ABCD, "subteam:S0123ABCD"]',
  'pools.*.roles.admin': 'admin: [U0123ABCD, "subteam:S0123ABCD"]',
  'pools.*.roles.*.*': '- U0123ABCD, or - "subteam:S0123ABCD"',
  'pools.*.selfApproval': 'selfApproval: false',
  'pools.*.allowVolatileJournal': 'allowVolatileJournal: false',
  'pools.*.canaryVm': 'canaryVm: i-2-10-VM',
  'pools.*.smokeTest': 'smokeTest: { templateId: …, serviceOfferingId: …, networkOfferingId: … }',
  'pools.*.smokeTest.templateId': `templateId: ${UUID} (cmk list templates templatefilter=executable)`,
  'pools.*.smokeTest.serviceOfferingId': `serviceOfferingId: ${UUID} (cmk list serviceofferings)`,
  'pools.*.smokeTest.networkOfferingId': `networkOfferingId: ${UUID} (cmk list networkofferings)`,
  'pools.*.smokeTest.account': 'account: admin',
  'pools.*.smokeTest.domainId': `domainId: ${UUID} (cmk list domains)`,
  'pools.*.migrationsPerHost': 'migrationsPerHost: 3',
  'pools.*.dumpDirectory': 'dumpDirectory: /var/lib/xsupgrade/dumps',
  'pools.*.maxDown': 'maxDown: 1',
  people: 'people: { alice: U0123ABCD }',
  'people.*': 'alice: U0123ABCD (login on this machine: Slack user id)',
  onCall: 'onCall: { slackUserGroup: S0123ABCD, pagerDuty: true }',
  'onCall.slackUserGroup': 'slackUserGroup: S0123ABCD',
  'onCall.pagerDuty': 'pagerDuty: true',
};
