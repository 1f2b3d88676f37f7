/** Ids of lines: section, number, kind. Numbers go on where a section's stopped: ids are never reused. */

/** `xen-01-ams-05-enter-maintenance` → `xen-01-ams` and 5: names of hosts hold numbers, kinds of lines do not. */
const ID = /^(?<prefix>.+)-(?<number>\d{2,})-[a-z][a-z-]*$/;
export const prefixOf = (id: string): string => ID.exec(id)?.groups?.['prefix'] ?? '';
export const numberOf = (id: string): number => Number(ID.exec(id)?.groups?.['number'] ?? 0);
