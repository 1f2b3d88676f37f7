/** What the page says to the workspace, and how it fails in words. */

export const $ = (id) => document.getElementById(id);

export async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

const FAILURES = {
  dispatch_failed: 'xsupgrade did not answer within three seconds. Try again.',
  no_such_button: 'This button is gone.',
  no_such_modal: 'This window is closed.',
};

/** A command, a click or a modal handed in; what Slack itself says against it appears at the bottom. */
export async function act(body) {
  const acted = await post('/slack', body);
  if (acted.error !== undefined && acted.error !== 'missing_value')
    toast(FAILURES[acted.error] ?? acted.error);
  return acted;
}

function toast(text) {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($('toast').hidden = true), 4000);
}
