/** XML is what CloudStack answers when nobody asks for JSON: element per field, repeated element per row. */
import type { Plain, Row } from './side';

export function xmlOf(envelope: Row): string {
  const [name, content] = Object.entries(envelope)[0] ?? ['errorresponse', {}];
  return `<?xml version="1.0" encoding="UTF-8"?>${element(name, content)}`;
}

function element(name: string, value: Plain): string {
  if (Array.isArray(value)) return value.map((item: Plain) => element(name, item)).join('');
  if (value === null) return `<${name}/>`;
  if (typeof value === 'object')
    return `<${name}>${Object.entries(value)
      .map(([key, member]) => element(key, member))
      .join('')}</${name}>`;
  return `<${name}>${escape(String(value))}</${name}>`;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
