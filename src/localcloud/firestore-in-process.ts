import { Server, ServerCredentials, type MethodDefinition, type ServiceDefinition, type UntypedHandleCall } from '@grpc/grpc-js';
import type { FirestoreServer } from '@firestore-emulator/server';
import type { CloudCore, RunningService } from './core.js';
import { firestoreCallFaults } from './firestore-call-faults.js';

/**
 * The emulator that is a package, on loopback; each of its calls is counted and meets the fault that is set on `firestore`.
 * The package listens on all interfaces, does not tell its port and lets nobody between; its methods are served here instead.
 */
export async function startInProcessFirestore(core: CloudCore): Promise<RunningService> {
  const { FirestoreServer } = await import('@firestore-emulator/server');
  const emulator = new FirestoreServer();
  replaceOnSet(emulator);
  growInPlace(emulator);
  const server = new Server({ interceptors: [firestoreCallFaults(core)] });
  const methods = methodsOf(emulator);
  server.addService(
    Object.fromEntries(methods.map(({ definition }) => [definition.path, definition])),
    Object.fromEntries(methods.map(({ definition, handle }) => [definition.path, handle])),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

interface EmulatorMethod {
  readonly definition: ServiceDefinition[string];
  readonly handle: UntypedHandleCall;
}

/** A method as grpc-js keeps it in the server that it was added to. */
interface KeptMethod {
  readonly func: UntypedHandleCall;
  readonly serialize: MethodDefinition<unknown, object>['responseSerialize'];
  readonly deserialize: MethodDefinition<unknown, object>['requestDeserialize'];
  readonly type: 'unary' | 'clientStream' | 'serverStream' | 'bidi';
  readonly path: string;
}

/** What the emulator's own server would serve; an answer that is bytes already is sent as it is. */
function methodsOf(emulator: FirestoreServer): readonly EmulatorMethod[] {
  const { handlers } = Reflect.get(emulator, 'server') as { readonly handlers: ReadonlyMap<string, KeptMethod> };
  return [...handlers.values()].map(({ func, serialize, deserialize, type, path }) => ({
    definition: {
      path,
      requestStream: type === 'clientStream' || type === 'bidi',
      responseStream: type === 'serverStream' || type === 'bidi',
      requestSerialize: () => {
        throw new Error('a server sends no request');
      },
      requestDeserialize: deserialize,
      responseSerialize: (answer: object) => (Buffer.isBuffer(answer) ? answer : serialize(answer)),
      responseDeserialize: () => {
        throw new Error('a server reads no answer');
      },
    },
    handle: func,
  }));
}

/** A set without a mask replaces a document; the package would keep the fields that the new one lacks. */
function replaceOnSet({ state }: FirestoreServer): void {
  const write = state.writeV1Document.bind(state);
  state.writeV1Document = (date, request) => {
    if (request.has_update && !request.has_update_mask && !request.has_current_document) {
      Object.assign(state.getDocument(request.update.name), { fields: {} });
    }
    return write(date, request);
  };
}

interface Collection {
  readonly emitter: unknown;
  readonly database: unknown;
  documents: Record<string, object>;
  getDocument(name: string): object;
}

type DocumentClass = new (
  emitter: unknown,
  database: unknown,
  parent: Collection,
  name: string,
  fields: object,
  collections: object,
) => object;

/** The package copies a whole collection to add a document, and each look for a document that is not there adds one. */
function growInPlace({ state }: FirestoreServer): void {
  const sample = state.getCollection('projects/p/databases/(default)/documents/c') as unknown as Collection;
  const Document = sample.getDocument('d').constructor as DocumentClass;
  const collections = Object.getPrototypeOf(sample) as Collection;
  collections.getDocument = function (this: Collection, name) {
    const known = Object.hasOwn(this.documents, name) ? this.documents[name] : undefined;
    if (known !== undefined) return known;
    if (!Object.isExtensible(this.documents)) this.documents = { ...this.documents };
    const made = new Document(this.emitter, this.database, this, name, {}, {});
    this.documents[name] = made;
    return made;
  };
  state.clear();
}
