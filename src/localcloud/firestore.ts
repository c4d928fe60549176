import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import type { CloudCore, RunningService } from './core.js';
import { holdUntilClear } from './firestore-faults.js';

/** Which Firestore stands behind: the emulator in this process, the official one started here, or one at `host:port`. */
export type FirestoreChoice = 'in-process' | 'official' | (string & {});

/** Where Google's own package puts its emulator. */
const officialJar = '/usr/lib/google-cloud-sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar';
const officialMain = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
const startTimeoutMs = 60_000;

/** Is the official emulator installed on this machine? */
export const hasOfficialFirestore = (): boolean => existsSync(officialJar);

/**
 * Firestore behind a TCP proxy that counts connections and lets faults hit them. No emulator looks at access tokens, so
 * permissions are not checked here.
 */
export async function startFirestore(core: CloudCore, choice: FirestoreChoice): Promise<RunningService> {
  const emulator = await startEmulator(choice);
  const proxy = await startProxy(core, emulator.address);
  return {
    address: proxy.address,
    close: async () => {
      await proxy.close();
      await emulator.close();
    },
  };
}

function startEmulator(choice: FirestoreChoice): Promise<RunningService> {
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

async function startProxy(core: CloudCore, target: string): Promise<RunningService> {
  const colon = target.lastIndexOf(':');
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    core.calls.note('firestore', '');
    const upstream = connect(Number(target.slice(colon + 1)), target.slice(0, colon));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        (socket === client ? upstream : client).destroy();
      });
      socket.on('error', () => socket.destroy());
    }
    upstream.pipe(client);
    forward(core, client, upstream).catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Client to emulator, chunk by chunk: each one meets the fault that is set at that moment. */
async function forward(core: CloudCore, client: Socket, upstream: Socket): Promise<void> {
  for await (const chunk of client as AsyncIterable<Buffer>) {
    await holdUntilClear(core.faults, client);
    if (!upstream.destroyed) upstream.write(chunk);
  }
  upstream.end();
}
