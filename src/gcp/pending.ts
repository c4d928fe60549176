import { z } from 'zod';
import { AppError, isAppError } from '../base/index.js';
import type { PendingInstance, PendingNote, PendingStore } from './cloud.js';
import { plainOf } from './document.js';
import { firestoreCalls, type Database } from './firestore.js';
import { stateCollection } from './state.js';

const kind = 'pending';
/** What one project can have, expired ones included, by far. */
const maxSweep = 500;

/** What a token says is Google's, and bounded here all the same. The longest is an e-mail address (RFC 5321: 254). */
const name = z.string().min(1).max(254);
const callerSchema = z.strictObject({
  instanceId: z.string().regex(/^[0-9]{1,20}$/),
  project: name,
  zone: name,
  instanceName: name,
  serviceAccount: z.string().max(254),
  peerAddress: name,
});
const pendingSchema = z.strictObject({
  ...callerSchema.shape,
  kind: z.literal(kind),
  firstSeen: z.date(),
  lastSeen: z.date(),
  count: z.number().int().min(1),
  expiresAt: z.date(),
});

interface Place {
  readonly database: Database;
  readonly collection: string;
}

/** VMs without a record, one document `pending:INSTANCE` each. Only equality filters: no composite index is needed. */
export function openPendingStore(database: Database, collection: string): PendingStore {
  const place: Place = { database, collection: stateCollection(collection) };
  return {
    notePending: (note, signal) => notePending(place, note, signal),
    listPending: async ({ project, limit, now }, signal) => {
      const found = await read(place, project, limit, signal);
      return found.filter(({ expiresAt }) => expiresAt > now).toSorted((a, b) => b.lastSeen.getTime() - a.lastSeen.getTime());
    },
    sweepPending: async (project, now, signal) => {
      const found = await read(place, project, maxSweep, signal);
      const expired = found.filter(({ expiresAt }) => expiresAt <= now);
      await Promise.all(
        expired.map(({ instanceId }) =>
          database.run(firestoreCalls.delete, signal, (db) => db.collection(place.collection).doc(documentName(instanceId)).delete()),
        ),
      );
      return found.filter((one) => !expired.includes(one));
    },
  };
}

const documentName = (instanceId: string): string => `${kind}:${instanceId}`;

async function notePending({ database, collection }: Place, note: PendingNote, signal: AbortSignal | undefined): Promise<void> {
  const caller = callerSchema.safeParse(note.caller);
  if (!caller.success) throw new AppError('INTERNAL', 'the names of this caller are not such as Google gives');
  const { at, calls, expiresAt } = note;
  const seen = { ...caller.data, lastSeen: at, expiresAt };
  const { FieldValue } = await import('@google-cloud/firestore');
  try {
    await database.run(firestoreCalls.set, signal, (db) =>
      db
        .collection(collection)
        .doc(documentName(caller.data.instanceId))
        .update({ ...seen, count: FieldValue.increment(calls) }),
    );
  } catch (error) {
    if (!isAppError(error, 'CLOUD_NOT_FOUND')) throw error;
    await create({ database, collection }, { ...seen, kind, firstSeen: at, count: calls }, signal);
  }
}

/** Another replica may make the same document at the same time: one of them is enough. */
async function create(
  { database, collection }: Place,
  document: z.infer<typeof pendingSchema>,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await database.run(firestoreCalls.create, signal, (db) =>
      db.collection(collection).doc(documentName(document.instanceId)).create(document),
    );
  } catch (error) {
    if (!isAppError(error, 'CLOUD_ALREADY_EXISTS')) throw error;
  }
}

async function read(
  { database, collection }: Place,
  project: string | undefined,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<readonly PendingInstance[]> {
  const snapshot = await database.run(firestoreCalls.list, signal, (db) => {
    const all = db.collection(collection).where('kind', '==', kind);
    return (project === undefined ? all : all.where('project', '==', project)).limit(limit).get();
  });
  return snapshot.docs.map((document) => {
    const parsed = pendingSchema.safeParse(plainOf(document.data()));
    if (!parsed.success || document.id !== documentName(parsed.data.instanceId))
      throw new AppError('RECORD_MALFORMED', 'stored pending VM: not of the expected shape');
    const { kind: _kind, ...pending } = parsed.data;
    return pending;
  });
}
