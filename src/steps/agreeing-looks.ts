/** One look is no proof: what was seen counts when three looks over 30 s of pool time agree (xapi §2.3, §12.2; fault F56). */
import type { Json } from '../domain/json';

const LOOKS = 3;
export const STABLE_SECONDS = 30;
/** Looks closer together than this say nothing new. */
export const APART_SECONDS = 10;

type Note = { readonly at: number; readonly note: Json };
type Look = { readonly good: boolean } & { readonly [key: string]: Json };

/** `note`: what the journal keeps of this look, where it says something new. */
export function agreement(
  notes: readonly Note[],
  look: Look,
  at: number,
): { readonly stable: boolean; readonly note?: Json } {
  const agreeing = look.good ? agreeingLooks(notes, look) : [];
  const first = agreeing[0];
  const stable =
    first !== undefined && agreeing.length + 1 >= LOOKS && at - first.at >= STABLE_SECONDS * 1000;
  const last = notes.at(-1);
  const due =
    !last ||
    JSON.stringify(withoutCount(last.note)) !== JSON.stringify(look) ||
    at - last.at >= APART_SECONDS * 1000;
  return { stable, ...(due && { note: { ...look, n: notes.length + 1 } }) };
}

/** The unbroken run of equal looks up to now, oldest first. */
function agreeingLooks(notes: readonly Note[], look: Look): readonly Note[] {
  const agreeing = [];
  for (const note of notes.toReversed()) {
    if (JSON.stringify(withoutCount(note.note)) !== JSON.stringify(look)) break;
    agreeing.unshift(note);
  }
  return agreeing;
}

function withoutCount(note: Json): Json {
  const { n: _count, ...rest } = note as { n?: number } & Record<string, Json>;
  return rest;
}
