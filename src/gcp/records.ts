import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError, isAppError } from '../base/index.js';
import { absent, forbidden, found, type Lookup } from '../facts/index.js';
import { parseRecord } from '../record/index.js';
import type { RecordStore, Revocation, StoredApproval } from './cloud.js';
import { plainOf, withoutUndefined, type PlainDocument } from './document.js';
import { firestoreCalls, type Database } from './firestore.js';
import { stateCollection } from './state.js';

const revocationSchema = z.object({ approval_digest: z.string(), why: z.string(), by: z.string(), at: z.date() });

/** The document that lists the revoked approvals of an instance, in the state collection. */
const revocationsOf = (instanceId: string): string => `revocations:${instanceId}`;
/** Field name for one of them: base64 has characters that field paths treat specially. */
const revocationField = (approvalDigest: string): string => `a${createHash('sha256').update(approvalDigest).digest('hex')}`;

const isInstanceId = (id: string): boolean => /^[0-9]{1,20}$/.test(id);

/** Provisioning records in Firestore, one document per instance id, and revocations beside them. */
export function openRecordStore(database: Database, collection: string): RecordStore {
  return {
    load: (instanceId, signal) => load(database, collection, instanceId, signal),
    loadRaw: async (instanceId, signal) => {
      if (!isInstanceId(instanceId)) return undefined;
      const snapshot = await database.run(firestoreCalls.get, signal, (db) => db.collection(collection).doc(instanceId).get());
      const data = snapshot.data();
      return data === undefined ? undefined : plainOf(data);
    },
    save: async (record, signal) => {
      const { instanceid: id } = parseRecord(record);
      const document = withoutUndefined(record) as PlainDocument;
      await database.run(firestoreCalls.set, signal, (db) => db.collection(collection).doc(id).set(document));
    },
    revoke: async (instanceId, revocation, signal) => {
      if (!isInstanceId(instanceId)) throw new AppError('INTERNAL', 'an instance id is a decimal number');
      const { approvalDigest, ...rest } = revocation;
      const entry = { [revocationField(approvalDigest)]: { ...rest, approval_digest: approvalDigest } };
      await database.run(firestoreCalls.set, signal, (db) =>
        db.collection(stateCollection(collection)).doc(revocationsOf(instanceId)).set(entry, { merge: true }),
      );
    },
    list: async (limit, signal) => {
      const snapshot = await database.run(firestoreCalls.list, signal, (db) => db.collection(collection).limit(limit).get());
      return snapshot.docs.map((document) => document.id);
    },
  };
}

async function load(
  database: Database,
  collection: string,
  instanceId: string,
  signal: AbortSignal | undefined,
): Promise<Lookup<StoredApproval>> {
  // Names from outside never become paths: no record has such an id.
  if (!isInstanceId(instanceId)) return absent;
  let documents: readonly (PlainDocument | undefined)[];
  try {
    documents = await database.run(firestoreCalls.get, signal, async (db) => {
      const record = db.collection(collection).doc(instanceId);
      const revocations = db.collection(stateCollection(collection)).doc(revocationsOf(instanceId));
      return (await db.getAll(record, revocations)).map((snapshot) => snapshot.data());
    });
  } catch (error) {
    if (isAppError(error, 'CLOUD_PERMISSION_MISSING')) return forbidden(firestoreCalls.get.permission);
    throw error;
  }
  const [stored, revocations] = documents;
  if (stored === undefined) return absent;
  const record = parseRecord(plainOf(stored));
  return found({ record, revocation: revocations === undefined ? undefined : revocationIn(plainOf(revocations), record.approval_digest) });
}

function revocationIn(document: PlainDocument, approvalDigest: string): Revocation | undefined {
  const field = document[revocationField(approvalDigest)];
  if (field === undefined) return undefined;
  const parsed = revocationSchema.safeParse(field);
  if (!parsed.success || parsed.data.approval_digest !== approvalDigest) {
    throw new AppError('RECORD_MALFORMED', 'stored revocation: not of the expected shape');
  }
  const { why, by, at } = parsed.data;
  return { approvalDigest, why, by, at };
}
