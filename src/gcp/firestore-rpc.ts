import { Client, credentials as channelCredentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { AppError } from '../base/index.js';
import type { Credentials } from './credentials.js';
import {
  batchGetAnswer,
  batchGetRequest,
  commitAnswer,
  commitRequest,
  wireDocument,
  wireDocumentName,
  type WireAnswer,
  type WireDocument,
  type WireFields,
  type WireWrite,
} from './firestore-messages.js';
import { SameBytes } from './same-bytes.js';

const service = '/google.firestore.v1.Firestore';
/** One answer holds one document, and none is longer than this. @see https://firebase.google.com/docs/firestore/quotas */
const maxAnswerBytes = 1_100_000;

/** In bytes. A record and what stands beside it take some seven thousand. */
const roomForKnown = 8 * 1024 * 1024;

/** Names to documents, not to be changed; undefined where there is none. */
export type FoundDocuments = ReadonlyMap<string, WireFields | undefined>;

/** Two RPCs of Firestore, bare. Errors are those of grpc-js. @see https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1 */
export interface FirestoreRpc {
  /** The whole name of a document. */
  nameOf(collection: string, id: string): string;
  /**
   * BatchGetDocuments. @param names none of them twice.
   * @throws AppError CLOUD_UNAVAILABLE when not exactly these documents were answered for.
   */
  batchGet(names: readonly string[]): Promise<FoundDocuments>;
  /** Commit of one write. Not repeated when the connection breaks: it may have been done. */
  commit(write: WireWrite): Promise<void>;
  close(): void;
}

export interface FirestoreRpcOptions {
  readonly credentials: Pick<Credentials, 'headers'>;
  readonly projectId: string;
  /** Plaintext `host:port` of an emulator. */
  readonly address: string | undefined;
  readonly deadlineMs: number;
}

/** Opens one channel; nothing is connected before the first call. */
export function openFirestoreRpc({ credentials, projectId, address, deadlineMs }: FirestoreRpcOptions): FirestoreRpc {
  const database = `projects/${projectId}/databases/(default)`;
  // Without the numbers that grpc-js keeps of each call for a service that nobody offers here.
  const limits = { 'grpc.max_receive_message_length': maxAnswerBytes, 'grpc.enable_channelz': 0 };
  const client =
    address === undefined
      ? new Client('firestore.googleapis.com:443', channelCredentials.createSsl(), limits)
      : new Client(address, channelCredentials.createInsecure(), limits);
  const metadataOfCall = async (): Promise<Metadata> => {
    // While a connection that broke is made again, the call waits.
    const metadata = new Metadata({ waitForReady: true });
    // What an emulator takes for an administrator; it looks at no real token.
    const headers = address === undefined ? await credentials.headers() : { authorization: 'Bearer owner' };
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    metadata.set('google-cloud-resource-prefix', database);
    metadata.set('x-goog-request-params', `database=${encodeURIComponent(database)}`);
    return metadata;
  };
  const known = new SameBytes<WireDocument>(roomForKnown);
  const deadline = (): { deadline: number } => ({ deadline: Date.now() + deadlineMs });
  return {
    nameOf: (collection, id) => `${database}/documents/${collection}/${id}`,
    batchGet: async (names) => {
      const metadata = await metadataOfCall();
      const request = { database, documents: names };
      const stream = client.makeServerStreamRequest(
        `${service}/BatchGetDocuments`,
        batchGetRequest.encode,
        batchGetAnswer.decode,
        request,
        metadata,
        deadline(),
      );
      return exactly(names, await collected<WireAnswer>(stream, names.length), known);
    },
    commit: async (write) => {
      const metadata = await metadataOfCall();
      await new Promise<void>((resolve, reject) => {
        const done = (error: ServiceError | null): void => (error === null ? resolve() : reject(error));
        const request = { database, writes: [write] };
        client.makeUnaryRequest(`${service}/Commit`, commitRequest.encode, commitAnswer.decode, request, metadata, deadline(), done);
      });
    },
    close: () => client.close(),
  };
}

/** All answers of a stream. An answer may be empty (it then tells a time only), so there may be one more than documents. */
function collected<T>(stream: NodeJS.EventEmitter & { cancel(): void }, expected: number): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const answers: T[] = [];
    stream.on('data', (answer: T) => {
      answers.push(answer);
      if (answers.length <= 2 * expected) return;
      reject(new AppError('CLOUD_UNAVAILABLE', 'firestore.get was answered with more documents than were asked for'));
      stream.cancel();
    });
    stream.on('error', reject);
    stream.on('end', () => resolve(answers));
  });
}

function exactly(names: readonly string[], answers: readonly WireAnswer[], known: SameBytes<WireDocument>): FoundDocuments {
  const asked = new Set(names);
  const documents = new Map<string, WireFields | undefined>();
  for (const { result, found, missing } of answers) {
    if (result === undefined) continue;
    const name = found === undefined || result === 'missing' ? missing : wireDocumentName.decode(found).name;
    if (name === undefined || !asked.has(name) || documents.has(name)) throw otherAnswer();
    documents.set(name, found === undefined || result === 'missing' ? undefined : known.decode(name, found, wireDocument.decode).fields);
  }
  if (documents.size !== asked.size) throw otherAnswer();
  return documents;
}

const otherAnswer = (): AppError => new AppError('CLOUD_UNAVAILABLE', 'firestore.get was answered for other documents than were asked for');
