/** Ids of lines: section, number, kind. Numbers go on where a section's stopped: ids are never reused. */

/** `host-1-05-enter-maintenance` → `host-1` and 5. */
const ID = /^(?<prefix>.+?)-(?<number>\d{2,})-(?=[a-z])/;
export const prefixOf = (id: string): string => ID.exec(id)?.groups?.['prefix'] ?? '';
export const numberOf = (id: string): number => Number(ID.exec(id)?.groups?.['number'] ?? 0);
