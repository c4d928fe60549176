import type { Firestore } from '@google-cloud/firestore';
import { ProxyTracerProvider } from '@opentelemetry/api';
import type { Credentials } from './credentials.js';
import { withDeadline, type CallBounds } from './deadline.js';
import { errorOfGrpcFailure, type FailedCall } from './failures.js';
import { once } from './once.js';

export interface FirestoreOptions {
  readonly credentials: Credentials;
  /** The project of the database; that of the credentials where absent. */
  readonly projectId: string | undefined;
  /** `host:port` of an emulator. */
  readonly address: string | undefined;
  readonly deadlineMs: number;
}

/** Calls to one Firestore database, bounded in time and with our errors. */
export interface Database {
  /** Runs one operation. @throws AppError CLOUD_UNAVAILABLE, CLOUD_NOT_FOUND, CLOUD_ALREADY_EXISTS, CLOUD_PERMISSION_MISSING, CANCELLED */
  run<T>(call: FailedCall, signal: AbortSignal | undefined, operation: (firestore: Firestore) => Promise<T>): Promise<T>;
  /** Loads Google's client. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** Opens Google's client on first use; it keeps its channels until `close()`. */
export function openDatabase(options: FirestoreOptions): Database {
  const client = once(async (): Promise<Firestore> => {
    const { Firestore: Client } = await import('@google-cloud/firestore');
    const project = options.projectId === undefined ? {} : { projectId: options.projectId };
    const local = options.address === undefined ? {} : { host: options.address, ssl: false };
    // Where an operator loads OpenTelemetry's SDK, this client would make spans with the whole text of its errors, which names documents.
    const silent = { openTelemetry: { tracerProvider: new ProxyTracerProvider() } };
    return new Client({ ...options.credentials.client, ...project, ...local, ...silent });
  });
  return {
    run: async (call, signal, operation) => {
      const bounds: CallBounds = { what: call.what, deadlineMs: options.deadlineMs, signal };
      const firestore = await client.get();
      return withDeadline(bounds, async () => {
        try {
          return await operation(firestore);
        } catch (error) {
          throw errorOfGrpcFailure(error, call);
        }
      });
    },
    warm: async () => {
      await client.get();
    },
    close: () => client.closeWith((firestore) => firestore.terminate()),
  };
}

/** Permissions that Firestore's operations take. */
export const firestoreCalls = {
  get: { what: 'firestore.get', permission: 'datastore.entities.get' },
  list: { what: 'firestore.list', permission: 'datastore.entities.list' },
  create: { what: 'firestore.create', permission: 'datastore.entities.create' },
  set: { what: 'firestore.set', permission: 'datastore.entities.update' },
  delete: { what: 'firestore.delete', permission: 'datastore.entities.delete' },
} as const;
