import { AppError } from '../base/index.js';

/** A stored document in plain values: text, numbers, booleans, null, Date, Uint8Array, arrays and objects of these. */
export type PlainDocument = Readonly<Record<string, unknown>>;

/**
 * Firestore's values as plain ones: its timestamps become Dates (milliseconds; what is finer is lost).
 * @throws AppError RECORD_MALFORMED for a kind of value that no document of ours has (references, places, vectors).
 */
export function plainOf(document: Readonly<Record<string, unknown>>): PlainDocument {
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, plainValue(value, name)]));
}

function plainValue(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array || value instanceof Date) return value;
  if (isTimestamp(value)) return value.toDate();
  if (Array.isArray(value)) return value.map((item: unknown) => plainValue(item, name));
  if (Object.getPrototypeOf(value) === Object.prototype) return plainOf(value as Record<string, unknown>);
  throw new AppError('RECORD_MALFORMED', `stored record: ${name} has a kind of value that records do not hold`);
}

const isTimestamp = (value: object): value is { toDate(): Date } =>
  'toDate' in value && typeof value.toDate === 'function' && 'seconds' in value && 'nanoseconds' in value;

/** The value without members that are undefined, which Firestore refuses to store. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutUndefined(member)]));
}
