/** The page's files, as they stand beside this one. Read at each request: they are few, and edits show at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/page.css': 'page.css',
  '/page.js': 'page.js',
  '/blocks.js': 'blocks.js',
  '/composer.js': 'composer.js',
  '/dialogs.js': 'dialogs.js',
  '/wire.js': 'wire.js',
};
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

export function pageFile(path: string): { readonly content: string; readonly type: string } | undefined {
  const name = FILES[path];
  if (name === undefined) return undefined;
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  return { type, content: readFileSync(join(__dirname, 'page', name), 'utf8') };
}
