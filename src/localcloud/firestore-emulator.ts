import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import type { FirestoreServer } from '@firestore-emulator/server';
import type { RunningService } from './core.js';

/** Which Firestore stands behind: the emulator in this process, the official one started here, or one at `host:port`. */
export type FirestoreChoice = 'in-process' | 'official' | (string & {});

/** Where Google's own package puts its emulator. */
const officialJar = '/usr/lib/google-cloud-sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar';
const officialMain = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
const startTimeoutMs = 60_000;

/** Is the official emulator installed on this machine? */
export const hasOfficialFirestore = (): boolean => existsSync(officialJar);

/** Starts the one that was chosen, or gives the address of one that runs. */
export function startFirestoreEmulator(choice: FirestoreChoice): Promise<RunningService> {
  if (choice === 'in-process') return startInProcess();
  if (choice === 'official') return startOfficial();
  return Promise.resolve({ address: choice, close: () => Promise.resolve() });
}

/** The package listens on all interfaces and does not tell its port; its gRPC server is bound to loopback here instead. */
async function startInProcess(): Promise<RunningService> {
  const { FirestoreServer } = await import('@firestore-emulator/server');
  const { ServerCredentials: Credentials } = createRequire(require.resolve('@firestore-emulator/server'))('@grpc/grpc-js') as {
    ServerCredentials: typeof ServerCredentials;
  };
  const emulator = new FirestoreServer();
  replaceOnSet(emulator);
  growInPlace(emulator);
  const server = Reflect.get(emulator, 'server') as Server;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', Credentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      emulator.stop();
      return Promise.resolve();
    },
  };
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

async function startOfficial(): Promise<RunningService> {
  if (!hasOfficialFirestore()) throw new Error('the official emulator is not installed: apt package google-cloud-cli-firestore-emulator');
  const port = await freePort();
  const child = spawn('java', ['-cp', officialJar, officialMain, '--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the official Firestore emulator ended with code ${code ?? 'none'}`)));
  });
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  failed.catch(() => undefined);
  try {
    await Promise.race([failed, answers(port)]);
  } catch (error) {
    if (child.pid !== undefined) await close();
    throw error;
  }
  return { address: `127.0.0.1:${port}`, close };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when something accepts connections on the port. */
async function answers(port: number): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (Date.now() > deadline) throw new Error('the official Firestore emulator did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
