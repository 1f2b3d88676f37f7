/** Dialogs over the page: the confirmation of a button, and the modals that the app opens. */
import { el, renderBlock } from './blocks.js';
import { $ } from './wire.js';

/** What stands in the overlay: nothing, a confirmation, or a modal as it read when it was drawn. */
let shown = '';

/** Resolves to what the person chose. `after` draws what had to wait. */
export function confirmed(confirm, after) {
  return new Promise((resolve) => {
    const end = (yes) => {
      $('overlay').hidden = true;
      shown = '';
      after();
      resolve(yes);
    };
    shown = 'confirm';
    $('overlay').replaceChildren(
      el(
        'div',
        { class: 'dialog', role: 'dialog', 'aria-modal': 'true' },
        el('header', {}, el('h2', {}, confirm.title.text)),
        el('div', { class: 'body' }, confirm.text.text),
        el(
          'footer',
          {},
          el('button', { type: 'button', class: 'button', onclick: () => end(false) }, confirm.deny.text),
          el(
            'button',
            {
              type: 'button',
              class: `button ${confirm.style ?? 'primary'}`,
              'data-confirm': 'yes',
              onclick: () => end(true),
            },
            confirm.confirm.text,
          ),
        ),
      ),
    );
    $('overlay').hidden = false;
    $('overlay').querySelector('[data-confirm]').focus();
  });
}

/** The topmost modal of whoever acts; undefined closes it. What was typed survives being drawn again. */
export function drawModal(modal, { names, submit, close }) {
  if (shown === 'confirm') return;
  const reads = modal ? JSON.stringify([modal.id, modal.view, modal.errors]) : '';
  if (reads === shown) return;
  const typed = new Map(
    [...$('overlay').querySelectorAll('[name]')].map((input) => [input.name, input.value]),
  );
  shown = reads;
  $('overlay').hidden = !modal;
  if (!modal) {
    $('overlay').replaceChildren();
    return;
  }
  const form = formOf(modal, names, submit, () => close(modal));
  $('overlay').replaceChildren(form);
  for (const input of form.querySelectorAll('[name]'))
    if (typed.has(input.name)) input.value = typed.get(input.name);
  form.querySelector('[name]')?.focus();
}

function formOf(modal, names, submit, close) {
  const { view } = modal;
  const handIn = (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = Object.fromEntries(
      [...form.querySelectorAll('[name]')].map((input) => [input.name, input.value]),
    );
    const button = form.querySelector('[type=submit]');
    button.disabled = true;
    submit(modal, values).finally(() => (button.disabled = false));
  };
  return el(
    'form',
    { class: 'dialog', role: 'dialog', 'aria-modal': 'true', onsubmit: handIn },
    el(
      'header',
      {},
      el('h2', {}, view.title.text),
      el('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: close }, '✕'),
    ),
    el(
      'div',
      { class: 'body' },
      ...view.blocks.map((block) =>
        renderBlock(block, { names, press: () => undefined, errors: modal.errors }),
      ),
    ),
    el(
      'footer',
      {},
      el('button', { type: 'button', class: 'button', onclick: close }, view.close?.text ?? 'Close'),
      view.submit ? el('button', { type: 'submit', class: 'button primary' }, view.submit.text) : undefined,
    ),
  );
}
