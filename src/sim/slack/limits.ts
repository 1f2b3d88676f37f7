/** Slack's strictness (stack §8): what a message or a modal may hold. A breach is refused as Slack refuses it. */
import { textIn, type Block } from './model';
import { SlackRefusal } from './state';

const MESSAGE_TYPES = new Set([
  'actions',
  'card',
  'carousel',
  'container',
  'context',
  'context_actions',
  'data_table',
  'divider',
  'file',
  'header',
  'image',
  'markdown',
  'plan',
  'rich_text',
  'section',
  'table',
  'task_card',
  'video',
]);
const MODAL_TYPES = new Set([
  'actions',
  'alert',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'video',
]);

/** Reported at about 13,200 characters (slackapi/bolt-js#2509). */
const ALL_BLOCKS = 13_200;

const is = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const many = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [];

export function checkMessage(text: string, blocks: readonly Block[]): void {
  if (text === '' && blocks.length === 0) throw new SlackRefusal('no_text');
  if (text.length > 40_000) throw new SlackRefusal('msg_too_long');
  checkBlocks(blocks, 50, MESSAGE_TYPES);
  if (JSON.stringify(blocks).length > ALL_BLOCKS) throw new SlackRefusal('msg_blocks_too_long');
  if (blocks.filter((block) => block['type'] === 'table').length > 1)
    throw invalid('only one table is allowed');
}

export function checkView(view: unknown): Block {
  if (!is(view) || view['type'] !== 'modal') throw new SlackRefusal('invalid_arguments');
  plainText(view['title'], 24, 'title');
  if (view['submit'] !== undefined) plainText(view['submit'], 24, 'submit');
  if (view['close'] !== undefined) plainText(view['close'], 24, 'close');
  if (typeof view['private_metadata'] === 'string' && view['private_metadata'].length > 3000)
    throw invalid('private_metadata is too long');
  const blocks = many(view['blocks']).filter(is);
  checkBlocks(blocks, 100, MODAL_TYPES);
  if (blocks.some((block) => block['type'] === 'input') && view['submit'] === undefined)
    throw invalid('a modal with an input needs submit');
  return view;
}

function checkBlocks(blocks: readonly Block[], most: number, types: ReadonlySet<string>): void {
  if (blocks.length > most) throw invalid(`no more than ${most} blocks`);
  const ids = new Set<unknown>();
  for (const [i, block] of blocks.entries()) {
    const at = (what: string): string => `${what} [json-pointer:/blocks/${i}]`;
    const type = String(block['type']);
    if (!types.has(type)) throw invalid(at(`unsupported type: ${type}`));
    if (block['block_id'] !== undefined) {
      if (textIn(block['block_id']).length > 255) throw invalid(at('block_id is too long'));
      if (ids.has(block['block_id'])) throw invalid(at('block_id already exists'));
      ids.add(block['block_id']);
    }
    const wrong = BLOCK_CHECKS[type]?.(block);
    if (wrong !== undefined) throw invalid(at(wrong));
  }
}

const BLOCK_CHECKS: Readonly<Record<string, (block: Block) => string | undefined>> = {
  header: (block) => textBreach(block['text'], 150, ['plain_text']),
  section(block) {
    const fields = many(block['fields']);
    if (block['text'] === undefined && fields.length === 0) return 'missing required field: text or fields';
    if (fields.length > 10) return 'no more than 10 fields';
    return (
      (block['text'] === undefined ? undefined : textBreach(block['text'], 3000)) ??
      first(fields, (field) => textBreach(field, 2000)) ??
      (block['accessory'] === undefined ? undefined : elementBreach(block['accessory']))
    );
  },
  context(block) {
    const elements = many(block['elements']);
    if (elements.length === 0 || elements.length > 10) return 'context takes 1 to 10 elements';
    return first(elements, (element) =>
      is(element) && element['type'] === 'image' ? undefined : textBreach(element, 3000),
    );
  },
  actions(block) {
    const elements = many(block['elements']);
    if (elements.length === 0 || elements.length > 25) return 'actions takes 1 to 25 elements';
    const ids = elements.map((element) => (is(element) ? element['action_id'] : undefined));
    if (new Set(ids).size < ids.length) return 'action_id already exists';
    return first(elements, elementBreach);
  },
  input(block) {
    if (!is(block['element'])) return 'missing required field: element';
    return textBreach(block['label'], 2000, ['plain_text']);
  },
  table(block) {
    const rows = many(block['rows']);
    if (rows.length === 0 || rows.length > 100) return 'table takes 1 to 100 rows';
    if (JSON.stringify(rows).length > 10_000) return 'table is too long';
    return first(rows, (row) => {
      const cells = many(row);
      if (cells.length === 0 || cells.length > 20) return 'a row takes 1 to 20 cells';
      return first(cells, (cell) => {
        if (!is(cell) || !['raw_text', 'raw_number', 'rich_text'].includes(String(cell['type'])))
          return 'unsupported cell';
        return cell['type'] === 'raw_text' && cell['text'] === '' ? 'a cell must not be empty' : undefined;
      });
    });
  },
  markdown: (block) => (textIn(block['text']).length > 12_000 ? 'markdown is too long' : undefined),
};

function elementBreach(element: unknown): string | undefined {
  if (!is(element)) return 'an element is an object';
  if (textIn(element['action_id']).length > 255) return 'action_id is too long';
  if (element['type'] !== 'button') return undefined;
  const { confirm } = element;
  return (
    textBreach(element['text'], 75, ['plain_text']) ??
    (textIn(element['value']).length > 2000 ? 'value is too long' : undefined) ??
    (element['style'] !== undefined && !['primary', 'danger'].includes(textIn(element['style']))
      ? 'invalid style'
      : undefined) ??
    (confirm === undefined ? undefined : confirmBreach(confirm))
  );
}

function confirmBreach(confirm: unknown): string | undefined {
  if (!is(confirm)) return 'confirm is an object';
  return (
    textBreach(confirm['title'], 100, ['plain_text']) ??
    textBreach(confirm['text'], 300) ??
    textBreach(confirm['confirm'], 30, ['plain_text']) ??
    textBreach(confirm['deny'], 30, ['plain_text'])
  );
}

function textBreach(
  text: unknown,
  most: number,
  types: readonly string[] = ['plain_text', 'mrkdwn'],
): string | undefined {
  if (!is(text) || !types.includes(String(text['type']))) return `a text is ${types.join(' or ')}`;
  const length = typeof text['text'] === 'string' ? text['text'].length : 0;
  if (length === 0) return 'a text must not be empty';
  return length > most ? `must be less than ${most + 1} characters` : undefined;
}

function plainText(text: unknown, most: number, what: string): void {
  const wrong = textBreach(text, most, ['plain_text']);
  if (wrong !== undefined) throw invalid(`${what}: ${wrong}`);
}

function first<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const wrong = check(item);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const invalid = (message: string): SlackRefusal =>
  new SlackRefusal('invalid_blocks', {
    errors: [message],
    response_metadata: { messages: [`[ERROR] ${message}`] },
  });
