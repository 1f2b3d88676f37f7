/** One API request from URL to answer, in the order that clients can see (cs §14.3). No socket is needed for it. */
import type { Strike } from '../faults';
import type { SimManagementServer } from '../model';
import { SimSocketError } from '../socket-error';
import { type Call, type Command, isAsync, Params } from './commands/command';
import { commandNamed } from './commands/index';
import { ENFORCE_POST } from './commands/system';
import { submit } from './jobs';
import { invalid, Refusal, unauthorized } from './refusal';
import { oldError, withNumbers, withoutNumbers } from './old-json';
import { isListening } from './services';
import { type CloudStackSide, type Row, skewMs } from './side';
import { authenticate, type Sent } from './signature';
import { xmlOf } from './xml';

export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

/**
 * Answers as the management server `server` would, taking pool time where it would. Throws SimSocketError where a
 * socket would show something else than an answer: refused while the service is down, and by fault.
 */
export async function callCloudStack(
  side: CloudStackSide,
  server: SimManagementServer,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const answered = await answerTo(side, server, request);
  const date = new Date(Date.now() + skewMs(side)).toUTCString();
  return { ...answered, headers: { ...answered.headers, date } };
}

async function answerTo(
  side: CloudStackSide,
  server: SimManagementServer,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const booting = whileBooting(side, server, request);
  if (booting) return booting;
  const sent = parametersOf(request);
  const named = new Map(sent.map(([name, value]) => [name.toLowerCase(), value]));
  const values = side.profile.isOfThe2 ? withoutNumbers(side, named) : named;
  const format = values.get('response')?.toLowerCase() === 'json' ? 'json' : 'xml';
  const command = commandNamed(values.get('command') ?? '', side.profile.version);
  const envelope = command ? `${command.name.toLowerCase()}response` : 'errorresponse';
  try {
    const by = admit(side, request.method, sent, values, command);
    const params = new Params(side, command!, values);
    const call: Call = { side, server, command: command!, by, params };
    const result = await carryOut(call);
    return answer(format, 200, { [envelope]: side.profile.isOfThe2 ? withNumbers(side, result) : result });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refusal = refusalAnswer(format, error, envelope);
    if (!side.profile.isOfThe2 || format !== 'json') return refusal;
    return { ...refusal, body: oldError(error.envelope ?? envelope, error.errorcode, error.text) };
  }
}

function refusalAnswer(format: 'json' | 'xml', error: Refusal, envelope: string): ApiAnswer {
  const body = {
    uuidList: [],
    errorcode: error.errorcode,
    cserrorcode: error.cserrorcode,
    errortext: error.text,
  };
  return answer(
    format,
    error.errorcode,
    { [error.envelope ?? envelope]: body },
    { 'x-description': error.text.replace(/[^\x20-\x7e]/g, '?') },
  );
}

/** Refused, then Jetty's own 503 and 404, then the API (cs §12.3). */
function whileBooting(
  side: CloudStackSide,
  server: SimManagementServer,
  request: ApiRequest,
): ApiAnswer | undefined {
  if (!isListening(side, server)) throw new SimSocketError('refused');
  if (!server.ready) {
    const seconds = (side.cloud.time.now() - server.startedAt) / 1000;
    return seconds < side.profile.knobs.managementLoads
      ? html(503, 'Service Unavailable')
      : html(404, 'Not Found');
  }
  return new URL(request.url, 'http://sim').pathname === '/client/api' ? undefined : html(404, 'Not Found');
}

const html = (status: number, text: string): ApiAnswer => ({
  status,
  headers: { 'content-type': 'text/html;charset=iso-8859-1' },
  body: `<html><head><title>Error ${status} ${text}</title></head><body><h2>HTTP ERROR ${status}</h2></body></html>`,
});

/** Query wins over body; of a repeated name the last in the query and the first in the body counts (cs §2.1). */
function parametersOf(request: ApiRequest): Sent {
  const all = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(request.body ?? ''))
    if (!all.has(name)) all.set(name, value);
  for (const [name, value] of new URL(request.url, 'http://sim').searchParams) all.set(name, value);
  return [...all];
}

/** What may come by GET when POST is enforced (cs §2.1). */
const READS = /^(?:get|list|query|find)\w+$|^(?:readyforshutdown|isaccountallowed\w*)$/i;

/** Who is asking, or the refusal: control characters, command, key, expiry, signature. */
function admit(
  side: CloudStackSide,
  method: string,
  sent: Sent,
  values: ReadonlyMap<string, string>,
  command: Command | undefined,
): string {
  // The very characters that CloudStack refuses (cs §2.1).
  const dirty = sent.find(([, value]) => /\p{Cc}/u.test(value));
  if (dirty)
    throw invalid(
      `Received value containing illegal ASCII non-printable characters for parameter ${dirty[0]}`,
    );
  const asked = values.get('command') ?? '';
  if (side.settings.get(ENFORCE_POST) === 'true' && method !== 'POST' && !READS.test(asked))
    throw new Refusal(400, `State changing command ${asked} needs to be sent using POST request`);
  if (!values.has('apikey')) {
    if (values.get('command') === 'login')
      throw new Refusal(
        531,
        `Failed to authenticate user ${values.get('username') ?? ''} in domain 1; please provide valid credentials`,
      );
    throw unauthorized();
  }
  if (!values.has('command'))
    throw new Refusal(432, 'Invalid request, no command sent', 9999, 'errorresponse');
  if (command) return authenticate(sent);
  if (side.profile.unknownCommand === 432)
    throw new Refusal(432, 'The given command does not exist', 9999, 'errorresponse');
  // From 4.11 an unknown name is answered like a bad key: never probe by calling (cs §2.4, §2.7).
  throw unauthorized();
}

async function carryOut(call: Call): Promise<Row> {
  const { side, command, by, params } = call;
  params.check();
  const subject = params.subject();
  watchRepeats(call, subject);
  const strike = side.cloud.faults.strike(`cloudstack:${command.name}`, subject || undefined);
  const log = (ok: boolean, code?: string): void =>
    side.cloud.record({
      face: 'cloudstack',
      call: command.name,
      on: subject,
      by,
      mutates: command.mutates,
      ok,
      ...(code !== undefined && { code }),
    });
  const lost = (kind: SimSocketError['kind']): SimSocketError => {
    if (command.mutates) side.lostAnswers.add(lostKey(call, subject));
    return new SimSocketError(kind);
  };
  if (strike?.how === 'lose-request') {
    log(false, 'lose-request');
    throw lost('reset');
  }
  if (strike?.how === 'slow') await side.cloud.time.sleep(strike.seconds ?? 1);
  try {
    const result = await perform(call, strike);
    log(true, strike?.how);
    if (strike && strike.how in AFTERWARDS) throw lost(AFTERWARDS[strike.how as keyof typeof AFTERWARDS]);
    return result;
  } catch (error) {
    if (error instanceof Refusal) log(false, String(error.errorcode));
    throw error;
  }
}

/** Done, but the caller never learns it. */
const AFTERWARDS = { 'lose-answer': 'reset', hang: 'hang', truncate: 'truncate', html: 'html' } as const;

async function perform(call: Call, strike: Strike | undefined): Promise<Row> {
  const { command, side, server, by } = call;
  const refusal =
    strike?.how === 'refuse'
      ? new Refusal(
          Number(strike.code ?? 530),
          'Internal error executing command, please contact your system administrator',
        )
      : undefined;
  if (!isAsync(command)) {
    if (refusal) throw refusal;
    return command.run(call);
  }
  const { shuttingDown } = side.profile;
  if (shuttingDown && side.shuttingDown.has(server.name))
    throw new Refusal(shuttingDown.code, shuttingDown.text, 4250);
  // What an async command refuses, its job refuses: the call itself is accepted.
  const order = command.begin(call);
  const job = submit(side, server, {
    ...order,
    command: command.name,
    by,
    ...(refusal && { work: (finish) => finish(refusal) }),
  });
  return { ...(order.id !== undefined && { id: order.id }), jobid: job.id };
}

const lostKey = ({ by, command }: Call, subject: string): string =>
  `${by}\u0000${command.name}\u0000${subject}`;

/** The same change asked for again after a lost answer, with no look in between. */
function watchRepeats(call: Call, subject: string): void {
  const { side, by, command } = call;
  if (!command.mutates) {
    for (const key of side.lostAnswers) if (key.startsWith(`${by}\u0000`)) side.lostAnswers.delete(key);
    return;
  }
  if (!side.lostAnswers.delete(lostKey(call, subject))) return;
  const pool =
    call.params.host('id')?.pool ?? call.params.vm('id')?.pool ?? call.params.vm('virtualmachineid')?.pool;
  side.cloud.offend('repeated-blindly', {
    pool: (pool ?? call.params.cluster('id') ?? side.cloud.pools[0])?.name ?? '',
    by,
    detail: `${command.name} ${subject} was sent again after its answer was lost.`,
  });
}

function answer(
  format: 'json' | 'xml',
  status: number,
  body: Row,
  headers: Record<string, string> = {},
): ApiAnswer {
  const type = format === 'json' ? 'application/json;charset=UTF-8' : 'text/xml;charset=UTF-8';
  return {
    status,
    headers: { 'content-type': type, ...headers },
    body: format === 'json' ? JSON.stringify(body) : xmlOf(body),
  };
}
