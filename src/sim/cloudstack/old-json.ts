/** JSON as CloudStack 2.2 writes it: ids are numbers, and the text of an error is put in without escaping (cs §2.3). */
import { ZONE } from './catalogue';
import type { CloudStackSide, Plain, Row } from './side';

const IS_ID = /ids?$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Numbers given here stay clear of those of hosts and VMs. */
const FIRST_NUMBER = 10_000;

/** Everything called id becomes a number; what has no row of its own gets one that stays its own. */
export function withNumbers(side: CloudStackSide, row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'string' && IS_ID.test(key) ? numberOf(side, value) : within(side, value),
    ]),
  );
}

function within(side: CloudStackSide, value: Plain): Plain {
  if (Array.isArray(value)) return value.map((one: Plain) => within(side, one));
  return typeof value === 'object' && value !== null ? withNumbers(side, value as Row) : value;
}

function numberOf(side: CloudStackSide, value: string): Plain {
  if (/^\d+$/.test(value)) return Number(value);
  if (value === ZONE.id) return ZONE.dbId;
  if (!UUID.test(value)) return value;
  const known = side.numbers.get(value) ?? FIRST_NUMBER + side.numbers.size;
  side.numbers.set(value, known);
  return known;
}

/** A number that was given out, as what it stands for. */
export function withoutNumbers(
  side: CloudStackSide,
  values: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const meant = new Map([...side.numbers].map(([uuid, number]) => [String(number), uuid]));
  return new Map(
    [...values].map(([name, value]) => [
      name,
      IS_ID.test(name)
        ? value
            .split(',')
            .map((one) => meant.get(one) ?? one)
            .join(',')
        : value,
    ]),
  );
}

export const oldError = (envelope: string, errorcode: number, text: string): string =>
  `{ "${envelope}" : {"errorcode" : ${errorcode}, "errortext" : "${text}"}  }`;
