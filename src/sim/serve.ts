/** All faces of one cloud on loopback ports, its time driven by the wall, and one line that says where everything is. */
import { listen as listenCloudStack } from './cloudstack/wire';
import { ADMIN } from './cloudstack/catalogue';
import { listenControl } from './control/server';
import { DB_LOGIN, SSH_LOGIN } from './credentials';
import { listenDb } from './db/wire';
import { drive, type Drive } from './drive';
import type { CloudState } from './model';
import { listenPager } from './pager';
import { sidesOf } from './sides';
import { SlackWorkspace } from './slack/workspace';
import { hostKeyOf } from './ssh/keys';
import type { Machine } from './ssh/machines';
import { listenSsh } from './ssh/wire';
import { serveXapi, XAPI_PASSWORD, XAPI_USER } from './xapi';

export interface Announcement {
  readonly v: 1;
  readonly pools: readonly {
    readonly name: string;
    readonly hosts: readonly {
      readonly name: string;
      readonly uuid: string;
      readonly xapi: { readonly url: string; readonly fingerprint: string };
      readonly ssh: SshAddress;
    }[];
  }[];
  readonly xapiUser: string;
  readonly xapiPassword: string;
  readonly ssh: { readonly user: string; readonly password: string };
  readonly cloudstack: { readonly url: string; readonly apiKey: string; readonly secretKey: string };
  readonly cloudstackDb: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  readonly managementServers: readonly { readonly name: string; readonly ssh: SshAddress }[];
  readonly slack: {
    readonly apiUrl: string;
    readonly page: string;
    readonly botToken: string;
    readonly appToken: string;
    readonly signingSecret: string;
    readonly channel: string;
    readonly people: readonly {
      readonly id: string;
      readonly name: string;
      readonly roles: readonly string[];
    }[];
  };
  readonly pager: { readonly url: string };
  readonly control: string;
}

export interface SshAddress {
  readonly host: string;
  readonly port: number;
  readonly hostKey: string;
}

export interface ServedCloud {
  readonly announcement: Announcement;
  readonly drive: Drive;
  readonly slack: SlackWorkspace;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** First port; the others follow in order. Absent: free ones. */
  readonly portBase?: number;
  /** Pool seconds per wall second; 1 unless said. */
  readonly speed?: number;
}

/** Resolves when every port accepts. With `portBase` the order is control, Slack, pager, database, CloudStack, SSH of the management servers, then XAPI and SSH of every host. */
export async function serveCloud(cloud: CloudState, options: ServeOptions = {}): Promise<ServedCloud> {
  const sides = sidesOf(cloud);
  let next = options.portBase ?? 0;
  const port = (): number => (options.portBase === undefined ? 0 : next++);
  const closers: (() => Promise<void>)[] = [];
  const opened = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const one = await opening;
    closers.push(() => one.close());
    return one;
  };
  const running = drive(cloud.time, options.speed ?? 1);
  closers.push(() => {
    running.stop();
    return Promise.resolve();
  });
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const slack = new SlackWorkspace({
      faults: cloud.faults,
      onCall: (call) => cloud.record({ face: 'slack', ...call }),
    });
    const control = await opened(listenControl({ cloud, drive: running, slack }, port()));
    const slackAt = await slack.listen(port());
    closers.push(() => slack.close());
    const pager = await opened(listenPager(cloud, port()));
    const db = await opened(listenDb(sides.cloudStack, port()));
    const apis = [];
    for (const server of cloud.managementServers)
      apis.push(await opened(listenCloudStack(sides.cloudStack, server, port())));
    const ssh = new Map<string, SshAddress>();
    for (const machine of sides.ssh.machines) {
      const listening = await opened(listenSsh(sides.ssh, machine, port()));
      ssh.set(keyOf(machine), {
        host: '127.0.0.1',
        port: listening.port,
        hostKey: hostKeyOf(machine).fingerprint,
      });
    }
    const xapi = await opened(serveXapi(cloud, port));
    const sshAt = (key: string): SshAddress => ssh.get(key)!;
    return {
      drive: running,
      slack,
      close,
      announcement: {
        v: 1,
        pools: cloud.pools.map((pool) => ({
          name: pool.name,
          hosts: pool.hosts.map((host) => {
            const endpoint = xapi.endpoints.find((one) => one.host === host)!;
            return {
              name: host.name,
              uuid: host.uuid,
              xapi: { url: endpoint.url, fingerprint: endpoint.fingerprint() },
              ssh: sshAt(host.uuid),
            };
          }),
        })),
        xapiUser: XAPI_USER,
        xapiPassword: XAPI_PASSWORD,
        ssh: SSH_LOGIN,
        // Several management servers: the first one's, as an operator without a balancer would name it.
        cloudstack: { url: apis[0]!.url, apiKey: ADMIN.apiKey, secretKey: ADMIN.secretKey },
        cloudstackDb: { host: '127.0.0.1', port: db.port, ...DB_LOGIN },
        managementServers: cloud.managementServers.map((server) => ({
          name: server.name,
          ssh: sshAt(server.name),
        })),
        slack: {
          apiUrl: slackAt.apiUrl,
          page: slackAt.page,
          botToken: slackAt.botToken,
          appToken: slackAt.appToken,
          signingSecret: slackAt.signingSecret,
          channel: slackAt.channel,
          people: slackAt.people,
        },
        pager: { url: pager.url },
        control: control.url,
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const keyOf = (machine: Machine): string => (machine.kind === 'dom0' ? machine.host.uuid : machine.name);
