import type { Firestore } from '@google-cloud/firestore';
import { ProxyTracerProvider } from '@opentelemetry/api';
import { AppError, onceForEach } from '../base/index.js';
import type { Credentials } from './credentials.js';
import { withDeadline } from './deadline.js';
import type { PlainDocument } from './document.js';
import { DocumentReads } from './document-reads.js';
import { errorOfGrpcFailure, type FailedCall } from './failures.js';
import type { WireWrite } from './firestore-messages.js';
import { openFirestoreRpc, type FirestoreRpc } from './firestore-rpc.js';
import { plainFields, wireFields } from './firestore-values.js';
import { once } from './once.js';

export interface FirestoreOptions {
  readonly credentials: Credentials;
  /** The project of the database; that of the credentials where absent. */
  readonly projectId: string | undefined;
  /** `host:port` of an emulator. */
  readonly address: string | undefined;
  readonly deadlineMs: number;
}

/** Which document: a collection, and an id that is no path. */
export type DocumentPlace = readonly [collection: string, id: string];

/** Calls to one Firestore database, bounded in time and with our errors. */
export interface Database {
  /**
   * Runs one operation of Google's client: queries, merges, and whatever a person waits for.
   * @throws AppError CLOUD_UNAVAILABLE, CLOUD_NOT_FOUND, CLOUD_ALREADY_EXISTS, CLOUD_PERMISSION_MISSING, CANCELLED
   */
  run<T>(call: FailedCall, signal: AbortSignal | undefined, operation: (firestore: Firestore) => Promise<T>): Promise<T>;
  /** These documents in their order, as they are now; undefined where there is none. Bare RPCs. @throws as `run`, and RECORD_MALFORMED */
  read(places: readonly DocumentPlace[], signal: AbortSignal | undefined): Promise<readonly (PlainDocument | undefined)[]>;
  /** @throws as `run`; CLOUD_ALREADY_EXISTS where the document is there: exactly one of many creators wins. */
  create(place: DocumentPlace, document: PlainDocument, signal: AbortSignal | undefined): Promise<void>;
  /** Writes the whole document, whatever was there. @throws as `run` */
  set(place: DocumentPlace, document: PlainDocument, signal: AbortSignal | undefined): Promise<void>;
  /** Deletes a document that is there. @throws as `run`; CLOUD_NOT_FOUND where it is not: exactly one of many wins. */
  remove(place: DocumentPlace, signal: AbortSignal | undefined): Promise<void>;
  /** Opens the channel of the bare RPCs. Asks nothing. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** Permissions that Firestore's operations take. */
export const firestoreCalls = {
  get: { what: 'firestore.get', permission: 'datastore.entities.get' },
  list: { what: 'firestore.list', permission: 'datastore.entities.list' },
  create: { what: 'firestore.create', permission: 'datastore.entities.create' },
  set: { what: 'firestore.set', permission: 'datastore.entities.update' },
  delete: { what: 'firestore.delete', permission: 'datastore.entities.delete' },
} as const;

/** Opens Google's client, and the bare channel beside it, on first use of each; they are kept until `close()`. */
export function openDatabase(options: FirestoreOptions): Database {
  const client = once(() => openClient(options));
  const bounded = boundedBy(options.deadlineMs);
  const { close, ...bare } = openBare(options, bounded);
  return {
    ...bare,
    run: async (call, signal, operation) => {
      const firestore = await client.get();
      return bounded(call, signal, () => operation(firestore));
    },
    close: async () => {
      await close();
      await client.closeWith((firestore) => firestore.terminate());
    },
  };
}

/** Of a document that came in the same bytes as before. */
const plainOnce = onceForEach(plainFields);

/** A read waits at most this long until the request that it is part of begins. */
const maxWaitMs = 30_000;

type Bounded = <T>(call: FailedCall, signal: AbortSignal | undefined, operation: () => Promise<T>) => Promise<T>;

const boundedBy =
  (deadlineMs: number): Bounded =>
  (call, signal, operation) =>
    withDeadline({ what: call.what, deadlineMs, signal }, async () => {
      try {
        return await operation();
      } catch (error) {
        throw errorOfGrpcFailure(error, call);
      }
    });

/** What a release needs, without Google's client: that takes three times the processor time of its calls (docs/performance.md). */
function openBare({ credentials, projectId, address, deadlineMs }: FirestoreOptions, bounded: Bounded): Omit<Database, 'run'> {
  const channel = once(async () => {
    const rpc = openFirestoreRpc({ credentials, projectId: projectId ?? (await projectOf(credentials)), address, deadlineMs });
    const batchGet = (names: readonly string[]): ReturnType<FirestoreRpc['batchGet']> =>
      bounded(firestoreCalls.get, undefined, () => rpc.batchGet(names));
    return { rpc, reads: new DocumentReads(batchGet) };
  });
  const commit =
    (call: FailedCall) =>
    async ([collection, id]: DocumentPlace, signal: AbortSignal | undefined, write: (name: string) => WireWrite): Promise<void> => {
      const { rpc } = await channel.get();
      await bounded(call, signal, () => rpc.commit(write(rpc.nameOf(collection, id))));
    };
  const [create, set, remove] = [commit(firestoreCalls.create), commit(firestoreCalls.set), commit(firestoreCalls.delete)];
  return {
    read: async (places, signal) => {
      if (places.length === 0) return [];
      const { rpc, reads } = await channel.get();
      const names = places.map(([collection, id]) => rpc.nameOf(collection, id));
      const bounds = { what: firestoreCalls.get.what, deadlineMs: deadlineMs + maxWaitMs, signal };
      const found = await withDeadline(bounds, () => reads.read(names));
      return names.map((name) => {
        const fields = found.get(name);
        return fields === undefined ? undefined : plainOnce(fields);
      });
    },
    create: (place, document, signal) =>
      create(place, signal, (name) => ({ update: { name, fields: wireFields(document) }, currentDocument: { exists: false } })),
    set: (place, document, signal) => set(place, signal, (name) => ({ update: { name, fields: wireFields(document) } })),
    remove: (place, signal) => remove(place, signal, (name) => ({ delete: name, currentDocument: { exists: true } })),
    warm: async () => {
      await channel.get();
    },
    close: () => channel.closeWith(({ rpc }) => Promise.resolve(rpc.close())),
  };
}

async function openClient({ credentials, projectId, address }: FirestoreOptions): Promise<Firestore> {
  const { Firestore: Client } = await import('@google-cloud/firestore');
  const project = projectId === undefined ? {} : { projectId };
  const local = address === undefined ? {} : { host: address, ssl: false };
  // Where an operator loads OpenTelemetry's SDK, this client would make spans with the whole text of its errors, which names documents.
  const silent = { openTelemetry: { tracerProvider: new ProxyTracerProvider() } };
  return new Client({ ...credentials.client, ...project, ...local, ...silent });
}

async function projectOf({ client }: Credentials): Promise<string> {
  try {
    if ('auth' in client) return await client.auth.getProjectId();
  } catch (error) {
    throw new AppError('CONFIG_INVALID', 'the credentials name no project: name that of the Firestore database', { cause: error });
  }
  throw new AppError('CONFIG_INVALID', 'name the project of the Firestore database');
}
