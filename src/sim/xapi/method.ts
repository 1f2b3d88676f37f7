/** The shape of a method: parameters, whether it changes anything, what it is about. Tables of them live beside. */
import type { SimHost, SimPool, SimVm } from '../model';
import type { Release } from '../profiles';
import type { XapiClass } from './fields';
import { hasClass, objectsOf } from './objects';
import { NULL_REF, uuidOfRef, XapiFailure, type XapiRecord, type XapiValue } from './values';
import type { SimSession, XapiWorld } from './world';

/** s string, b bool, i int64 as text, f double, S set of strings, m map of strings, or `CLASS` of a reference. */
export type Param = 's' | 'b' | 'i' | 'f' | 'S' | 'm' | `ref:${XapiClass}`;

export interface Call {
  readonly world: XapiWorld;
  readonly pool: SimPool;
  /** The host that was called. */
  readonly host: SimHost;
  readonly session: SimSession;
  readonly sessionRef: string;
  /** Originator, or the user where none was given. */
  readonly by: string;
  readonly release: Release;
  readonly args: readonly XapiValue[];
  /** For a task: 0 to 1. */
  readonly report: (progress: number) => void;
  readonly cancellable: (cancel: () => void) => void;
}

export interface Method {
  readonly params: readonly Param[];
  /** How many of the last parameters may be left out. */
  readonly defaulted?: number;
  readonly mutates?: boolean | ((call: Call) => boolean);
  /** A word behind the name, where one method does several things: `host.call_plugin main`. */
  readonly word?: (call: Call) => string;
  /** False where `Async.` does not exist (xapi §1.4). */
  readonly async?: boolean;
  readonly run: (call: Call) => XapiValue | Promise<XapiValue>;
}

export const text = (call: Call, at: number): string => {
  const value = call.args[at];
  return typeof value === 'string' ? value : '';
};
export const flag = (call: Call, at: number): boolean => call.args[at] === true;
export const double = (call: Call, at: number): number => {
  const value = call.args[at];
  return typeof value === 'number' ? value : Number(value);
};
export const texts = (call: Call, at: number): string[] => {
  const value = call.args[at];
  return Array.isArray(value) ? value.filter((item: XapiValue) => typeof item === 'string') : [];
};
export const map = (call: Call, at: number): Record<string, string> => {
  const value = call.args[at];
  if (typeof value !== 'object' || Array.isArray(value)) return {};
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
};

/** Throws HANDLE_INVALID [class, ref] (xapi §1.3). */
export function hostAt(call: Call, at: number): SimHost {
  const ref = text(call, at);
  const host = call.pool.hosts.find((one) => one.uuid === uuidOfRef(ref));
  if (!host) throw new XapiFailure('HANDLE_INVALID', 'host', ref);
  return host;
}

export function vmAt(call: Call, at: number): SimVm {
  const ref = text(call, at);
  const vm = call.pool.vms.find((one) => one.uuid === uuidOfRef(ref));
  if (!vm) throw new XapiFailure('HANDLE_INVALID', 'VM', ref);
  return vm;
}

/** The object of any class, as its record function. */
export function objectAt(call: Call, cls: XapiClass, at: number): { uuid: string; record: () => XapiRecord } {
  const ref = text(call, at);
  const uuid = uuidOfRef(ref);
  const record = objectsOf(call.world, call.pool, cls).get(uuid);
  if (!record || ref === NULL_REF) throw new XapiFailure('HANDLE_INVALID', cls, ref);
  return { uuid, record };
}

export function checkParam(param: Param, value: XapiValue, name: string): void {
  const bad = (): never => {
    throw new XapiFailure('FIELD_TYPE_ERROR', name);
  };
  if (param === 'b') {
    if (typeof value !== 'boolean') bad();
  } else if (param === 'f') {
    if (typeof value === 'boolean' || typeof value === 'object' || Number.isNaN(Number(value))) bad();
  } else if (param === 'i') {
    const isInteger =
      typeof value === 'number'
        ? Number.isInteger(value)
        : typeof value === 'string' && /^-?\d+$/.test(value);
    if (!isInteger) bad();
  } else if (param === 'S') {
    if (!Array.isArray(value)) bad();
  } else if (param === 'm') {
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Date) bad();
  } else if (typeof value !== 'string') bad();
}

export const assertClass = (cls: XapiClass, release: Release, method: string): void => {
  if (!hasClass(cls, release)) throw new XapiFailure('MESSAGE_METHOD_UNKNOWN', method);
};
