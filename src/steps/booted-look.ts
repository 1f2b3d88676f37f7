/** What a host shows after a reboot: the same for one that was upgraded and one that was not. */
import type { Run } from '../domain/run';
import type { World } from '../ports';
import { bootTimeBefore, orSilence, xenHostLook, type HostArgs } from './sight';

export type BootedSeen = {
  readonly answers: boolean;
  readonly live: boolean;
  readonly version: string;
  readonly bootTime: number;
  readonly masterUuid: string;
};

/** A member is told of by its master, whose silence is not expected. */
export async function bootedLook(world: World, { uuid, master }: HostArgs): Promise<BootedSeen> {
  const xen = await (master ? orSilence(xenHostLook(world, uuid)) : xenHostLook(world, uuid));
  return {
    answers: xen !== undefined,
    live: xen?.live ?? false,
    version: xen?.version ?? '',
    bootTime: xen?.bootTime ?? 0,
    masterUuid: xen?.masterUuid ?? '',
  };
}

/** Live, with another boot time than before it was disabled; a record without one (0) proves nothing. */
export function hasBooted(run: Run, host: string, now: BootedSeen): boolean {
  const was = bootTimeBefore(run, host);
  return now.answers && now.live && was !== undefined && now.bootTime > 0 && now.bootTime !== was;
}
