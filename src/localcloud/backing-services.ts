import type { CloudCore, RunningService } from './core.js';
import { startFirestore } from './firestore.js';
import type { FirestoreChoice } from './firestore-emulator.js';
import { ServiceAccountKeys, startIam } from './iam.js';
import { KmsKeys, startKms } from './kms.js';
import { startLoggingGrpc } from './logging-grpc.js';
import { LogReads } from './logging-reads.js';
import { startLoggingRest } from './logging-rest.js';
import { SecretStore, startSecretManager } from './secret-manager.js';

export type { FirestoreChoice } from './firestore-emulator.js';

/** Everything but Compute, the key set and the metadata servers. */
export interface BackingServices {
  readonly loggingRest: RunningService;
  readonly loggingGrpc: RunningService;
  readonly firestore: RunningService;
  readonly secretManager: RunningService;
  readonly kms: RunningService;
  readonly iam: RunningService;
}

/** What stands behind them, for tests and for the story: contents, and the log's quota. */
export interface BackingStores {
  readonly secrets: SecretStore;
  readonly keys: KmsKeys;
  readonly logReads: LogReads;
  readonly accountKeys: ServiceAccountKeys;
}

export const createBackingStores = (core: CloudCore): BackingStores => ({
  secrets: new SecretStore(),
  keys: new KmsKeys(),
  logReads: new LogReads(core),
  accountKeys: new ServiceAccountKeys(),
});

/** Starts them all, each on its own port. */
export async function startBackingServices(core: CloudCore, stores: BackingStores, firestore: FirestoreChoice): Promise<BackingServices> {
  const [loggingRest, loggingGrpc, secretManager, kms, iam, store] = await Promise.all([
    startLoggingRest(core, stores.logReads),
    startLoggingGrpc(core, stores.logReads),
    startSecretManager(core, stores.secrets),
    startKms(core, stores.keys),
    startIam(core, stores.accountKeys),
    startFirestore(core, firestore),
  ]);
  return { loggingRest, loggingGrpc, firestore: store, secretManager, kms, iam };
}
