import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to Firestore that loses the answers to one kind of write. */
export interface CrashProxy {
  /** host:port */
  readonly address: string;
  /** From now on: passes the first request that holds these bytes, and lets no answer back to whoever sent it. Resolves when it was passed. */
  swallowAnswerTo(bytes: string): Promise<void>;
  close(): void;
}

/** Bytes go through as they are, in both directions, until told otherwise. */
export async function startCrashProxy(target: string): Promise<CrashProxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let trap: { readonly bytes: string; readonly sprung: () => void } | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    let mute = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => (socket === client ? upstream : client).destroy());
    }
    client.on('data', (chunk: Buffer) => {
      if (trap !== undefined && chunk.includes(trap.bytes)) {
        mute = true;
        trap.sprung();
        trap = undefined;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (!mute) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallowAnswerTo: (bytes) => new Promise((sprung) => (trap = { bytes, sprung })),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
