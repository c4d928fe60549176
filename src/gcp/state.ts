import { z } from 'zod';
import { AppError } from '../base/index.js';
import type { StateStore, StateValue } from './cloud.js';
import { plainOf, type PlainDocument } from './document.js';
import { firestoreCalls, type Database } from './firestore.js';

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
  const name = stateCollection(collection);
  const getMany = async (keys: readonly string[], signal: AbortSignal | undefined): Promise<readonly (StateValue | undefined)[]> => {
    if (keys.length === 0) return [];
    const snapshots = await database.run(firestoreCalls.get, signal, (db) =>
      db.getAll(...keys.map((key) => db.collection(name).doc(documentId(key)))),
    );
    return snapshots.map((snapshot) => stateIn(snapshot.data()));
  };
  return {
    create: async (key, value, signal) => {
      await database.run(firestoreCalls.create, signal, (db) => db.collection(name).doc(documentId(key)).create(value));
    },
    get: async (key, signal) => (await getMany([key], signal))[0],
    getMany,
    set: async (key, value, signal) => {
      await database.run(firestoreCalls.set, signal, (db) => db.collection(name).doc(documentId(key)).set(value));
    },
    consume: async (key, signal) => {
      await database.run(firestoreCalls.delete, signal, (db) => db.collection(name).doc(documentId(key)).delete({ exists: true }));
    },
  };
}

/** @throws AppError RECORD_MALFORMED */
function stateIn(document: PlainDocument | undefined): StateValue | undefined {
  if (document === undefined) return undefined;
  const parsed = stateSchema.safeParse(plainOf(document));
  if (!parsed.success) throw new AppError('RECORD_MALFORMED', 'a state document holds a kind of value that none of ours has');
  return parsed.data;
}
