/** Blocks as Slack draws them. Everything is made of text nodes: nothing a message says can become markup of the page. */

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') node.className = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

const COLOURS = ['#1264a3', '#0b7285', '#b3274a', '#2b8a5f', '#c2581b', '#5b6b7f', '#8d5fd3'];
/** Neighbours in the alphabet differ. */
export const colourOf = (id) =>
  COLOURS[[...id].reduce((sum, letter) => sum * 5 + letter.charCodeAt(0), 0) % COLOURS.length];

export function avatar({ id, name }, bot) {
  const look = bot ? 'background:linear-gradient(135deg,#0f9d8a,#125e8a)' : `background:${colourOf(id)}`;
  return el('div', { class: 'avatar', style: look, 'aria-hidden': 'true' }, bot ? '⬆' : name.slice(0, 1));
}

export const timeOf = (ts) =>
  new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** `names`: what @-mentions read, by id. */
export function mrkdwn(text, names) {
  const out = document.createDocumentFragment();
  for (const [i, part] of text.split('```').entries()) {
    if (i % 2 === 1) out.append(el('pre', {}, unescape(part.replace(/^\n/, ''))));
    else
      for (const [n, line] of part.split('\n').entries()) {
        if (n > 0) out.append('\n');
        if (line.startsWith('&gt;'))
          out.append(el('blockquote', {}, ...inline(line.slice(4).trimStart(), names)));
        else out.append(...marked(line, names));
      }
  }
  return out;
}

/** Signs at the beginning of a line are coloured; they always stand beside a word. */
const SIGNS = { '✓': 'mark-done', '✗': 'mark-held', '?': 'mark-asks', '…': 'mark-waits' };

function marked(line, names) {
  const [, space = '', sign, rest] = /^(\s*)([✓✗?…]) (.*)$/.exec(line) ?? [];
  if (sign === undefined) return inline(line, names);
  return [space, el('span', { class: SIGNS[sign] }, sign), ' ', ...inline(rest, names)];
}

const TOKEN = /(`[^`\n]+`)|(<[^>\n]+>)|(\*[^*\n]+\*)|(\b_[^_\n]+_\b)|(~[^~\n]+~)|([▰▱]{4,})/;

function inline(text, names) {
  const nodes = [];
  let rest = text;
  for (let match = TOKEN.exec(rest); match; match = TOKEN.exec(rest)) {
    const [whole, code, angle, bold, italic, strike, bar] = match;
    // a star inside a word is a star
    const before = match.index === 0 ? ' ' : rest[match.index - 1];
    const glued = (bold || italic || strike) && /[\p{L}\p{N}]/u.test(before);
    nodes.push(unescape(rest.slice(0, match.index)));
    if (glued) nodes.push(unescape(whole));
    else if (code) nodes.push(el('code', {}, unescape(code.slice(1, -1))));
    else if (angle) nodes.push(angled(angle.slice(1, -1), names));
    else if (bold) nodes.push(el('strong', {}, ...inline(bold.slice(1, -1), names)));
    else if (italic) nodes.push(el('em', {}, ...inline(italic.slice(1, -1), names)));
    else if (strike) nodes.push(el('s', {}, ...inline(strike.slice(1, -1), names)));
    else nodes.push(el('span', { class: 'progress' }, bar));
    rest = rest.slice(match.index + whole.length);
  }
  nodes.push(unescape(rest));
  return nodes.filter((node) => node !== '');
}

function angled(inner, names) {
  const [target, label] = inner.split('|');
  if (target.startsWith('!date^')) return dated(target, label);
  if (target.startsWith('!subteam^'))
    return el('span', { class: 'mention group' }, `@${names[target.slice(9)] ?? target.slice(9)}`);
  if (target.startsWith('!')) return el('span', { class: 'mention group' }, `@${target.slice(1)}`);
  if (target.startsWith('@'))
    return el('span', { class: 'mention' }, `@${names[target.slice(1)] ?? label ?? target.slice(1)}`);
  if (target.startsWith('#')) return el('span', { class: 'mention' }, `#${label ?? target.slice(1)}`);
  if (/^(https?|mailto):/.test(target))
    return el('a', { href: unescape(target), rel: 'noreferrer' }, unescape(label ?? target));
  return `<${inner}>`;
}

function dated(target, fallback) {
  const [, seconds, format = ''] = target.split('^');
  const date = new Date(Number(seconds) * 1000);
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const day = date.toLocaleDateString([], { month: 'short', day: 'numeric' });
  const text = format
    .replace('{date_short_pretty}', day)
    .replace('{date_short}', day)
    .replace('{date}', day)
    .replace('{time}', time);
  return el('time', { title: fallback ?? '', datetime: date.toISOString() }, text);
}

const textOf = (text, names) =>
  text.type === 'mrkdwn' ? mrkdwn(text.text, names) : document.createTextNode(text.text);

/** `press(block, element, node)` is called when a button is pressed; inputs of modals are read by their names. */
export function renderBlock(block, { names, press, errors = {} }) {
  const draw = DRAW[block.type];
  if (!draw)
    return el(
      'div',
      { class: 'block b-unknown', role: 'alert' },
      `This block cannot be shown: ${block.type}`,
    );
  return draw(block, { names, press, errors });
}

const button = (block, element, press) =>
  el(
    'button',
    {
      type: 'button',
      class: `button ${element.style ?? ''}`,
      'data-action': element.action_id,
      onclick: (event) => press(block, element, event.currentTarget),
    },
    element.text.text,
  );

const elementOf = (block, element, { press }) =>
  element.type === 'button'
    ? button(block, element, press)
    : el('span', { class: 'b-unknown', role: 'alert' }, `This element cannot be shown: ${element.type}`);

const DRAW = {
  header: (block) =>
    el('div', { class: 'block b-header', role: 'heading', 'aria-level': '3' }, block.text.text),
  section(block, all) {
    const node = el('div', { class: 'block b-section' });
    if (block.text) node.append(textOf(block.text, all.names));
    if (block.fields)
      node.append(
        el(
          'div',
          { class: 'b-fields' },
          ...block.fields.map((field) => el('div', {}, textOf(field, all.names))),
        ),
      );
    if (block.accessory)
      node.append(el('div', { class: 'accessory' }, elementOf(block, block.accessory, all)));
    return node;
  },
  context: (block, { names }) =>
    el(
      'div',
      { class: 'block b-context' },
      ...block.elements.map((one) =>
        el('span', {}, one.type === 'image' ? `[${one.alt_text}]` : textOf(one, names)),
      ),
    ),
  divider: () => el('hr', { class: 'block b-divider' }),
  actions: (block, all) =>
    el('div', { class: 'block b-actions' }, ...block.elements.map((one) => elementOf(block, one, all))),
  table(block, { names }) {
    const cell = (one) =>
      one.type === 'rich_text'
        ? richText(one, names)
        : document.createTextNode(String(one.text ?? one.value ?? ''));
    const sign = (one) => SIGNS[String(one.text).trim()] ?? '';
    const [head = [], ...rows] = block.rows;
    return el(
      'div',
      { class: 'block b-table' },
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, ...head.map((one) => el('th', {}, cell(one))))),
        el(
          'tbody',
          {},
          ...rows.map((row) => el('tr', {}, ...row.map((one) => el('td', { class: sign(one) }, cell(one))))),
        ),
      ),
    );
  },
  rich_text: (block, { names }) => el('div', { class: 'block b-section' }, richText(block, names)),
  markdown: (block, { names }) =>
    el(
      'div',
      { class: 'block b-section' },
      mrkdwn(block.text.replace(/\*\*([^*]+)\*\*/g, '*$1*').replace(/^#+ (.*)$/gm, '*$1*'), names),
    ),
  image: (block) => el('div', { class: 'block b-unknown' }, `[picture: ${block.alt_text}]`),
  input(block, { errors }) {
    const { element } = block;
    const attributes = {
      name: element.action_id,
      id: `in-${block.block_id}`,
      placeholder: element.placeholder?.text ?? '',
      maxlength: element.max_length,
    };
    const control =
      element.type === 'plain_text_input'
        ? el(element.multiline ? 'textarea' : 'input', attributes)
        : undefined;
    if (!control)
      return el('div', { class: 'b-unknown', role: 'alert' }, `This input cannot be shown: ${element.type}`);
    if (element.initial_value) control.value = element.initial_value;
    const error = errors[block.block_id];
    return el(
      'div',
      { class: 'block field' },
      el('label', { for: attributes.id }, block.label.text),
      control,
      error === undefined ? undefined : el('div', { class: 'error', role: 'alert' }, error),
    );
  },
};

function richText(block, names) {
  const part = (one) => {
    switch (one.type) {
      case 'text': {
        const { bold, italic, strike, code } = one.style ?? {};
        const tag = code ? 'code' : bold ? 'strong' : italic ? 'em' : strike ? 's' : 'span';
        return el(tag, {}, one.text);
      }
      case 'link':
        return el('a', { href: one.url, rel: 'noreferrer' }, one.text ?? one.url);
      case 'user':
        return el('span', { class: 'mention' }, `@${names[one.user_id] ?? one.user_id}`);
      case 'emoji':
        return document.createTextNode(`:${one.name}:`);
      default:
        return el('span', { class: 'b-unknown' }, `This text cannot be shown: ${one.type}`);
    }
  };
  const out = document.createDocumentFragment();
  for (const group of block.elements) {
    if (group.type === 'rich_text_list')
      out.append(
        el(
          group.style === 'ordered' ? 'ol' : 'ul',
          {},
          ...group.elements.map((item) => el('li', {}, ...item.elements.map(part))),
        ),
      );
    else {
      const tag =
        group.type === 'rich_text_preformatted'
          ? 'pre'
          : group.type === 'rich_text_quote'
            ? 'blockquote'
            : 'div';
      out.append(el(tag, {}, ...group.elements.map(part)));
    }
  }
  return out;
}
