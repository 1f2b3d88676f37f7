/** Records of unknown shape read field by field: what is not there, or is another type, is Malformed. */
import { types } from 'node:util';
import { Malformed } from '../../domain/errors';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

export class XapiObject {
  constructor(
    readonly ref: string,
    private readonly fields: Readonly<Record<string, unknown>>,
    private readonly source: string,
  ) {}

  private wrong(field: string, wanted: string): never {
    throw new Malformed(this.source, `the field ${field} is not ${wanted}`);
  }

  has(field: string): boolean {
    return this.fields[field] !== undefined;
  }

  text(field: string): string {
    const value = this.fields[field];
    return typeof value === 'string' ? value : this.wrong(field, 'text');
  }

  flag(field: string): boolean {
    const value = this.fields[field];
    return typeof value === 'boolean' ? value : this.wrong(field, 'true or false');
  }

  /** int64 arrives as text (xapi §1.3). */
  integer(field: string): number {
    const value = Number(this.text(field));
    return Number.isFinite(value) ? value : this.wrong(field, 'a number');
  }

  /** Epoch milliseconds. */
  time(field: string): number {
    const value = this.fields[field];
    // not instanceof: a large reply comes from the thread that parsed it
    return types.isDate(value) && !Number.isNaN(value.getTime())
      ? value.getTime()
      : this.wrong(field, 'a time');
  }

  set(field: string): readonly string[] {
    const value = this.fields[field];
    if (!Array.isArray(value)) return this.wrong(field, 'a list');
    return value.filter((item): item is string => typeof item === 'string');
  }

  map(field: string): Readonly<Record<string, string>> {
    const value = this.fields[field];
    if (!isObject(value)) return this.wrong(field, 'a map');
    const texts: Record<string, string> = {};
    for (const [name, text] of Object.entries(value)) if (typeof text === 'string') texts[name] = text;
    return texts;
  }
}

/** get_all_records: reference to record. */
export function objectsFrom(value: unknown, source: string): ReadonlyMap<string, XapiObject> {
  if (!isObject(value)) throw new Malformed(source, 'a list of records was expected');
  const objects = new Map<string, XapiObject>();
  for (const [ref, fields] of Object.entries(value)) {
    if (!isObject(fields)) throw new Malformed(source, 'a record was expected');
    objects.set(ref, new XapiObject(ref, fields, source));
  }
  return objects;
}

export function objectFrom(ref: string, value: unknown, source: string): XapiObject {
  if (!isObject(value)) throw new Malformed(source, 'a record was expected');
  return new XapiObject(ref, value, source);
}

export function textFrom(value: unknown, source: string): string {
  if (typeof value !== 'string') throw new Malformed(source, 'text was expected');
  return value;
}

export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly params: readonly string[] };

/** `{Status, Value | ErrorDescription}` (xapi §1.2). */
export function replyFrom(value: unknown, source: string): Reply {
  if (isObject(value)) {
    if (value['Status'] === 'Success' && value['Value'] !== undefined)
      return { ok: true, value: value['Value'] };
    const description = value['ErrorDescription'];
    if (value['Status'] === 'Failure' && Array.isArray(description)) {
      const [code = 'INTERNAL_ERROR', ...params] = description.map((item) =>
        typeof item === 'string' ? item : '',
      );
      return { ok: false, code, params };
    }
  }
  throw new Malformed(source, 'the answer has neither a value nor an error');
}
