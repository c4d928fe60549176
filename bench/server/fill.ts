import { Firestore } from '@google-cloud/firestore';
import { story } from '../../src/localcloud/index.js';
import type { ProvisioningRecord } from '../../src/record/index.js';

const batchSize = 400;
/** Ids of no VM: the fleet's have 19 digits. */
const firstId = 1_000_000;

/** Writes whole records under ids of their own, with Google's client, in batches. */
export async function fillCollection(address: string, collection: string, count: number, record: ProvisioningRecord): Promise<void> {
  const database = new Firestore({ projectId: story.alice.project.id, host: address, ssl: false, ignoreUndefinedProperties: true });
  for (let done = 0; done < count; done += batchSize) {
    const batch = database.batch();
    for (let i = done; i < Math.min(count, done + batchSize); i++) {
      const instanceid = String(firstId + i);
      batch.set(database.collection(collection).doc(instanceid), { ...record, instanceid });
    }
    await batch.commit();
  }
  await database.terminate();
}
