/** The page's files, as they stand beside this one. Read at each request: they are few, and edits show at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '/': { name: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { name: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/blocks.js': { name: 'blocks.js', type: 'text/javascript; charset=utf-8' },
};

export function pageFile(path: string): { readonly content: string; readonly type: string } | undefined {
  const file = FILES[path];
  return file && { type: file.type, content: readFileSync(join(__dirname, 'page', file.name), 'utf8') };
}
