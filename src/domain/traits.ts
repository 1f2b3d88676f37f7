/** What a snapshot records beside machines and places: facts that decide whether an upgrade will go well. */
import type { Guidance } from './patching';

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
  /** Updates that wait for a reboot: XAPI's own list from 7.1 on, before that those applied since it was booted. */
  readonly rebootsFor: readonly string[];
  /** Updates that were applied since the toolstack was started and ask for a restart of it; before 7.1. */
  readonly restartsFor?: readonly string[];
  /** What XAPI still asks for after updates (pending_guidances); from 8.3 on. */
  readonly guidance?: readonly Guidance[];
  /** Clustering is on here (Cluster_host.enabled), whether or not there is storage that uses it; from 7.5 on. */
  readonly clustered?: true;
  /** Bits of the key in its certificate. Absent: it did not say, or the key is not RSA. */
  readonly certificateBits?: number;
  /** Whether it has what the pool's repositories had when they were last synchronised: yes, no; absent where it cannot tell. */
  readonly latestUpdates?: string;
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
  /** When the newest snapshot of it, or of one of its disks, was taken that XAPI still has (ISO 8601); absent: none. */
  readonly snapshotAt?: string;
  /** CPU features that it was started with and the pool as a whole does not have; from 7.0 on, where XAPI levels. */
  readonly cpuBeyond?: string;
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
  /** Enrolled in the health check service, which 8.3 and newer do not have. */
  readonly healthCheck?: true;
  /** Repositories that updates come from, and when they were last synchronised (ISO 8601); absent where there are none. */
  readonly repositories?: { readonly count: number; readonly syncedAt?: string };
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
