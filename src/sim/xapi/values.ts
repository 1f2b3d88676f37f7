/** XAPI's values at the level of the call: int64 is text, a JS number is a double, and only Int32 is an `<i4>`. */

/** The one 32-bit integer of the API: event.from's valid_ref_counts (xapi §1.3). */
export class Int32 {
  constructor(readonly value: number) {}
}

export type XapiValue =
  string | boolean | number | Date | Int32 | readonly XapiValue[] | { readonly [member: string]: XapiValue };

export type XapiRecord = { readonly [field: string]: XapiValue };

export type XapiReply =
  | { readonly Status: 'Success'; readonly Value: XapiValue }
  | { readonly Status: 'Failure'; readonly ErrorDescription: readonly string[] };

/** ErrorDescription as an exception: code first, then its parameters. */
export class XapiFailure extends Error {
  readonly description: readonly string[];

  constructor(...description: readonly string[]) {
    super(description.join(' '));
    this.name = 'XapiFailure';
    this.description = description;
  }
}

export const NULL_REF = 'OpaqueRef:NULL';
export const VOID = '';
export const NEVER = new Date(0);
export const refOf = (uuid: string): string => `OpaqueRef:${uuid}`;
export const uuidOfRef = (ref: string): string => ref.replace(/^OpaqueRef:/, '');

/** Memory is counted in MiB here and in bytes on the wire. */
export const bytes = (mib: number): string => String(mib * 1024 * 1024);

/** OCaml prints whole floats with a trailing dot: "1415212345." (xapi §5.1). */
export const ocamlFloat = (value: number): string => (Number.isInteger(value) ? `${value}.` : String(value));

/** As a client's decoder would hand it over: Int32 becomes a number. */
export function plain(value: XapiValue): unknown {
  if (value instanceof Int32) return value.value;
  if (value instanceof Date || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: XapiValue) => plain(item));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
