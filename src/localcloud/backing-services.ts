import type { CloudCore, RunningService } from './core.js';

/** Which Firestore stands behind: the emulator in this process, the official one started here, or one at `host:port`. */
export type FirestoreChoice = 'in-process' | 'official' | (string & {});

/** Everything but Compute, the key set and the metadata servers. */
export interface BackingServices {
  readonly loggingRest: RunningService;
  readonly loggingGrpc: RunningService;
  readonly firestore: RunningService;
  readonly secretManager: RunningService;
  readonly kms: RunningService;
}

/** An address where nobody listens. */
const nowhere: RunningService = { address: '127.0.0.1:1', close: () => Promise.resolve() };

/** Starts them all, each on its own port. Until a service has its file, its address is one that refuses connections. */
export function startBackingServices(_core: CloudCore, _firestore: FirestoreChoice): Promise<BackingServices> {
  return Promise.resolve({ loggingRest: nowhere, loggingGrpc: nowhere, firestore: nowhere, secretManager: nowhere, kms: nowhere });
}
