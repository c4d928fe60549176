import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy on loopback that holds every byte towards the service for `delayMs`, as a longer way would. */
export interface DelayLine {
  /** `127.0.0.1:port` */
  readonly address: string;
  delayMs: number;
  close(): void;
}

/** Chunks that come close together leave close together: the line delays, it does not narrow. */
export async function startDelayLine(target: string): Promise<DelayLine> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    far.pipe(near);
    near.on('data', (chunk) => {
      if (line.delayMs === 0) far.write(chunk);
      else setTimeout(() => far.writable && far.write(chunk), line.delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const line: DelayLine = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    delayMs: 0,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return line;
}
