/** What a snapshot records beside machines and places: facts that decide whether an upgrade will go well. */

/** XAPI's record of a host (xapi §5.1). */
export interface HostTraits {
  /** other_config.MAINTENANCE_MODE: XenCenter put it in maintenance, whatever `enabled` says. */
  readonly maintenanceMode: boolean;
  /** Operations under way on it, by XAPI's names, sorted. */
  readonly operations: readonly string[];
  /** '' (none), wake-on-lan, DRAC, iLO, IPMI. */
  readonly powerOnMode: string;
  /** iSCSI initiator name; '' where XAPI shows none. A fresh installation loses it. */
  readonly iqn: string;
  readonly multipathing: boolean;
  readonly licence: {
    readonly edition: string;
    /** ISO 8601; absent where the edition does not end. */
    readonly expiry?: string;
    /** What XAPI says instead of a date. */
    readonly expiryUnread?: string;
    /** False where restrict_xen_motion says that live migration is not licensed. */
    readonly motion: boolean;
  };
  readonly cpu: { readonly vendor: string; readonly features: string };
  /** TLS 1.0 and older are still served (gone from 8.2 on). */
  readonly legacySsl: boolean;
  /** Supplemental packs as `originator:name`, sorted. */
  readonly packs: readonly string[];
  /** Updates that wait for a reboot; XenServer 7.1 and newer. */
  readonly rebootsFor: readonly string[];
  /** Seconds that its clock is ahead of the master's; 0 when within the time that asking took. Absent: it did not say. */
  readonly clockSkewSeconds?: number;
}

/** XAPI's record of a VM (xapi §6.1). */
export interface VmTraits {
  readonly operations: readonly string[];
  /** Operation → the code that refuses it. */
  readonly blocked: { readonly [operation: string]: string };
  /** other_config.auto_poweron. */
  readonly autoPowerOn: boolean;
  /** ha_restart_priority; '' is unprotected. */
  readonly haPriority: string;
  readonly inAppliance: boolean;
  /** Name of the host it prefers. */
  readonly affinity?: string;
  /** HVM_boot_policy is empty: boots paravirtualised. */
  readonly paravirtual: boolean;
  /** platform.cores-per-socket; 1 where unset. */
  readonly coresPerSocket: number;
  /** Its tools are of an older release than its host; only XAPI before 7.0 says so (xapi §6.1). */
  readonly toolsOutdated?: true;
}

/** XAPI's record of the pool, and what only a question of its own shows. */
export interface PoolTraits {
  readonly operations: readonly string[];
  /** Names of unfinished tasks, sorted. */
  readonly tasks: readonly string[];
  /** message.get_all: files under /var/lib/xcp/blobs/messages (xapi §9.3). */
  readonly messages: number;
  /** '' where none is set. */
  readonly vswitchController: string;
}

/** CloudStack about itself. Parts that it would not tell are absent; what the key may not ask is in `missingCalls`. */
export interface CloudStackTraits {
  /** hypervisor_capabilities rows of XenServer, by version (cs §8.5). */
  readonly capabilities?: readonly {
    readonly version: string;
    readonly maxGuests: number;
    readonly storageMotion: boolean;
  }[];
  /** Guest OS mapping rows of XenServer by version (cs fact 18). */
  readonly guestOsMappings?: { readonly [version: string]: number };
  /** Global settings that change behaviour (cs §7.5), those that CloudStack has. */
  readonly settings?: { readonly [name: string]: string };
  /** Whose key it is. */
  readonly key?: { readonly account: string; readonly rootAdmin: boolean };
  /** Calls that this product makes and this key may not, or this CloudStack does not have, sorted. */
  readonly missingCalls?: readonly string[];
  /** Seconds that CloudStack's clock is ahead of ours, 0 below five: its Date header counts whole seconds. */
  readonly clockSkewSeconds?: number;
}
