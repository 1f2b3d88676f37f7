/** How a pool takes patches, in our words; which mechanism it is follows from the master's release (xapi §8). */
import type { PatchesSeen, PatchProvider, Precheck, StagedArtefact } from './domain/patching';

/** An artefact by itself: what is staged already, or was applied. */
export interface NamedArtefact {
  readonly uuid: string;
  readonly name: string;
}

/**
 * Reads may be called any number of times and change nothing. Acts return when the change has ended, well or badly, which
 * takes up to PATCH_SECONDS of wall time; they are judged by `seen`. Hosts are named by uuid. Errors as in ports.ts;
 * where the release has no mechanism that we know, everything but `provider` is Refused (PATCHING_UNKNOWN).
 */
export interface Patching {
  /** Asked of the master's release, which may be another one after an upgrade. */
  provider(): Promise<PatchProvider | undefined>;
  seen(): Promise<PatchesSeen>;
  /** Changes nothing. What is not staged is not ok: CANNOT_FIND_PATCH or CANNOT_FIND_UPDATE. */
  precheck(hostUuid: string, artefact: NamedArtefact): Promise<Precheck>;
  /**
   * Uploads, streamed; size and checksum are counted on the way, and a wrong one is Refused before the last byte leaves.
   * `progress`: bytes sent so far. What is there already is no error.
   */
  stage(artefact: StagedArtefact, progress?: (bytes: number) => void): Promise<void>;
  /** Frees the files; hosts keep what was applied. What is not there is no error. */
  unstage(artefact: NamedArtefact): Promise<void>;
  /** repository: fetches what the servers offer now; Refused elsewhere (PATCHING_NO_SYNC). */
  synchronise(): Promise<void>;
  /** `latest`: everything that is available (repository, updater); `hash`: what the plan has seen. */
  apply(hostUuid: string, artefact: NamedArtefact | 'latest', hash?: string): Promise<void>;
  restartToolstack(hostUuid: string): Promise<void>;
  /** pool.check_update_readiness: a sentence for each thing in the way; none where there is no such question. */
  readiness(rebootNeeded: boolean): Promise<readonly string[]>;
}
