import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { callRest, connect, type RestCall } from '../../src/gcp/http.js';

// A server that breaks the first connections it gets, and answers the rest.
let server: Server;
let broken = 0;
let seen = 0;
let redirect = false;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen++;
    if (broken-- > 0) request.socket.destroy();
    else if (redirect) response.writeHead(302, { location: '/elsewhere' }).end();
    else response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const call = (signal?: AbortSignal): Promise<Response> =>
  connect({ what: 'a call', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }, signal === undefined ? {} : { signal });

beforeEach(() => {
  seen = 0;
  redirect = false;
});

it('one broken connection is tried once more', async () => {
  broken = 1;
  expect((await call()).status).toBe(200);
  expect(seen).toBe(2);
});

it('two are not', async () => {
  broken = 2;
  await expect(call()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  expect(seen).toBe(2);
});

it('a call that was cancelled is not tried again', async () => {
  broken = 0;
  await expect(call(AbortSignal.abort())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  expect(seen).toBe(0);
});

describe('a call to a REST API', () => {
  const rest = (call: Partial<RestCall> = {}) =>
    callRest(() => Promise.resolve({ authorization: 'Bearer token' }), {
      what: 'a call',
      permission: 'none',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      deadlineMs: 5000,
      maxAnswerBytes: 100,
      ...call,
    });

  it('is tried once more after one broken connection', async () => {
    broken = 1;
    expect(await rest()).toEqual({ kind: 'found', value: {} });
    expect(seen).toBe(2);
  });

  it('is tried once more on a new connection, when all that were kept open are gone', async () => {
    broken = 0;
    const connections = new Set<Socket>();
    let served = 0;
    const fickle = createServer((request, response) => {
      if (connections.has(request.socket)) return void request.socket.destroy();
      served++;
      // Both of the first two are open before either is answered, so both are kept.
      const answer = (): void => {
        connections.add(request.socket);
        response.end('{}');
      };
      if (served > 2) answer();
      else waiting.push(answer);
      if (waiting.length === 2) for (const each of waiting.splice(0)) each();
    });
    const waiting: (() => void)[] = [];
    await new Promise<void>((resolve) => fickle.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(fickle.address() as AddressInfo).port}/`;
    try {
      await Promise.all([rest({ url }), rest({ url })]);
      expect(await rest({ url })).toEqual({ kind: 'found', value: {} });
    } finally {
      fickle.closeAllConnections();
      await new Promise((resolve) => fickle.close(resolve));
    }
  });

  it('not after two', async () => {
    broken = 2;
    await expect(rest()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    expect(seen).toBe(2);
  });

  it('not where twice is more than once', async () => {
    broken = 1;
    await expect(rest({ mayRepeat: false })).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    expect(seen).toBe(1);
  });

  it('not when it was cancelled', async () => {
    broken = 0;
    await expect(rest({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen).toBe(0);
  });

  it('has an answer of bounded length', async () => {
    broken = 0;
    await expect(rest({ maxAnswerBytes: 1 })).rejects.toMatchObject({
      code: 'CLOUD_UNAVAILABLE',
      message: expect.stringContaining('longer than 1') as string,
    });
  });

  it('does not follow a redirect: it would carry the token away', async () => {
    broken = 0;
    redirect = true;
    await expect(rest()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE', message: expect.stringContaining('HTTP 302') as string });
    expect(seen).toBe(1);
  });
});
