/** The reads every class has: get_all, get_all_records, get_record, get_by_uuid, get_by_name_label, get_<field>. */
import type { XapiClass } from './fields';
import { assertClass, objectAt, text, type Call, type Method } from './method';
import { fieldsOf, fullRecord, isClass, objectsOf } from './objects';
import { RELEASES } from '../profiles';
import { refOf, XapiFailure, type XapiValue } from './values';

const objects = (call: Call, cls: XapiClass): ReturnType<typeof objectsOf> =>
  objectsOf(call.world, call.pool, cls);

/** undefined where the class has no such read. */
export function genericRead(name: string): Method | undefined {
  const [cls = '', message = ''] = name.split('.');
  if (!isClass(cls) || cls === 'session') return undefined;
  const method = readOf(cls, message);
  if (!method) return undefined;
  return {
    ...method,
    run: (call) => {
      assertClass(cls, call.release, name);
      return method.run(call);
    },
  };
}

function readOf(cls: XapiClass, message: string): Method | undefined {
  const self = [`ref:${cls}`] as const;
  switch (message) {
    case 'get_all':
      return { params: [], run: (call) => [...objects(call, cls).keys()].map(refOf) };
    case 'get_all_records':
      return { params: [], run: (call) => allRecords(call, cls) };
    case 'get_record':
      return {
        params: self,
        run: (call) => {
          const { uuid, record } = objectAt(call, cls, 0);
          return fullRecord(cls, call.release, uuid, record());
        },
      };
    case 'get_by_uuid':
      return {
        params: ['s'],
        run: (call) => {
          const uuid = text(call, 0);
          if (!objects(call, cls).has(uuid)) throw new XapiFailure('UUID_INVALID', cls, uuid);
          return refOf(uuid);
        },
      };
    case 'get_by_name_label':
      if (!hasField(cls, 'name_label')) return undefined;
      return {
        params: ['s'],
        run: (call) =>
          [...objects(call, cls)]
            .filter(([, record]) => record()['name_label'] === text(call, 0))
            .map(([uuid]) => refOf(uuid)),
      };
  }
  const field = message.startsWith('get_') ? message.slice(4) : '';
  if (!hasField(cls, field)) return undefined;
  return {
    params: self,
    run: (call) => {
      const { uuid, record } = objectAt(call, cls, 0);
      const value = fullRecord(cls, call.release, uuid, record())[field];
      if (value === undefined) throw new XapiFailure('MESSAGE_METHOD_UNKNOWN', `${cls}.${message}`);
      return value;
    },
  };
}

const hasField = (cls: XapiClass, field: string): boolean =>
  fieldsOf(cls, RELEASES.at(-1)!).some(([name]) => name === field);

function allRecords(call: Call, cls: XapiClass): XapiValue {
  return Object.fromEntries(
    [...objects(call, cls)].map(([uuid, record]) => [
      refOf(uuid),
      fullRecord(cls, call.release, uuid, record()),
    ]),
  );
}
