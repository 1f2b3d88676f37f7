/** GET /pool/xmldbdump: the database as XML, a stub while the rolling flag is set, 401 without a session (xapi §3.5). */
import type { CloudState, SimHost } from '../model';
import { SimSocketError } from '../socket-error';
import { rememberDoubt, sawState, seeDump } from './breaches';
import { assertServes } from './dispatch';
import { XAPI_PASSWORD, XAPI_USER } from './login';
import { fullRecord, objectsOf } from './objects';
import type { XapiClass } from './fields';
import { SECONDS } from './timing';
import { refOf, type XapiValue } from './values';
import { UPDATES_PATH, updatesOf } from './updates';
import { isMasterHost, type XapiWorld } from './world';
import { xapiWorld } from './xapi-world';

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const DUMP_PATH = '/pool/xmldbdump';
const TABLES: readonly XapiClass[] = [
  'pool',
  'host',
  'VM',
  'SR',
  'PBD',
  'VDI',
  'VBD',
  'network',
  'PIF',
  'VIF',
];
/** Its name in the call log and for faults. */
const CALL = `GET ${DUMP_PATH}`;

export const html = (status: number, title: string): HttpReply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><body><h1>HTTP ${status} ${title}</h1></body></html>`,
});

/** Any GET of this host. `path` carries the query; `headers` may carry a session cookie or Basic authorization. */
export async function getXapi(
  cloud: CloudState,
  host: SimHost,
  path: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<HttpReply> {
  const world = xapiWorld(cloud);
  assertServes(world, host);
  const url = new URL(path, 'https://host');
  if (url.pathname === UPDATES_PATH) return getUpdates(world, host, url);
  if (url.pathname !== DUMP_PATH) return html(403, 'Forbidden');
  if (!world.machine(host).ready || !isMasterHost(host)) return html(500, 'Internal Server Error');
  const by = clientOf(world, host, url, headers);
  const strike = cloud.faults.strike(`xapi:${CALL}`, host.pool.name);
  const refused = by === undefined || strike?.how === 'refuse';
  cloud.record({
    face: 'xapi',
    call: CALL,
    on: host.pool.name,
    by: by ?? 'nobody',
    mutates: false,
    ok: !refused,
    ...(refused && { code: '401' }),
  });
  if (refused)
    return {
      ...html(401, 'Unauthorised'),
      headers: { 'WWW-Authenticate': 'Basic realm="get_pool_xml_db_sync"' },
    };
  seeDump(world, host.pool, by);
  if (strike?.how === 'html') return html(500, 'Internal Server Error');
  if (strike?.how === 'slow') await cloud.time.sleep(strike.seconds ?? 0);
  else if (strike && strike.how !== 'truncate') {
    rememberDoubt(world, by, CALL, host.pool.name);
    throw new SimSocketError(strike.how === 'hang' ? 'hang' : 'reset');
  }
  sawState(world, by);
  await cloud.time.sleep(SECONDS.databaseDump);
  assertServes(world, host);
  const body = host.pool.rollingUpgradeFlag ? stub() : dump(world, host);
  // EOF cannot be told from truncation: there is no Content-Length (F51).
  const cut = strike?.how === 'truncate' ? Math.floor(body.length * 0.6) : body.length;
  return {
    status: 200,
    headers: { connection: 'close', 'content-type': 'application/data' },
    body: body.slice(0, cut),
  };
}

/** XAPI answers 404 where it has no list (xc §3.7.1). */
function getUpdates(world: XapiWorld, host: SimHost, url: URL): HttpReply {
  if (!world.machine(host).ready || !isMasterHost(host)) return html(500, 'Internal Server Error');
  const call = `GET ${UPDATES_PATH}`;
  const by = clientOf(world, host, url, {});
  const strike = world.cloud.faults.strike(`xapi:${call}`, host.pool.name);
  const ok = by !== undefined && strike === undefined;
  world.cloud.record({
    face: 'xapi',
    call,
    on: host.pool.name,
    by: by ?? 'nobody',
    mutates: false,
    ok,
    ...(!ok && { code: by === undefined ? '401' : '500' }),
  });
  if (by === undefined) return html(401, 'Unauthorised');
  if (strike?.how === 'hang') throw new SimSocketError('hang');
  if (strike) return html(500, 'Internal Server Error');
  sawState(world, by);
  const body = updatesOf(host);
  if (body === undefined) return html(404, 'Not Found');
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** Whose session it is; undefined where it is nobody's. */
export function clientOf(
  world: XapiWorld,
  host: SimHost,
  url: URL,
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const cookie = /session_id=([^;]+)/.exec(headers['cookie'] ?? '')?.[1];
  const ref =
    url.searchParams.get('session_id') ?? (cookie === undefined ? undefined : decodeURIComponent(cookie));
  const session = ref === undefined ? undefined : world.of(host.pool).sessions.get(ref);
  if (session) return session.originator || session.user;
  const basic = `Basic ${Buffer.from(`${XAPI_USER}:${XAPI_PASSWORD}`).toString('base64')}`;
  return headers['authorization'] === basic ? XAPI_USER : undefined;
}

const attribute = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const manifest = (generation: number): string =>
  `<manifest><pair key="schema_major_vsn" value="5"/><pair key="schema_minor_vsn" value="77"/>` +
  `<pair key="generation_count" value="${generation}"/></manifest>`;

/** The stub of a rolling upgrade: an old schema with empty tables and generation 103 (xapi §3.5). */
const stub = (): string =>
  `<?xml version="1.0"?><database>${manifest(103)}${TABLES.map((name) => `<table name="${name}"/>`).join('')}</database>`;

function dump(world: XapiWorld, host: SimHost): string {
  const release = world.release(host.pool);
  const tables = TABLES.map((cls) => {
    const rows = [...objectsOf(world, host.pool, cls)].map(([uuid, record]) => {
      const fields = Object.entries(fullRecord(cls, release, uuid, record()))
        .map(([name, value]) => `${columnOf(name)}="${attribute(sexpr(value))}"`)
        .join(' ');
      return `<row ref="${refOf(uuid)}" ${fields}/>`;
    });
    return `<table name="${cls}">${rows.join('')}</table>`;
  });
  return `<?xml version="1.0"?><database>${manifest(world.of(host.pool).generation)}${tables.join('')}</database>`;
}

/** The database joins a field's namespace with two underscores. */
const columnOf = (field: string): string => field.replace(/^(name|memory|VCPUs|PV|HVM)_/, '$1__');

function sexpr(value: XapiValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `(${value.map((item: XapiValue) => `'${sexpr(item)}'`).join(' ')})`;
  return `(${Object.entries(value)
    .map(([key, member]) => `('${key}' '${sexpr(member)}')`)
    .join(' ')})`;
}
