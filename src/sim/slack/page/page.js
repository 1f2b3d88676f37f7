/** The channel in a browser: what GET /slack says is drawn, what a person does is POSTed to /slack. Nothing else is known here. */
import { avatar, colourOf, el, mrkdwn, renderBlock, timeOf } from './blocks.js';
import { complete, compose } from './composer.js';
import { confirmed, drawModal } from './dialogs.js';
import { $, act, post } from './wire.js';

const loadedAt = Date.now() / 1000;
/** Hands-on state of this page only: who acts, which thread is open, what was dismissed. */
const my = {
  person: location.hash.slice(1),
  thread: undefined,
  followed: undefined,
  dismissed: new Set(),
  drawn: new Map(),
  /** Lists that follow what is new. */
  atEnd: new Set(),
};
let world;

const here = () => ({ as: my.person, channel: channel().id });
const channel = () => world.channels[0];
const names = () =>
  Object.fromEntries([
    ...world.people.map((one) => [one.id, one.name]),
    ...world.groups.map((one) => [one.id, one.handle]),
  ]);
const isBot = (id) => !world.people.some((one) => one.id === id);

/** Only for me, and only since this page was opened: Slack forgets them too. */
const privately = () =>
  world.ephemerals
    .filter((one) => one.to === my.person && Number(one.ts) > loadedAt - 1 && !my.dismissed.has(one.ts))
    .map((one) => ({ ...one, author: { id: 'bot', name: 'xsupgrade' }, private: true, files: [] }));

function messageNode(message, where) {
  const bot = isBot(message.author.id);
  const needed = message.buttons.length > 0 && message.thread !== undefined && !message.private;
  const body =
    message.blocks.length > 0
      ? message.blocks.map((block) =>
          renderBlock(block, {
            names: names(),
            press: (from, element, node) => pressed(message, from, element, node),
          }),
        )
      : [el('div', { class: 'block b-section' }, mrkdwn(message.text, names()))];
  const content = el(
    'div',
    { class: 'content' },
    message.private
      ? el(
          'div',
          { class: 'only' },
          'Only visible to you · ',
          el('button', { type: 'button', onclick: () => dismiss(message.ts) }, 'dismiss'),
        )
      : undefined,
    el(
      'div',
      { class: 'who' },
      el('span', { class: 'author' }, message.author.name),
      bot ? el('span', { class: 'app' }, 'APP') : undefined,
      el('span', { class: 'time' }, timeOf(message.ts)),
    ),
    where === 'channel' && message.thread !== undefined && !message.private
      ? el(
          'div',
          { class: 'replied' },
          'replied to a thread: ',
          el(
            'button',
            { type: 'button', onclick: () => openThread(message.thread) },
            topicOf(message.thread),
          ),
        )
      : undefined,
    ...body,
    ...message.files.map(fileNode),
    where === 'channel' && message.thread === undefined ? repliesNode(message) : undefined,
  );
  return el(
    'div',
    { class: `message ${message.private ? 'private' : ''} ${needed ? 'needed' : ''}`, 'data-ts': message.ts },
    avatar(message.author, bot),
    content,
  );
}

/** A file is a link: what it says is fetched when somebody wants it. */
const fileNode = (file) =>
  el(
    'a',
    { class: 'b-file', href: file.url, download: file.name, 'data-file': file.id },
    ...(file.name.endsWith('.png')
      ? [el('img', { class: 'b-picture', src: file.url, alt: file.title })]
      : []),
    el('span', { class: 'b-file-sign', 'aria-hidden': 'true' }, '↓'),
    el(
      'span',
      {},
      el('strong', {}, file.title),
      el('small', {}, file.title === file.name ? sizeOf(file.bytes) : `${file.name} · ${sizeOf(file.bytes)}`),
    ),
  );

const sizeOf = (bytes) =>
  bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1024 ** 2
      ? `${Math.round(bytes / 1024)} KiB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

const topicOf = (ts) => {
  const parent = channel().messages.find((one) => one.ts === ts);
  return parent?.blocks.find((block) => block.type === 'header')?.text.text ?? parent?.text ?? 'thread';
};

function repliesNode(message) {
  const replies = channel().messages.filter((one) => one.thread === message.ts);
  if (replies.length === 0) return undefined;
  return el(
    'button',
    { type: 'button', class: 'replies', onclick: () => openThread(message.ts) },
    `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`,
    el('small', {}, `last at ${timeOf(replies.at(-1).ts)} · view thread ›`),
  );
}

/** Draws a list, touching only what reads differently: a button in the middle of a press must not move. */
function drawList(holder, scroll, items, where) {
  const wanted = items.map((item) => {
    const key = `${where} ${item.ts}`;
    const replies =
      where === 'channel' ? channel().messages.filter((one) => one.thread === item.ts).length : 0;
    const reads = JSON.stringify([item, replies, my.person === item.to]);
    const was = my.drawn.get(key);
    if (was?.reads === reads && was.node.isConnected) return was.node;
    const node = messageNode(item, where);
    my.drawn.set(key, { reads, node });
    return node;
  });
  for (const node of Array.from(holder.children)) if (!wanted.includes(node)) node.remove();
  for (const [i, node] of wanted.entries())
    if (holder.children[i] !== node) holder.insertBefore(node, holder.children[i] ?? null);
}

function draw() {
  document.title = `#${channel().name} · simulated Slack`;
  $('channels').replaceChildren(
    ...world.channels.map((one) => el('a', { href: `#${my.person}` }, `# ${one.name}`)),
  );
  $('channel-name').textContent = `# ${channel().name}`;
  $('people').replaceChildren(...world.people.map(personNode));
  const me = world.people.find((one) => one.id === my.person);
  $('composer-as').textContent = me.name;
  $('composer-as').style.background = colourOf(me.id);
  $('text').placeholder = `Message #${channel().name} as ${me.name}`;
  $('health').textContent = world.sockets > 0 ? 'xsupgrade is connected' : 'xsupgrade is not connected';
  $('health').classList.toggle('off', world.sockets === 0);

  const inOrder = (a, b) => Number(a.ts) - Number(b.ts);
  const mine = privately();
  const top = [
    ...channel().messages.filter((one) => one.thread === undefined || one.broadcast),
    ...mine.filter((one) => one.thread === undefined),
  ];
  drawList($('messages'), $('channel-scroll'), top.toSorted(inOrder), 'channel');
  $('welcome').hidden = top.length > 0;

  followNewest();
  $('thread').hidden = my.thread === undefined;
  if (my.thread !== undefined) {
    const parent = channel().messages.find((one) => one.ts === my.thread);
    const replies = [...channel().messages, ...mine].filter((one) => one.thread === my.thread);
    $('thread-topic').textContent = topicOf(my.thread);
    drawList(
      $('replies'),
      $('thread-scroll'),
      [...(parent ? [parent] : []), ...replies.toSorted(inOrder)],
      'thread',
    );
  }
  drawDialogs();
}

/** A thread that begins while somebody looks on is opened for them, once. */
function followNewest() {
  const newest = channel()
    // a plan’s report is there for whoever wants it; it is no story to follow
    .messages.filter((one) => one.thread !== undefined && one.files.length === 0)
    .at(-1)?.thread;
  if (newest === undefined || newest === my.followed) return;
  my.followed = newest;
  my.thread = newest;
}

function personNode(person) {
  const unread =
    my.person === person.id
      ? 0
      : world.ephemerals.filter(
          (one) => one.to === person.id && Number(one.ts) > Math.max(loadedAt, seenAt(person.id)),
        ).length;
  return el(
    'button',
    {
      type: 'button',
      class: 'person',
      role: 'radio',
      'aria-checked': String(my.person === person.id),
      'data-person': person.id,
      onclick: () => become(person.id),
    },
    avatar(person, false),
    el(
      'span',
      {},
      el('span', { class: 'name' }, person.name),
      el('span', { class: 'role' }, person.roles.join(', ')),
    ),
    unread > 0 ? el('span', { class: 'badge' }, String(unread)) : undefined,
  );
}

const seen = new Map();
const seenAt = (id) => seen.get(id) ?? 0;

function become(id) {
  seen.set(my.person, Date.now() / 1000);
  my.person = id;
  history.replaceState(null, '', `#${id}`);
  draw();
  $('text').focus();
}

function openThread(ts) {
  my.thread = ts;
  draw();
  $('thread-scroll').scrollTop = $('thread-scroll').scrollHeight;
}

function dismiss(ts) {
  my.dismissed.add(ts);
  draw();
}

function drawDialogs() {
  drawModal(
    world.modals.findLast((one) => one.to === my.person),
    {
      names: names(),
      submit: (modal, values) => act({ ...here(), do: 'submit', message: modal.id, values }),
      close: (modal) => post('/dismiss', { as: my.person, modal: modal.id }),
    },
  );
}

async function pressed(message, block, element, node) {
  if (element.confirm && !(await confirmed(element.confirm, drawDialogs))) return;
  node.disabled = true;
  const same = message.buttons.filter((one) => one.id === element.action_id).length === 1;
  await act({
    ...here(),
    do: 'click',
    message: message.ts,
    button: same ? element.action_id : `${block.block_id}/${element.action_id}`,
  });
  node.disabled = false;
  toEnd();
}

compose((text) => {
  toEnd();
  return act({ ...here(), do: 'command', text });
});
$('thread-close').addEventListener('click', () => {
  my.thread = undefined;
  draw();
});

$('welcome').replaceChildren(
  el('h3', {}, 'Welcome to #pool-upgrades'),
  el(
    'p',
    {},
    'This is where pools are upgraded, host by host. Several people work here; choose on the left who you are.',
  ),
  el(
    'ol',
    {},
    el(
      'li',
      {},
      'As Ann, type ',
      el(
        'button',
        { type: 'button', onclick: () => complete('/xsupgrade plan pool-a') },
        '/xsupgrade plan pool-a',
      ),
      ' and read what would be done.',
    ),
    el('li', {}, 'Press ', el('b', {}, 'Start'), ' under the plan. A card appears, and under it a thread.'),
    el(
      'li',
      {},
      'Become Bob and press ',
      el('b', {}, 'Approve'),
      ': whoever asked for a run does not approve it.',
    ),
  ),
);

/** Who has read to the end, or just did something, stays at the end; who has scrolled up is left alone. */
for (const scroll of [$('channel-scroll'), $('thread-scroll')]) {
  let height = 0;
  scroll.addEventListener('scroll', () => {
    // a list that has just grown was not scrolled by anybody
    if (scroll.scrollHeight !== height) return;
    if (height - scroll.scrollTop - scroll.clientHeight < 60) my.atEnd.add(scroll);
    else my.atEnd.delete(scroll);
  });
  my.atEnd.add(scroll);
  const watch = new ResizeObserver(() => {
    height = scroll.scrollHeight;
    if (my.atEnd.has(scroll)) scroll.scrollTop = height;
  });
  watch.observe(scroll);
  for (const child of scroll.children) watch.observe(child);
}

function toEnd() {
  for (const scroll of [$('channel-scroll'), $('thread-scroll')]) {
    my.atEnd.add(scroll);
    scroll.scrollTop = scroll.scrollHeight;
  }
}

let reading = false;
let again = false;
async function read() {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  try {
    do {
      again = false;
      world = await (await fetch('/slack')).json();
      if (!world.people.some((one) => one.id === my.person)) my.person = world.people[0].id;
      draw();
    } while (again);
  } catch {
    gone();
  } finally {
    reading = false;
  }
}

/** What is on the page stays to be read; it is no longer live. */
function gone() {
  $('health').textContent = 'The simulator has stopped. Start it again and open the address it prints.';
  $('health').classList.add('off');
}

const events = new EventSource('/events');
events.addEventListener('message', () => void read());
events.addEventListener('error', gone);
events.addEventListener('open', () => void read());
void read();
