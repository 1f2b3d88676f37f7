/** event.from: everything on an empty token, then what changed since; blocks on the wall's clock (xapi §9.2). */
import type { XapiClass } from './fields';
import { double, text, texts, type Call } from './method';
import { CLASS_BY_LOWER, fullRecord, hasClass, objectsOf } from './objects';
import { masterProfile } from './world';
import { Int32, refOf, uuidOfRef, XapiFailure, type XapiValue } from './values';

interface Subscription {
  readonly cls: XapiClass;
  /** One object only (`task/OpaqueRef:…`). */
  readonly uuid?: string;
}

/** 50 ms, so that several changes make one batch (xapi §12.6). */
const BATCH_MS = 50;

export async function eventsFrom(call: Call): Promise<XapiValue> {
  if (!masterProfile(call.pool).eventsFrom) throw new XapiFailure('MESSAGE_METHOD_UNKNOWN', 'event.from');
  const subscriptions = texts(call, 0).flatMap((word) => parseClass(call, word));
  const since = parseToken(text(call, 1));
  const deadline = Date.now() + double(call, 2) * 1000;
  for (;;) {
    if (call.session.closed) throw new XapiFailure('SESSION_INVALID', call.sessionRef);
    const state = call.world.of(call.pool);
    const events = since === 0 ? all(call, subscriptions) : changes(call, subscriptions, since);
    const left = deadline - Date.now();
    if (events.length > 0 || left <= 0) return reply(call, subscriptions, events, state.generation);
    await nextChange(call, left);
  }
}

function parseClass(call: Call, word: string): Subscription[] {
  if (word === '*')
    return [...CLASS_BY_LOWER.values()].filter((cls) => hasClass(cls, call.release)).map((cls) => ({ cls }));
  const [name = '', ref] = word.split('/');
  const cls = CLASS_BY_LOWER.get(name.toLowerCase());
  if (!cls || !hasClass(cls, call.release)) throw new XapiFailure('EVENT_SUBSCRIPTION_PARSE_FAILURE', word);
  return [ref === undefined ? { cls } : { cls, uuid: uuidOfRef(ref) }];
}

function parseToken(token: string): number {
  if (token === '') return 0;
  const match = /^\d{20},(\d{20})$/.exec(token);
  if (!match) throw new XapiFailure('EVENT_FROM_TOKEN_PARSE_FAILURE', token);
  return Number(match[1]);
}

const tokenOf = (generation: number): string =>
  `${String(0).padStart(20, '0')},${String(generation).padStart(20, '0')}`;

const wants = (subscriptions: readonly Subscription[], lower: string, uuid: string): boolean =>
  subscriptions.some(
    (one) => one.cls.toLowerCase() === lower && (one.uuid === undefined || one.uuid === uuid),
  );

function all(call: Call, subscriptions: readonly Subscription[]): XapiValue[] {
  return subscriptions.flatMap(({ cls, uuid }) =>
    [...objectsOf(call.world, call.pool, cls)]
      .filter(([one]) => uuid === undefined || one === uuid)
      .map(([one, record]) => event(call, 'add', cls, one, fullRecord(cls, call.release, one, record()))),
  );
}

/** Additions, then changes, then deletions; several changes of one object are one event. */
function changes(call: Call, subscriptions: readonly Subscription[], since: number): XapiValue[] {
  const state = call.world.of(call.pool);
  const adds: XapiValue[] = [];
  const mods: XapiValue[] = [];
  const cache = new Map<XapiClass, ReturnType<typeof objectsOf>>();
  for (const [key, change] of state.changes) {
    if (change.modified <= since) continue;
    const [lower = '', uuid = ''] = key.split('/');
    const cls = CLASS_BY_LOWER.get(lower.toLowerCase());
    if (!cls || !wants(subscriptions, cls.toLowerCase(), uuid)) continue;
    const objects = cache.get(cls) ?? objectsOf(call.world, call.pool, cls);
    cache.set(cls, objects);
    const record = objects.get(uuid);
    if (!record) continue;
    const isNew = change.created > since;
    (isNew ? adds : mods).push(
      event(call, isNew ? 'add' : 'mod', cls, uuid, fullRecord(cls, call.release, uuid, record())),
    );
  }
  const dels = state.deleted
    .filter((gone) => gone.generation > since && wants(subscriptions, gone.cls.toLowerCase(), gone.uuid))
    .map((gone) => event(call, 'del', gone.cls, gone.uuid));
  return [...adds, ...mods, ...dels];
}

const event = (
  call: Call,
  operation: string,
  cls: string,
  uuid: string,
  snapshot?: XapiValue,
): XapiValue => ({
  id: String(call.world.of(call.pool).generation),
  timestamp: String(call.world.cloud.time.now() / 1000),
  class: cls.toLowerCase(),
  operation,
  ref: refOf(uuid),
  obj_uuid: uuid,
  ...(snapshot !== undefined && { snapshot }),
});

function reply(
  call: Call,
  subscriptions: readonly Subscription[],
  events: XapiValue[],
  generation: number,
): XapiValue {
  const counts = subscriptions.map(
    ({ cls }) => [cls.toLowerCase(), new Int32(objectsOf(call.world, call.pool, cls).size)] as const,
  );
  return { events, valid_ref_counts: Object.fromEntries(counts), token: tokenOf(generation) };
}

/** The next change in the pool, batched; the end of the session; or the deadline. */
function nextChange(call: Call, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(deadline);
      unsubscribe();
      resolve();
    };
    const deadline = setTimeout(finish, milliseconds);
    deadline.unref();
    let batching = false;
    const unsubscribe = call.world.cloud.onChanged((pool) => {
      if (pool !== call.pool || batching) return;
      batching = true;
      setTimeout(finish, Math.min(BATCH_MS, milliseconds)).unref();
    });
  });
}
