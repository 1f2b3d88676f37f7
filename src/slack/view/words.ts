/** Text as Slack wants it: names are never markup, times are the reader's own, long is cut with a mark. */

import { getUnixTime } from 'date-fns';

/** Names and answers of other programs: `<`, `>` and `&` would be read as links and mentions. */
export const plain = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The other way: for transcripts, and for what Slack hands over of what a person typed. */
export const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

export const bold = (text: string): string => `*${plain(text)}*`;
export const code = (text: string): string => `\`${plain(text)}\``;

/** A Slack id as the person or group it is; anything else as it is written. A typed @handle would not be one. */
export function mention(who: string): string {
  if (/^[UW][A-Z0-9]+$/.test(who)) return `<@${who}>`;
  const group = /^subteam:([A-Z0-9-]+)$/.exec(who)?.[1];
  return group === undefined ? plain(who) : `<!subteam^${group}>`;
}

/** Advice is written once for both places; here its commands begin with a slash and name the run. `migrate` is typed in a shell only. */
export const inSlack = (advice: string, run = 'RUN'): string =>
  advice
    .replace(/: xsupgrade (?!migrate\b)/g, ': /xsupgrade ')
    .replaceAll('/xsupgrade advance RUN', `/xsupgrade advance ${run}`);

/** Cut to `max` characters, with a mark where something is missing. */
export const clip = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1)}…`;

/** The fallback text of a message: markup is read there too, so it is escaped; 1,000 characters are plenty to hear. */
export const spoken = (text: string): string => clip(plain(text), 1000);

/** Time of day in the reader's own zone; the fallback says UTC. Epoch milliseconds. */
export function clockTime(at: number): string {
  const utc = new Date(at).toISOString();
  return `<!date^${getUnixTime(at)}^{time}|${utc.slice(11, 16)} UTC>`;
}

/** Day and time, for what may be read days later. */
export function dayAndTime(at: number): string {
  const utc = new Date(at).toISOString();
  return `<!date^${getUnixTime(at)}^{date_short_pretty} {time}|${utc.slice(0, 10)} ${utc.slice(11, 16)} UTC>`;
}

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** "host-1, host-2 and 3 more". */
export function listed(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
