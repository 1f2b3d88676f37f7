/** pools.yaml and .env for the pretend cloud: with them bot, worker, CLI and demo work as on a real one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROLES } from '../domain/person';
import { SMOKE_TEST } from './cloudstack/catalogue';
import { PAGER_ROUTING_KEY } from './credentials';
import { hostByName, type CloudState, type SimPool } from './model';
import type { Announcement } from './serve';
import { ON_CALL } from './slack/model';
import { targetFor } from './pairs';

/** Writes DIR/pools.yaml and DIR/.env (0600), making DIR where it is missing. */
export function writeConfig(directory: string, cloud: CloudState, at: Announcement): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'pools.yaml'), stringify(poolsYaml(cloud, at)));
  const env = Object.entries(environment(at)).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(join(directory, '.env'), env.join(''), { mode: 0o600 });
}

function environment(at: Announcement): Readonly<Record<string, string>> {
  return {
    SLACK_BOT_TOKEN: at.slack.botToken,
    SLACK_APP_TOKEN: at.slack.appToken,
    SLACK_SIGNING_SECRET: at.slack.signingSecret,
    SLACK_API_URL: at.slack.apiUrl,
    PAGERDUTY_ROUTING_KEY: PAGER_ROUTING_KEY,
    PAGERDUTY_URL: at.pager.url,
    XAPI_PASSWORD: at.xapiPassword,
    DOM0_SSH_PASSWORD: at.ssh.password,
    MANAGEMENT_SSH_PASSWORD: at.ssh.password,
    CLOUDSTACK_API_KEY: at.cloudstack.apiKey,
    CLOUDSTACK_SECRET_KEY: at.cloudstack.secretKey,
    CLOUDSTACK_DB_PASSWORD: at.cloudstackDb.password,
    XSUPGRADE_CONTROL_URL: at.control,
    // Any free port: several simulated installations may run on one machine.
    XSUPGRADE_HEALTH_PORT_BOT: '0',
    XSUPGRADE_HEALTH_PORT_WORKER: '0',
  };
}

function poolsYaml(cloud: CloudState, at: Announcement) {
  const { host, port, user } = at.cloudstackDb;
  return {
    cloudstacks: {
      'cloud-1': {
        url: at.cloudstack.url,
        db: { host, port, user },
        managementServers: at.managementServers,
        ssh: { user: at.ssh.user, passwordEnv: 'MANAGEMENT_SSH_PASSWORD' },
      },
    },
    pools: Object.fromEntries(cloud.pools.map((pool) => [pool.name, poolEntry(cloud, pool, at)])),
    people: peopleOf(at.slack.people),
    onCall: { slackUserGroup: ON_CALL.id, pagerDuty: true },
  };
}

/** Whoever runs the simulator is its first person; each person is found by name as well, so that `--as Bob` is Bob. */
const peopleOf = (people: Announcement['slack']['people']): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(people.slice(0, 1).map((one) => [userInfo().username, one.id])),
  ...Object.fromEntries(people.map((one) => [one.name, one.id])),
});

function poolEntry(cloud: CloudState, pool: SimPool, at: Announcement) {
  const { zoneId, templateId, serviceOfferingId, networkOfferingId } = SMOKE_TEST;
  const canary = pool.vms.find(
    (vm) => vm.kind === 'guest' && vm.power === 'Running' && vm.tools && vm.cs && !vm.cd,
  );
  return {
    uuid: pool.uuid,
    cloudstack: 'cloud-1',
    clusterId: pool.cluster.id,
    zoneId,
    target: targetFor(cloud.cloudStackVersion, hostByName(pool, pool.master)!),
    hosts: at.pools
      .find((one) => one.name === pool.name)!
      .hosts.map(({ name, uuid, xapi, ssh }) => ({
        name,
        uuid,
        address: xapi.url,
        fingerprint: xapi.fingerprint,
        ssh,
      })),
    xapi: { user: at.xapiUser },
    ssh: { user: at.ssh.user, passwordEnv: 'DOM0_SSH_PASSWORD' },
    channel: at.slack.channel,
    roles: Object.fromEntries(
      ROLES.map((role) => [
        role,
        at.slack.people.filter((one) => one.roles.includes(role)).map((one) => one.id),
      ]),
    ),
    ...(canary && { canaryVm: canary.name }),
    smokeTest: { templateId, serviceOfferingId, networkOfferingId },
  };
}
