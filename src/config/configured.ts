/** The configuration as the processes use it: pools.yaml and the variables that it names, put together. */
import type { Hotfix } from '../domain/hotfixes';
import type { Role } from '../domain/person';

export interface SshServer {
  readonly host: string;
  readonly port: number;
  /** `SHA256:…` as ssh-keygen -l shows it. */
  readonly hostKey: string;
}
export interface SshLogin {
  readonly user: string;
  readonly password: string;
}
export interface ManagementServerConfig {
  readonly name: string;
  readonly ssh: SshServer;
}
export interface CloudStackConfig {
  readonly name: string;
  readonly url: string;
  readonly apiKey: string;
  readonly secretKey: string;
  readonly db?: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  readonly managementServers: readonly ManagementServerConfig[];
  /** Login on the management servers; present when there are any. */
  readonly ssh?: SshLogin;
}
export interface HostConfig {
  readonly name: string;
  readonly uuid: string;
  /** `https://…` without a path. */
  readonly address: string;
  /** SHA-256 of the TLS certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  readonly ssh?: SshServer;
}
export interface PoolConfig {
  readonly name: string;
  readonly uuid?: string;
  /** Name under Config.cloudStacks. */
  readonly cloudStack: string;
  readonly clusterId: string;
  readonly zoneId?: string;
  /** Version that `plan` goes to when nobody names one. */
  readonly target?: string;
  readonly hosts: readonly HostConfig[];
  readonly xapi: { readonly user: string; readonly password: string };
  /** Login at dom0; XAPI's own where pools.yaml names no other, for both are dom0's root. */
  readonly ssh: SshLogin;
  /** Login of the server that holds installation media; hosts are given it with the URL, nobody else. */
  readonly installer?: { readonly user: string; readonly password: string };
  readonly channel: string;
  /** Slack user ids and `subteam:ID`. */
  readonly roles: Readonly<Record<Role, readonly string[]>>;
  readonly selfApproval: boolean;
  readonly allowVolatileJournal: boolean;
  readonly canaryVm?: string;
  readonly smokeTest?: {
    readonly templateId: string;
    readonly serviceOfferingId: string;
    readonly networkOfferingId: string;
    readonly account?: string;
    readonly domainId?: string;
  };
  readonly migrationsPerHost: number;
  readonly dumpDirectory: string;
  readonly maxDown: number;
}
export interface Config {
  readonly dir: string;
  readonly stateDir: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly healthPorts: { readonly bot: number; readonly worker: number };
  /** What makeJournal takes. `allowVolatile` only when every pool allows it: the journal is one. */
  readonly journal: {
    readonly databaseUrl?: string;
    readonly sqliteFile: string;
    readonly allowVolatile: boolean;
  };
  /** What makeBell takes. */
  readonly bell: { readonly redisUrl?: string; readonly sqliteFile: string };
  readonly slack?: {
    readonly botToken: string;
    readonly appToken: string;
    readonly signingSecret?: string;
    readonly apiUrl: string;
  };
  readonly pager?: { readonly url: string; readonly routingKey: string };
  readonly onCall: { readonly slackUserGroup?: string };
  /** Login on this machine → Slack user id. */
  readonly people: Readonly<Record<string, string>>;
  readonly cloudStacks: Readonly<Record<string, CloudStackConfig>>;
  readonly pools: Readonly<Record<string, PoolConfig>>;
  /** hotfixes.yaml; empty where there is none. */
  readonly hotfixes: readonly Hotfix[];
  /** URL of the feed that hotfixes.yaml names: fetched for each plan. */
  readonly hotfixFeed?: string;
  /** Present only with the simulator's configuration: its control address. */
  readonly simulator?: { readonly controlUrl: string };
  /** Every secret value, for the log's filter. */
  readonly secrets: readonly string[];
}
