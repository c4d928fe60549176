import { AppError } from '../base/index.js';
import type { PlainDocument } from './document.js';
import type { Int64, WireFields, WireValue } from './firestore-messages.js';

/**
 * The fields of a stored document as plain values (see `PlainDocument`). Timestamps become Dates: milliseconds, rounded.
 * @throws AppError RECORD_MALFORMED for a kind of value that no document of ours has, and for an integer beyond 2^53.
 */
export function plainFields(fields: WireFields): PlainDocument {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainValue(value, name)]));
}

function plainValue(value: WireValue, name: string): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'boolean':
      return value.boolean;
    case 'string':
      return value.string;
    case 'double':
      return value.double;
    case 'bytes':
      return value.bytes;
    case 'integer':
      return wholeNumber(value.integer, name);
    case 'timestamp':
      return new Date(wholeNumber(value.timestamp?.seconds, name) * 1000 + Math.round((value.timestamp?.nanos ?? 0) / 1e6));
    case 'array':
      return (value.array?.values ?? []).map((item) => plainValue(item, name));
    case 'map':
      return plainFields(value.map?.fields ?? {});
    case undefined:
      break;
  }
  throw new AppError('RECORD_MALFORMED', `stored record: ${name} has a kind of value that records do not hold`);
}

function wholeNumber(integer: Int64 | undefined, name: string): number {
  const number = typeof integer === 'object' ? integer.toNumber() : (integer ?? Number.NaN);
  if (!Number.isSafeInteger(number)) throw new AppError('RECORD_MALFORMED', `stored record: ${name} is too large a number`);
  return number;
}

/** Plain values as fields of a document; members that are undefined are left out. @throws AppError INTERNAL for any other kind of value. */
export function wireFields(document: Readonly<Record<string, unknown>>): WireFields {
  const members = Object.entries(document).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members.map(([name, value]) => [name, wireValue(value, name)]));
}

function wireValue(value: unknown, name: string): WireValue {
  if (value === null) return { null: 0 };
  if (typeof value === 'string') return { string: value };
  if (typeof value === 'boolean') return { boolean: value };
  // The same line as Google's client draws: what looks like an integer is one.
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? { integer: value } : { double: value };
  if (value instanceof Uint8Array) return { bytes: value };
  if (value instanceof Date) return { timestamp: timestampOf(value) };
  if (Array.isArray(value)) return { array: { values: value.map((item) => wireValue(item, name)) } };
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return { map: { fields: wireFields(value as Record<string, unknown>) } };
  throw new AppError('INTERNAL', `${name} is no value that a document can hold`);
}

/** Nanoseconds count upwards, before 1970 too. @see google.protobuf.Timestamp */
function timestampOf(instant: Date): { seconds: number; nanos: number } {
  const ms = instant.getTime();
  if (Number.isNaN(ms)) throw new AppError('INTERNAL', 'an invalid date cannot be stored');
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: (ms - seconds * 1000) * 1e6 };
}
