import { createHash } from 'node:crypto';
import { AppError, isAppError } from '../base/index.js';
import { canonicalDigest, parseRecord, type ProvisioningRecord } from '../record/index.js';
import type { RecordWriter } from './cloud.js';
import { plainOf, withoutUndefined, type PlainDocument } from './document.js';
import { firestoreCalls, type Database } from './firestore.js';
import { notePastApproval } from './record-life.js';
import { stateCollection } from './state.js';

/**
 * A writer has a deadline for each of its few calls, so a claim of this age has no writer any more: it stopped half way, and
 * another one may go on.
 */
const claimLifeMs = 5 * 60_000;
const maxClaims = 100;

interface Place {
  readonly database: Database;
  readonly collection: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes a record in the place of what its writer saw. The first record of a VM is made by create(). One that replaces another
 * first makes a claim, a document named after the instance and the digest of what is replaced: of many writers who saw the
 * same, one makes it. No precondition on update times is needed, and none is used.
 */
export async function replaceRecord(place: Place, record: ProvisioningRecord, writer: RecordWriter): Promise<void> {
  const { instanceid: id } = parseRecord(record);
  const { database, collection, signal } = place;
  const document = withoutUndefined(record) as PlainDocument;
  if (writer.over === undefined) {
    try {
      await database.run(firestoreCalls.create, signal, (db) => db.collection(collection).doc(id).create(document));
    } catch (error) {
      throw isAppError(error, 'CLOUD_ALREADY_EXISTS') ? taken('somebody approved this VM', error) : error;
    }
    return;
  }
  await claim(place, id, writer.over, writer);
  const snapshot = await database.run(firestoreCalls.get, signal, (db) => db.collection(collection).doc(id).get());
  const current = snapshot.data();
  const plain = current === undefined ? undefined : plainOf(current);
  if (plain === undefined || canonicalDigest(plain) !== writer.over) throw taken('somebody wrote or removed the approval of this VM');
  await notePastApproval(place, id, plain, writer.at);
  await database.run(firestoreCalls.set, signal, (db) => db.collection(collection).doc(id).set(document));
}

async function claim({ database, collection, signal }: Place, id: string, over: string, { by, at }: RecordWriter): Promise<void> {
  const claims = `claim:${id}:${createHash('sha256').update(over).digest('hex')}`;
  for (let n = 1; n <= maxClaims; n++) {
    const name = `${claims}:${n}`;
    try {
      await database.run(firestoreCalls.create, signal, (db) => db.collection(stateCollection(collection)).doc(name).create({ by, at }));
      return;
    } catch (error) {
      if (!isAppError(error, 'CLOUD_ALREADY_EXISTS')) throw error;
    }
    const snapshot = await database.run(firestoreCalls.get, signal, (db) => db.collection(stateCollection(collection)).doc(name).get());
    const other = plainOf(snapshot.data() ?? {});
    const since = other['at'] instanceof Date ? at.getTime() - other['at'].getTime() : 0;
    if (since < claimLifeMs)
      throw taken(`${typeof other['by'] === 'string' ? other['by'] : 'somebody'} is writing the approval of this VM`);
  }
  throw new AppError('CLOUD_UNAVAILABLE', 'the approval could not be replaced in a hundred attempts; look at the database');
}

const taken = (what: string, cause?: unknown): AppError =>
  new AppError('CLOUD_ALREADY_EXISTS', `${what} meanwhile; nothing of yours is written; look at it again`, { cause });
