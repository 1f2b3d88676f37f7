/** Faults as data: which call, on whom, which time, how. */

export const HOWS = ['refuse', 'lose-request', 'lose-answer', 'hang', 'slow', 'truncate', 'html'] as const;
export const WORLD_HOWS = [
  'same-version',
  'never',
  'stall',
  'fail',
  'changed',
  'twice',
  'boot-loader',
] as const;
/** Faults of the media and of their preparation say which: a word of the plugin, or a version. */
const WITH_CODE = ['world:media', 'world:prepare', 'world:check-host', 'world:check-pool'];
export const takesCode = ({ call, how }: FaultSpec): boolean => how === 'refuse' || WITH_CODE.includes(call);
export const WORLD_CALLS = [
  'installer',
  'boot',
  'migration',
  'evacuation',
  'certificate',
  'media',
  'licence',
  'treeinfo',
  'check-host',
  'check-pool',
  'prepare',
  'boot-entry',
  'patch',
  'updater',
] as const;
export const FACES = ['xapi', 'cloudstack', 'ssh', 'db', 'slack', 'pager', 'world'] as const;

/** As POSTed: `how` may be `slow:SECONDS` or `stall:SECONDS`. */
export interface FaultSpec {
  /** `xapi:host.reboot`, `cloudstack:prepareHostForMaintenance`, `ssh:…`, `db:…`, `slack:chat.postMessage`, `world:installer`. */
  readonly call: string;
  /** Host, VM or cluster name; absent: any. */
  readonly on?: string;
  /** 1: the first time (default); 0: every time. */
  readonly nth?: number;
  readonly how: string;
  /** With `refuse`: XAPI's code, CloudStack's number or Slack's error. With `world:media` and `world:prepare`: what is wrong. */
  readonly code?: string;
}

export interface ArmedFault extends FaultSpec {
  readonly id: string;
  hits: number;
  seen: number;
}

/** What a face must do instead of answering as usual. */
export interface Strike {
  readonly how: (typeof HOWS)[number] | (typeof WORLD_HOWS)[number];
  readonly code?: string;
  readonly seconds?: number;
}

export class UnknownFault extends Error {}

export class Faults {
  private armed: ArmedFault[] = [];
  private count = 0;

  /** Checks every fault before arming any: unknown words arm nothing. */
  add(specs: readonly FaultSpec[]): readonly ArmedFault[] {
    for (const spec of specs) check(spec);
    const added = specs.map((spec) => ({ ...spec, id: `f${++this.count}`, hits: 0, seen: 0 }));
    this.armed.push(...added);
    return added;
  }

  list(): readonly ArmedFault[] {
    return this.armed;
  }

  clear(): void {
    this.armed = [];
  }

  /** Asked once for each call (`face:call`) by the face that is about to answer it. */
  strike(call: string, on?: string): Strike | undefined {
    for (const fault of this.armed) {
      if (fault.call !== call || (fault.on !== undefined && fault.on !== on)) continue;
      fault.seen++;
      const nth = fault.nth ?? 1;
      if (nth !== 0 && fault.seen !== nth) continue;
      fault.hits++;
      const [how, seconds] = fault.how.split(':');
      return {
        how: how as Strike['how'],
        ...(fault.code !== undefined && { code: fault.code }),
        ...(seconds !== undefined && { seconds: Number(seconds) }),
      };
    }
    return undefined;
  }
}

function check(spec: FaultSpec): void {
  const separator = spec.call.indexOf(':');
  const face = spec.call.slice(0, separator);
  const call = spec.call.slice(separator + 1);
  if (!(FACES as readonly string[]).includes(face) || call === '')
    throw new UnknownFault(`call ${spec.call}: a call is FACE:CALL with FACE one of ${FACES.join(', ')}`);
  const isWorld = face === 'world';
  if (isWorld && !(WORLD_CALLS as readonly string[]).includes(call))
    throw new UnknownFault(`call ${spec.call}: world knows ${WORLD_CALLS.join(', ')}`);
  const hows: readonly string[] = isWorld ? WORLD_HOWS : HOWS;
  const [how, seconds] = spec.how.split(':');
  if (!hows.includes(how ?? '')) throw new UnknownFault(`how ${spec.how}: ${face} knows ${hows.join(', ')}`);
  if (how === 'slow' && !(Number(seconds) > 0)) throw new UnknownFault(`how ${spec.how}: write slow:SECONDS`);
  if (how === 'stall' && seconds !== undefined && !(Number(seconds) > 0))
    throw new UnknownFault(`how ${spec.how}: write stall or stall:SECONDS`);
  if (spec.nth !== undefined && !(Number.isInteger(spec.nth) && spec.nth >= 0))
    throw new UnknownFault(`nth ${spec.nth}: a whole number, 0 for every time`);
}
