/** Reads the documentation as its readers do: headings, the text below them, tables and fenced blocks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

export const page = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface Part {
  readonly title: string;
  /** What stands below the heading, up to the next one of its depth or above. */
  readonly text: string;
}

/** The parts of this depth (2: `##`), in order. What looks like a heading inside a fence is none. */
export function partsOf(markdown: string, depth: number): readonly Part[] {
  const parts: { title: string; lines: string[] }[] = [];
  let inPart = false;
  for (const line of unfenced(markdown)) {
    const heading = /^(#+) (.+)$/.exec(line.text);
    if (heading && !line.fenced && heading[1]!.length <= depth) {
      inPart = heading[1]!.length === depth;
      if (inPart) parts.push({ title: heading[2]!, lines: [] });
      continue;
    }
    if (inPart) parts.at(-1)!.lines.push(line.text);
  }
  return parts.map(({ title, lines }) => ({ title, text: lines.join('\n').replace(/^\n+|\s+$/g, '') }));
}

export const titlesOf = (markdown: string, depth: number): readonly string[] =>
  partsOf(markdown, depth).map(({ title }) => title);

function unfenced(markdown: string): readonly { readonly text: string; readonly fenced: boolean }[] {
  let fenced = false;
  return markdown.split('\n').map((text) => {
    if (!text.startsWith('```')) return { text, fenced };
    fenced = !fenced;
    return { text, fenced: true };
  });
}

/** Fenced blocks of this language, without the fences. */
export const fencesOf = (markdown: string, language: string): readonly string[] =>
  [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, body]) => body!,
  );

/** Rows of all tables, cells trimmed, heads and rules left out. */
export function rowsOf(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n');
  return lines.flatMap((line, at) => {
    if (!line.startsWith('|') || isRule(line) || isRule(lines[at + 1] ?? '')) return [];
    return [
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replace(/\\\|/g, '|')),
    ];
  });
}

const isRule = (line: string): boolean => /^\|[ :|-]+\|$/.test(line);

/** One line, however it was wrapped. */
export const flowed = (text: string): string => text.replace(/\s+/g, ' ').trim();
