import { z } from 'zod';
import { AppError } from '../base/index.js';
import type { StateStore, StateValue } from './cloud.js';
import type { PlainDocument } from './document.js';
import type { Database, DocumentPlace } from './firestore.js';

/** The second collection: what the server writes, and revocations. */
export const stateCollection = (collection: string): string => `${collection}_state`;

const maxKeyBytes = 1500;
const stateSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.instanceof(Uint8Array), z.date()]));

/**
 * A key as a document id. Ids may not hold a slash, be `.` or `..`, or look like `__name__`.
 * @see https://firebase.google.com/docs/firestore/quotas (constraints on document ids)
 */
function documentId(key: string): string {
  const id = encodeURIComponent(key);
  if (id === '' || /^\.{1,2}$|^__.*__$/.test(id) || id.length > maxKeyBytes)
    throw new AppError('INTERNAL', 'this cannot be the key of a state document');
  return id;
}

/** State in Firestore: creation and deletion are atomic there, so of many processes exactly one wins. */
export function openStateStore(database: Database, collection: string): StateStore {
  const placeOf = (key: string): DocumentPlace => [stateCollection(collection), documentId(key)];
  const getMany = async (keys: readonly string[], signal: AbortSignal | undefined): Promise<readonly (StateValue | undefined)[]> =>
    (await database.read(keys.map(placeOf), signal)).map(stateIn);
  return {
    create: async (key, value, signal) => database.create(placeOf(key), value, signal),
    get: async (key, signal) => (await getMany([key], signal))[0],
    getMany,
    set: async (key, value, signal) => database.set(placeOf(key), value, signal),
    consume: async (key, signal) => database.remove(placeOf(key), signal),
  };
}

/** @throws AppError RECORD_MALFORMED */
function stateIn(document: PlainDocument | undefined): StateValue | undefined {
  if (document === undefined) return undefined;
  const parsed = stateSchema.safeParse(document);
  if (!parsed.success) throw new AppError('RECORD_MALFORMED', 'a state document holds a kind of value that none of ours has');
  return parsed.data;
}
