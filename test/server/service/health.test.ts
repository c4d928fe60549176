import { once } from 'node:events';
import { connect, type Settings } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import {
  credentials,
  logVerbosity,
  makeGenericClientConstructor,
  setLogVerbosity,
  status,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';
import { silentLog } from '../../../src/base/index.js';
import { HealthService, Readiness, type ReadinessFacts } from '../../../src/server/service/health.js';

// As main does: grpc-js would print lines of its own.
setLogVerbosity(logVerbosity.NONE);

let nowMs: number;
let facts: { listening: boolean; notAfter: Date; keys: boolean; store: boolean };
let told: boolean[];
let readiness: Readiness;

beforeEach(() => {
  nowMs = 1_000_000;
  facts = { listening: true, notAfter: new Date(9_000_000), keys: true, store: true };
  told = [];
  const from: ReadinessFacts = {
    listening: () => facts.listening,
    certificateNotAfter: () => facts.notAfter,
    tokenKeysLoaded: () => facts.keys,
    probe: () => (facts.store ? Promise.resolve() : Promise.reject(new Error('down'))),
    now: () => new Date(nowMs),
  };
  readiness = new Readiness(from, (ready) => told.push(ready));
});

test('ready after the store answered once', async () => {
  expect(readiness.ready).toBe(false);
  await readiness.probe();
  expect(readiness.ready).toBe(true);
  expect(told).toEqual([true]);
});

test.each([
  ['it does not listen', () => (facts.listening = false)],
  ['the token keys were never loaded', () => (facts.keys = false)],
  ['the certificate is over', () => (facts.notAfter = new Date(nowMs))],
  ['it shuts down', () => readiness.drain()],
])('not ready when %s', async (_name, change) => {
  await readiness.probe();
  change();
  expect(readiness.ready).toBe(false);
});

test('a store that stops answering makes it not ready after 60 seconds, and ready again when it answers', async () => {
  await readiness.probe();
  facts.store = false;
  nowMs += 60_000;
  await readiness.probe();
  expect(readiness.ready).toBe(true);
  nowMs += 1;
  await readiness.probe();
  expect(readiness.ready).toBe(false);
  facts.store = true;
  await readiness.probe();
  expect(told).toEqual([true, false, true]);
});

describe('grpc.health.v1', () => {
  const Client = makeGenericClientConstructor(healthDefinition, 'Health');

  const statusOf = (port: number): Promise<string> => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    return new Promise((resolve, reject) => {
      const check = Reflect.get(client, 'check') as (
        request: object,
        callback: (error: ServiceError | null, value: { status: string }) => void,
      ) => void;
      check.call(client, { service: '' }, (error, value) => {
        client.close();
        if (error === null) resolve(value.status);
        else reject(error);
      });
    });
  };

  test('answers without TLS, from memory', async () => {
    const health = new HealthService(silentLog);
    const port = await health.listen({ host: '127.0.0.1', port: 0 });
    expect(await statusOf(port)).toBe('NOT_SERVING');
    health.set(true);
    expect(await statusOf(port)).toBe('SERVING');
    health.set(false);
    expect(await statusOf(port)).toBe('NOT_SERVING');
    const second = new HealthService(silentLog);
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    second.close();
    health.close();
  });

  describe('costs a bounded number of connections and calls', () => {
    let health: HealthService;
    let port: number;
    const sockets: Socket[] = [];
    async function start(idleMs: number): Promise<void> {
      health = new HealthService(silentLog, { maxConnections: 2, idleMs });
      port = await health.listen({ host: '127.0.0.1', port: 0 });
    }
    beforeEach(() => start(60_000));
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.destroy();
      health.close();
    });

    /** Says nothing; whether it was let in shows the first frame of the server. */
    const open = (): Promise<'open' | 'closed'> => {
      const socket = connectTcp(port, '127.0.0.1');
      sockets.push(socket);
      return new Promise((resolve) => {
        socket.once('data', () => resolve('open'));
        socket.once('close', () => resolve('closed'));
        socket.on('error', () => undefined);
      });
    };

    test('one connection too many is closed', async () => {
      expect([await open(), await open()]).toEqual(['open', 'open']);
      expect(await open()).toBe('closed');
      expect(sockets.map(({ closed }) => closed)).toEqual([false, false, true]);
    });

    test('a connection without a call is closed after a while, and makes room', async () => {
      health.close();
      await start(50);
      await Promise.all([open(), open()]);
      await Promise.all(sockets.map((socket) => once(socket, 'close')));
      expect(await open()).toBe('open');
    });

    test('a connection has eight calls at a time', async () => {
      const session = connect(`http://127.0.0.1:${port}`);
      const [settings] = (await once(session, 'remoteSettings')) as [Settings];
      session.destroy();
      expect(settings.maxConcurrentStreams).toBe(8);
    });

    test('who watches when the service ends is cut off', async () => {
      const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
      const watch = Reflect.get(client, 'watch') as (request: object) => ClientReadableStream<{ status: string }>;
      const stream = watch.call(client, { service: '' });
      const ended = new Promise<number>((resolve) => stream.once('error', ({ code }: Error & { code: number }) => resolve(code)));
      expect(await once(stream, 'data')).toMatchObject([{ status: 'NOT_SERVING' }]);
      health.close();
      expect(await ended).toBe(status.UNAVAILABLE);
      client.close();
    });
  });
});
