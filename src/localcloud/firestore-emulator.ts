import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { CloudCore, RunningService } from './core.js';
import { startInProcessFirestore } from './firestore-in-process.js';

/** Which Firestore stands behind: the emulator in this process, the official one started here, or one at `host:port`. */
export type FirestoreChoice = 'in-process' | 'official' | (string & {});

/** Where Google's own package puts its emulator. */
const officialJar = '/usr/lib/google-cloud-sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar';
const officialMain = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
const startTimeoutMs = 60_000;

/** Is the official emulator installed on this machine? */
export const hasOfficialFirestore = (): boolean => existsSync(officialJar);

/** Starts the one that was chosen, or gives the address of one that runs. */
export function startFirestoreEmulator(core: CloudCore, choice: FirestoreChoice): Promise<RunningService> {
  if (choice === 'in-process') return startInProcessFirestore(core);
  if (choice === 'official') return startOfficial();
  return Promise.resolve({ address: choice, close: () => Promise.resolve() });
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
