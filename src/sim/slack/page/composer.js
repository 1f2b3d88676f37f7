/** The line at the bottom: slash commands are suggested while they are typed. */
import { el } from './blocks.js';
import { $ } from './wire.js';

const COMMANDS = [
  ['pools', 'the pools and what you may do'],
  ['plan pool-a', 'what an upgrade would do; changes nothing'],
  ['why pool-a', 'what blocks its newest plan'],
  ['start ', 'start a plan'],
  ['status pool-a', 'where its run stands'],
  ['pause pool-a', 'pause at the next safe place'],
  ['resume pool-a', 'go on'],
  ['advance pool-a', 'answer the open question'],
  ['abort pool-a', 'end it, and see what is owed'],
  ['obligations pool-a', 'what the pool is owed'],
  ['help', 'all commands'],
];

let chosen = 0;

function matching() {
  const text = $('text').value;
  if (!text.startsWith('/')) return [];
  return COMMANDS.map(([words, about]) => [`/xsupgrade ${words}`, about]).filter(
    ([words]) => words.startsWith(text) && words !== text,
  );
}

function suggest() {
  const found = matching();
  chosen = Math.min(chosen, Math.max(0, found.length - 1));
  $('suggest').hidden = found.length === 0;
  $('suggest').replaceChildren(
    ...found.map(([words, about], i) =>
      el(
        'button',
        { type: 'button', 'aria-selected': String(i === chosen), onclick: () => complete(words) },
        el('b', {}, words),
        el('span', {}, about),
      ),
    ),
  );
}

export function complete(words) {
  $('text').value = words;
  $('text').focus();
  suggest();
}

/** `send` gets what was typed. */
export function compose(send) {
  $('text').addEventListener('input', suggest);
  $('text').addEventListener('keydown', (event) => {
    const found = matching();
    if (found.length === 0) return;
    if (event.key === 'Tab') complete(found[chosen][0]);
    else if (event.key === 'ArrowDown') chosen = (chosen + 1) % found.length;
    else if (event.key === 'ArrowUp') chosen = (chosen + found.length - 1) % found.length;
    else return;
    event.preventDefault();
    suggest();
  });
  $('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = $('text').value.trim();
    if (text === '') return;
    $('text').value = '';
    suggest();
    void send(text);
  });
}
