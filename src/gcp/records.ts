import { AppError, isAppError, onceForEach } from '../base/index.js';
import { absent, forbidden, found, type Lookup } from '../facts/index.js';
import { extendRecord, kindOfDocument, parseRecord, parseReferenceRecord, type ProvisioningRecord } from '../record/index.js';
import type { RecordStore, StoredApproval } from './cloud.js';
import { withoutUndefined, type PlainDocument } from './document.js';
import { firestoreCalls, type Database } from './firestore.js';
import { extensionIn, lifePlaces, noteExtension, noteRevocation, readLife, revocationIn } from './record-life.js';
import { replaceRecord } from './record-writes.js';

const isInstanceId = (id: string): boolean => /^[0-9]{1,20}$/.test(id);

/** Provisioning records in Firestore, one document per instance id, and beside them what happened to the approvals. */
export function openRecordStore(database: Database, collection: string): RecordStore {
  return {
    load: (instanceId, signal) => load(database, collection, instanceId, signal),
    loadRaw: async (instanceId, signal) => {
      if (!isInstanceId(instanceId)) return undefined;
      return (await database.read([[collection, instanceId]], signal))[0];
    },
    save: async (record, signal) => {
      const { instanceid: id } = parseRecord(record);
      const document = withoutUndefined(record) as PlainDocument;
      await database.run(firestoreCalls.set, signal, (db) => db.collection(collection).doc(id).set(document));
    },
    replace: (record, writer, signal) => replaceRecord({ database, collection, signal }, record, writer),
    revoke: (instanceId, revocation, signal) => noteRevocation({ database, collection, signal }, instanceId, revocation),
    extend: (instanceId, extension, signal) => noteExtension({ database, collection, signal }, instanceId, extension),
    life: (instanceId, signal) => readLife({ database, collection, signal }, instanceId),
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
    documents = await database.read(
      [[collection, instanceId], ...lifePlaces(collection, instanceId, ['revocations', 'extensions'])],
      signal,
    );
  } catch (error) {
    if (isAppError(error, 'CLOUD_PERMISSION_MISSING')) return forbidden(firestoreCalls.get.permission);
    throw error;
  }
  const [stored, revocations, extensions] = documents;
  if (stored === undefined) return absent;
  const approved = recordOf(stored);
  const extension = extensionIn(extensions, approved.approval_digest);
  const record = extension === undefined ? approved : extendRecord(approved, extension.notAfter);
  return found({ record, revocation: revocationIn(revocations, approved.approval_digest) });
}

/** Of a document that was not changed since it was read the last time. */
const recordOf = onceForEach(parseOurs);

/** A record that the reference wrote is refused as such, one of its older generations by the name of its field. @throws AppError RECORD_MALFORMED */
function parseOurs(stored: PlainDocument): ProvisioningRecord {
  if (kindOfDocument(stored) === 'ours') return parseRecord(stored);
  parseReferenceRecord(stored);
  throw new AppError(
    'RECORD_MALFORMED',
    'the stored record was written by the reference and lacks most of what a release compares with: review the VM and approve it again',
  );
}
