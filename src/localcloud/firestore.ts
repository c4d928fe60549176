import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { CloudCore, RunningService } from './core.js';
import type { Api, Faults } from './faults.js';
import { startFirestoreEmulator, type FirestoreChoice } from './firestore-emulator.js';
import { holdUntilClear } from './firestore-faults.js';

/**
 * Firestore behind a TCP proxy that counts connections and lets faults hit them. The emulator in this process counts its calls
 * and lets faults hit each one; any other can be hit through its connections only. No emulator looks at access tokens, so
 * permissions are not checked here.
 */
export async function startFirestore(core: CloudCore, choice: FirestoreChoice): Promise<RunningService> {
  const emulator = await startFirestoreEmulator(core, choice);
  const apis: readonly Api[] = choice === 'in-process' ? ['firestoreConnections'] : ['firestoreConnections', 'firestore'];
  const proxy = await startProxy(core, apis, emulator.address);
  return {
    address: proxy.address,
    close: async () => {
      await proxy.close();
      await emulator.close();
    },
  };
}

async function startProxy(core: CloudCore, apis: readonly Api[], target: string): Promise<RunningService> {
  const colon = target.lastIndexOf(':');
  const sockets = new Set<Socket>();
  // Small frames leave at once: the far side waits for the second before it acknowledges the first.
  const server = createServer({ noDelay: true }, (client) => {
    core.calls.note('firestoreConnections', '');
    const upstream = connect({ port: Number(target.slice(colon + 1)), host: target.slice(0, colon), noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        (socket === client ? upstream : client).destroy();
      });
      socket.on('error', () => socket.destroy());
    }
    upstream.pipe(client);
    forward(core.faults, apis, client, upstream).catch(() => client.destroy());
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
async function forward(faults: Faults, apis: readonly Api[], client: Socket, upstream: Socket): Promise<void> {
  for await (const chunk of client as AsyncIterable<Buffer>) {
    await holdUntilClear(faults, apis, client);
    if (!upstream.destroyed) upstream.write(chunk);
  }
  upstream.end();
}
