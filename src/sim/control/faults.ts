/** POST, GET and DELETE /faults: every word is checked before anything is armed. */
import { z } from 'zod';
import { COMMANDS } from '../cloudstack/commands';
import { FACES, HOWS, takesCode, UnknownFault, WORLD_CALLS, WORLD_HOWS } from '../faults';
import type { CloudState } from '../model';
import { METHODS as SLACK_METHODS } from '../slack/methods';
import { methodNames } from '../xapi/dispatch';
import { UPLOAD_CALLS } from '../xapi/upload';
import { allowed, ControlRefusal } from './refusal';

/** First words of every line that the machines understand, as the call log names them. */
const SSH_CALLS = [
  'systemctl is-active',
  'systemctl stop',
  'systemctl start',
  'systemctl stop cloudstack-management',
  'systemctl start cloudstack-management',
  'systemctl stop cloudstack-usage',
  'systemctl start cloudstack-usage',
  'mysqldump',
  'mysql',
  'tar -c',
  'tar -t',
  'find',
  'pgrep',
  'cat',
  'date',
  'mkdir',
  'mv',
  'printf',
  'stat',
  'sha256sum',
  'grep',
  'sed',
  'head',
  'tail',
  'test',
] as const;

const faultSpec = z.strictObject({
  call: z.string(),
  on: z.string().optional(),
  nth: z.number().int().min(0).optional(),
  how: z.string(),
  code: z.string().optional(),
});

function callsOf(face: string): readonly string[] {
  switch (face) {
    case 'xapi': {
      const names = methodNames();
      return [...names, 'GET /pool/xmldbdump', 'GET /updates', ...UPLOAD_CALLS];
    }
    case 'cloudstack':
      return [...COMMANDS.values()].map((command) => command.name);
    case 'ssh':
      return SSH_CALLS;
    case 'db':
      return ['SELECT', 'SHOW', 'connect'];
    case 'slack':
      return Object.keys(SLACK_METHODS);
    case 'pager':
      return ['enqueue'];
    default:
      return WORLD_CALLS;
  }
}

/** Any record's field may be read in XAPI (`host.get_enabled`), and any mutating call may be asked for as a task. */
const isXapiCall = (call: string): boolean =>
  callsOf('xapi').includes(call.replace(/^Async\./, '')) || /^[A-Za-z_]+\.get_\w+$/.test(call);

function checkCall(call: string): void {
  const separator = call.indexOf(':');
  const face = call.slice(0, Math.max(0, separator));
  const name = call.slice(separator + 1);
  if (!(FACES as readonly string[]).includes(face))
    throw new ControlRefusal('UNKNOWN_FACE', `${call} begins with no face of the cloud.`, [
      allowed(FACES.map((one) => `${one}:…`)),
    ]);
  const known = face === 'xapi' ? isXapiCall(name) : callsOf(face).includes(name);
  if (!known)
    throw new ControlRefusal('UNKNOWN_CALL', `${face} has no call ${name}.`, [allowed(callsOf(face))]);
}

/** `[{"id","hits"}]` of what was armed. */
export function armFaults(
  cloud: CloudState,
  body: unknown,
): readonly { readonly id: string; readonly hits: number }[] {
  const specs = z.array(faultSpec).safeParse(Array.isArray(body) ? body : [body]);
  if (!specs.success) {
    const [issue] = specs.error.issues;
    throw new ControlRefusal(
      'BAD_FAULT',
      `[${issue?.path.join('.') ?? ''}] ${issue?.message ?? 'is no fault'}`,
      ['Write for example: [{"call":"xapi:host.reboot","on":"host-2","how":"refuse","code":"HOST_IS_LIVE"}]'],
    );
  }
  for (const spec of specs.data) {
    checkCall(spec.call);
    if (spec.code !== undefined && !takesCode({ call: spec.call, how: spec.how }))
      throw new ControlRefusal(
        'BAD_FAULT',
        `${spec.call}: a code goes with how refuse, with world:media and with world:prepare, not with ${spec.how}.`,
      );
  }
  try {
    const plain = specs.data.map(({ call, on, nth, how, code }) => ({
      call,
      how,
      ...(on !== undefined && { on }),
      ...(nth !== undefined && { nth }),
      ...(code !== undefined && { code }),
    }));
    return cloud.faults.add(plain).map(({ id, hits }) => ({ id, hits }));
  } catch (error) {
    if (error instanceof UnknownFault)
      throw new ControlRefusal('UNKNOWN_WORD', error.message, [allowed([...HOWS, ...WORLD_HOWS])]);
    throw error;
  }
}

/** What is armed, and every word that may be used. */
export function listFaults(cloud: CloudState) {
  return {
    faults: cloud.faults
      .list()
      .map(({ id, hits, call, on, nth, how, code }) => ({ id, hits, call, on, nth, how, code })),
    vocabulary: {
      calls: Object.fromEntries(FACES.map((face) => [face, callsOf(face)])),
      how: HOWS.map((how) => (how === 'slow' ? 'slow:SECONDS' : how)),
      worldHow: WORLD_HOWS,
      codes: {
        xapi: "XAPI's error code",
        cloudstack: "CloudStack's errorcode",
        slack: "Slack's error",
        'ssh:mysqldump': ['1356', 'no-routines', 'one-database'],
        'ssh:tar -c': ['no-key'],
        'world:media': ["fail: the plugin's word", 'changed: the version that the media are of'],
        'world:prepare': ["fail: the plugin's word, or no-space"],
      },
      nth: 'which time it strikes, 1 unless said; 0: every time',
    },
  };
}
