import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ConnectionBroken, exchange, type Answer, type Exchange } from '../../src/gcp/exchange.js';

/** A far side that says these bytes and no others. */
interface FarSide {
  readonly url: string;
  readonly sockets: Socket[];
  readonly requests: string[];
  stop(): Promise<void>;
}

const started: FarSide[] = [];

/** @param serve what is done with a request, which came whole; it is the n-th of its connection, from 1. */
async function startFarSide(serve: (socket: Socket, request: string, n: number) => void): Promise<FarSide> {
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    let received = '';
    let n = 0;
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      const end = received.indexOf('\r\n\r\n');
      if (end === -1 || received.length < end + 4 + length) return;
      requests.push(received);
      serve(socket, received, ++n);
      received = '';
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?a=b%20c&d`,
    sockets,
    requests,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  started.push(far);
  return far;
}

afterEach(async () => {
  for (const far of started.splice(0)) await far.stop();
});

const saying = (...bytes: readonly string[]): Promise<FarSide> => startFarSide((socket) => socket.end(bytes.join('')));
const ok = (body: string, ...headers: readonly string[]): string =>
  ['HTTP/1.1 200 OK', `content-length: ${body.length}`, ...headers, '', body].join('\r\n');
const call = ({ url }: { readonly url: string }, rest: Partial<Exchange> = {}): Promise<Answer> =>
  exchange({ what: 'a call', url, method: 'GET', headers: {}, maxAnswerBytes: 100, signal: new AbortController().signal, ...rest });
const text = ({ body }: Answer): string => body.toString();
const brokeOff = { code: 'CLOUD_UNAVAILABLE', message: expect.stringMatching(/^the answer of a call broke off/) as string };

it('a request is sent as it is given, and the answer is what came back', async () => {
  const far = await saying('HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone');
  const request = {
    method: 'POST',
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
    body: '{"é":1}',
  } as const;
  const { status, body } = await call(far, request);
  expect([status, body.toString()]).toEqual([404, 'none']);
  const [head = '', sent] = (far.requests[0] ?? '').split('\r\n\r\n');
  expect(head).toMatch(/^POST \/path\?a=b%20c&d HTTP\/1\.1\r\n/);
  expect(head).toContain('authorization: Bearer token');
  expect(head).toContain(`host: ${new URL(far.url).host}`);
  expect(Buffer.from(sent ?? '', 'latin1').toString()).toBe('{"é":1}');
});

it('without a body none is sent', async () => {
  const far = await saying(ok(''));
  expect(text(await call(far))).toBe('');
  expect(far.requests[0]).toMatch(/^GET .*\r\n\r\n$/s);
});

describe('the length of an answer', () => {
  const chunked = (body: string): string =>
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const untilClosed = (body: string): string => `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${body}`;
  it.each([
    ['told before', ok],
    ['in chunks', chunked],
    ['until the connection closes', untilClosed],
  ])('%s is bounded: 100 bytes are taken, one more is not', async (_how, answer) => {
    expect(text(await call(await saying(answer('x'.repeat(100)))))).toBe('x'.repeat(100));
    await expect(call(await saying(answer('x'.repeat(101))))).rejects.toMatchObject({
      code: 'CLOUD_UNAVAILABLE',
      message: 'the answer of a call is longer than 100 bytes',
    });
  });

  it('in chunks without end is bounded, and the connection ends', async () => {
    const far = await startFarSide((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = (): void => void (socket.destroyed || socket.write('a\r\nxxxxxxxxxx\r\n', () => setImmediate(more)));
      more();
    });
    await expect(call(far)).rejects.toMatchObject({ message: 'the answer of a call is longer than 100 bytes' });
    const [socket] = far.sockets;
    if (socket?.destroyed === false) await once(socket, 'close');
  });

  it('of headers is bounded too', async () => {
    const far = await saying(ok('', `x: ${'x'.repeat(100_000)}`));
    await expect(call(far)).rejects.toBeInstanceOf(ConnectionBroken);
  });
});

describe('an answer that breaks off', () => {
  it.each([
    ['before its body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n'],
    ['in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345'],
    ['between chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n123'],
    ['with a chunk of no length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\nxyz\r\n'],
  ])('%s is undecided', async (_where, bytes) => {
    await expect(call(await saying(bytes))).rejects.toMatchObject(brokeOff);
  });

  it.each([
    ['before anything', ''],
    ['in its status line', 'HTTP/1.1 20'],
    ['in its headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['because it is no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['because its status is none', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['because it has two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12'],
    ['because it has a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['because nobody asked for it to continue', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'],
  ])('%s is a connection that broke', async (_where, bytes) => {
    await expect(call(await saying(bytes))).rejects.toBeInstanceOf(ConnectionBroken);
  });

  it('because nobody listens is a connection that broke', async () => {
    const far = await saying('');
    await far.stop();
    started.splice(0);
    await expect(call(far)).rejects.toBeInstanceOf(ConnectionBroken);
  });
});

it('early hints come before the answer and are not it', async () => {
  const far = await saying('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', ok('answer'));
  expect(await call(far)).toMatchObject({ status: 200, body: Buffer.from('answer') });
});

it.each([301, 302, 303, 307, 308])('a redirect with status %i is an answer, and nobody goes there', async (status) => {
  const other = await saying(ok('elsewhere'));
  const far = await saying(`HTTP/1.1 ${status} Moved\r\nlocation: ${other.url}\r\ncontent-length: 0\r\n\r\n`);
  expect((await call(far)).status).toBe(status);
  expect(other.sockets).toEqual([]);
});

describe('a signal', () => {
  it('that was given before ends the call: nothing is sent', async () => {
    const far = await saying(ok('late'));
    await expect(call(far, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(ConnectionBroken);
    expect(far.requests).toEqual([]);
  });

  it('while the answer is awaited ends the call and its connection', async () => {
    const controller = new AbortController();
    const far = await startFarSide(() => controller.abort());
    await expect(call(far, { signal: controller.signal })).rejects.toBeInstanceOf(ConnectionBroken);
    const [socket] = far.sockets;
    if (socket?.destroyed === false) await once(socket, 'close');
  });

  it('in the middle of an answer without end ends the call', async () => {
    const controller = new AbortController();
    const far = await startFarSide((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n', () => setImmediate(() => controller.abort()));
    });
    await expect(call(far, { signal: controller.signal })).rejects.toThrow(/aborted/);
  });

  it('is listened to no longer than the call lasts', async () => {
    const { signal } = new AbortController();
    const [add, remove] = [jest.spyOn(signal, 'addEventListener'), jest.spyOn(signal, 'removeEventListener')];
    await call(await saying(ok('x')), { signal });
    await expect(call(await saying(''), { signal })).rejects.toThrow();
    expect(remove.mock.calls.map(([type, listener]) => [type, listener])).toEqual(
      add.mock.calls.map(([type, listener]) => [type, listener]),
    );
  });
});

/** A connection is free again once its answer was passed on. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

async function waitFor(far: FarSide, requests: number): Promise<readonly Socket[]> {
  while (far.requests.length < requests) await nextTurn();
  return far.sockets;
}

describe('connections', () => {
  it('are kept open and used again', async () => {
    const far = await startFarSide((socket, _request, n) => socket.write(ok(String(n))));
    expect(text(await call(far))).toBe('1');
    await nextTurn();
    expect(text(await call(far))).toBe('2');
    expect(far.sockets).toHaveLength(1);
  });

  it('are new where that is asked for, and end with their call', async () => {
    const far = await startFarSide((socket, _request, n) => socket.write(ok(String(n), 'keep-alive: timeout=600')));
    await call(far);
    await nextTurn();
    expect(text(await call(far, { newConnection: true }))).toBe('1');
    const [, own] = far.sockets;
    if (own?.destroyed === false) await once(own, 'close');
    expect(far.sockets[0]?.destroyed).toBe(false);
  });

  it('that were kept and that the far side closes at their next use are connections that broke', async () => {
    const far = await startFarSide((socket, _request, n) => (n === 1 ? socket.write(ok('first')) : socket.destroy()));
    expect(text(await call(far))).toBe('first');
    await nextTurn();
    await expect(call(far)).rejects.toBeInstanceOf(ConnectionBroken);
    expect(text(await call(far))).toBe('first');
  });

  it('are 128 to one host; more calls wait for one, and all end', async () => {
    const waiting: Socket[] = [];
    let open = false;
    const far = await startFarSide((socket) => (open ? socket.write(ok('x')) : waiting.push(socket)));
    const calls = Promise.all(Array.from({ length: 300 }, () => call(far)));
    await waitFor(far, 128);
    const controller = new AbortController();
    const late = expect(call(far, { signal: controller.signal })).rejects.toBeInstanceOf(ConnectionBroken);
    controller.abort();
    await nextTurn();
    expect(far.sockets).toHaveLength(128);
    open = true;
    for (const socket of waiting) socket.write(ok('x'));
    expect((await calls).every((answer) => text(answer) === 'x')).toBe(true);
    // One that was cancelled while it waited is not sent at all.
    await late;
    expect(far.requests).toHaveLength(300);
    expect(far.sockets).toHaveLength(128);
  });

  it('go to the host itself, whatever proxy the environment names', async () => {
    const proxy = await saying(ok('from the proxy'));
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
    const environment = { ...process.env };
    Object.assign(process.env, Object.fromEntries(names.map((each) => [each, proxy.url])), { NODE_USE_ENV_PROXY: '1', NO_PROXY: '' });
    try {
      const far = await saying(ok('direct'));
      expect(text(await call(far))).toBe('direct');
      expect(text(await call(await saying(ok('direct')), { newConnection: true }))).toBe('direct');
    } finally {
      process.env = environment;
    }
    expect(proxy.sockets).toEqual([]);
  });
});
