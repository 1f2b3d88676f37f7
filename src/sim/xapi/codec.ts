/** XML-RPC as XAPI speaks it, server half: untyped strings out, strict about what it takes in (xapi §1.2, §1.3). */
import { Int32, type XapiReply, type XapiValue } from './values';

/** The request was no XML-RPC at all: HTTP 500 with an HTML page (xapi §1.1). */
export class MalformedRequest extends Error {}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (value: string): string => value.replace(/[&<>"]/g, (character) => ESCAPES[character]!);

/** OCaml's "%.16g". */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 16) return String(Number(value.toPrecision(16)));
  const [mantissa = '', power = '0'] = value.toExponential(15).split('e');
  const digits = String(Math.abs(Number(power))).padStart(2, '0');
  return `${String(Number(mantissa))}e${power.startsWith('-') ? '-' : '+'}${digits}`;
}

/** `%Y%m%dT%H:%M:%SZ`. */
export const formatDate = (value: Date): string => `${value.toISOString().slice(0, 19).replaceAll('-', '')}Z`;

export function encodeValue(value: XapiValue): string {
  if (typeof value === 'string') return `<value>${escape(value)}</value>`;
  if (typeof value === 'boolean') return `<value><boolean>${value ? 1 : 0}</boolean></value>`;
  if (typeof value === 'number') return `<value><double>${formatDouble(value)}</double></value>`;
  if (value instanceof Int32) return `<value><i4>${value.value}</i4></value>`;
  if (value instanceof Date)
    return `<value><dateTime.iso8601>${formatDate(value)}</dateTime.iso8601></value>`;
  if (Array.isArray(value)) {
    const items = value.map((item: XapiValue) => encodeValue(item)).join('');
    return `<value><array><data>${items}</data></array></value>`;
  }
  const members = Object.entries(value)
    .map(([name, member]) => `<member><name>${escape(name)}</name>${encodeValue(member)}</member>`)
    .join('');
  return `<value><struct>${members}</struct></value>`;
}

export const encodeReply = (reply: XapiReply): string =>
  `<?xml version="1.0"?><methodResponse><params><param>${encodeValue(reply)}</param></params></methodResponse>`;

interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

const TAG =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z][\w.:-]*)[^<>]*?(\/?)>|<\?[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>/g;

/** A small strict parser: every tag closed in order, one root. */
function parseXml(source: string): Element {
  const root: Element = { name: '', children: [], text: '' };
  const open: Element[] = [root];
  let at = 0;
  for (const match of source.matchAll(TAG)) {
    const top = open.at(-1)!;
    top.text += source.slice(at, match.index);
    at = match.index + match[0].length;
    const [, cdata, closing, name, selfClosing] = match;
    // Clients may spell text that needs escaping as CDATA: it is text all the same.
    if (cdata !== undefined) top.text += escape(cdata);
    if (name === undefined) continue;
    if (closing) {
      if (top.name !== name || open.length === 1) throw new MalformedRequest(`</${name}> closes nothing`);
      open.pop();
      continue;
    }
    const element: Element = { name, children: [], text: '' };
    top.children.push(element);
    if (!selfClosing) open.push(element);
  }
  if (open.length !== 1) throw new MalformedRequest(`<${open.at(-1)!.name}> is not closed`);
  const [only] = root.children;
  if (!only || root.children.length !== 1 || /</.test(source.slice(at)))
    throw new MalformedRequest('no single root');
  return only;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const unescape = (value: string): string =>
  value.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x') || name.startsWith('#X'))
      return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    const known = ENTITIES[name];
    if (known === undefined) throw new MalformedRequest(`unknown entity ${whole}`);
    return known;
  });

const child = (element: Element, name: string): Element => {
  const found = element.children.find((one) => one.name === name);
  if (!found) throw new MalformedRequest(`<${element.name}> has no <${name}>`);
  return found;
};

/** Throws MalformedRequest. Ints arrive as text, whichever way they were sent. */
export function decodeRequest(source: string): {
  readonly method: string;
  readonly params: readonly XapiValue[];
} {
  const call = parseXml(source);
  if (call.name !== 'methodCall') throw new MalformedRequest(`<${call.name}> instead of <methodCall>`);
  const method = unescape(child(call, 'methodName').text.trim());
  const params = call.children.find((one) => one.name === 'params')?.children ?? [];
  return { method, params: params.map((param) => decodeValue(child(param, 'value'))) };
}

function decodeValue(value: Element): XapiValue {
  const [typed] = value.children;
  if (!typed) return unescape(value.text);
  const content = unescape(typed.text);
  switch (typed.name) {
    case 'string':
      return content;
    case 'int':
    case 'i4':
    case 'i8':
      if (!/^\s*[+-]?\d+\s*$/.test(content)) throw new MalformedRequest(`<${typed.name}>${content}`);
      return content.trim();
    case 'boolean':
      if (!/^\s*[01]\s*$/.test(content)) throw new MalformedRequest(`<boolean>${content}`);
      return content.trim() === '1';
    case 'double':
      return Number(content);
    case 'dateTime.iso8601':
      return decodeDate(content.trim());
    case 'array':
      return child(typed, 'data').children.map(decodeValue);
    case 'struct':
      return Object.fromEntries(
        typed.children.map((member) => [
          unescape(child(member, 'name').text),
          decodeValue(child(member, 'value')),
        ]),
      );
    default:
      throw new MalformedRequest(`<${typed.name}> is no type of ours`);
  }
}

function decodeDate(content: string): Date {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):(\d{2}):(\d{2})/.exec(content);
  if (!match) throw new MalformedRequest(`date ${content}`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}
