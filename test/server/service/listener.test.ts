import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { silentLog } from '../../../src/base/index.js';
import { spkiSha256 } from '../../../src/wire/index.js';
import { loadTlsMaterial, type TlsMaterial } from '../../../src/server/service/certificates.js';
import { TlsListener, type ListenerParts } from '../../../src/server/service/listener.js';
import { makeChain, type ChainFiles } from '../../support/chain.js';

let chain: ChainFiles;
let stranger: ChainFiles;
const listeners: TlsListener[] = [];
let refusals: string[] = [];
const clients: Socket[] = [];

beforeAll(() => {
  chain = makeChain();
  stranger = makeChain('--clientSerial', '77');
});

afterEach(() => {
  refusals = [];
  for (const client of clients.splice(0)) client.destroy();
  for (const listener of listeners.splice(0)) {
    listener.stopAccepting();
    listener.destroyAll();
  }
});

afterAll(() => {
  chain.remove();
  stranger.remove();
});

const materialOf = (files: ChainFiles, mutual = true): Promise<TlsMaterial> =>
  loadTlsMaterial(
    {
      from: 'files',
      certificate: files.path('tokenservice.crt'),
      key: files.path('tokenservice.key'),
      clientAuthorities: mutual ? files.path('tls-ca.crt') : undefined,
    },
    () => {
      throw new Error('not expected');
    },
    new Date(),
  );

async function listen(
  overrides: Partial<ListenerParts> = {},
  mutual = true,
  host = '127.0.0.1',
): Promise<{ listener: TlsListener; port: number; injected: TLSSocket[] }> {
  const injected: TLSSocket[] = [];
  const listener = new TlsListener({
    material: await materialOf(chain, mutual),
    maxConnections: 100,
    isKnown: () => false,
    onRefused: (why) => refusals.push(why),
    log: silentLog,
    inject: (socket) => {
      injected.push(socket);
      socket.write('hello');
    },
    ...overrides,
  });
  listeners.push(listener);
  return { listener, injected, port: await listener.listen({ host, port: 0 }) };
}

/** Connects and waits for the greeting that only an accepted connection gets. */
function greet(port: number, options: ConnectionOptions & { localAddress?: string; localPort?: number } = {}): Promise<TLSSocket> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'tokenservice.esodemoapp2.com',
    ca: chain.read('tls-ca.crt'),
    ALPNProtocols: ['h2'],
    ...options,
  });
  clients.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('data', () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without a greeting')));
  });
}
const withCertificate = (files: ChainFiles = chain): ConnectionOptions => ({
  cert: files.read('tokenclient.crt'),
  key: files.read('tokenclient.key'),
});

test('mTLS: a client with a certificate of our authority is let through, over TLS 1.3 and h2', async () => {
  const { port, injected } = await listen();
  const socket = await greet(port, withCertificate());
  expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.3', 'h2']);
  expect(injected[0]?.authorized).toBe(true);
});

test.each([
  ['without a certificate', () => ({})],
  ['with one of another authority', () => withCertificate(stranger)],
  ['that is a server', () => ({ cert: chain.read('tokenservice.crt'), key: chain.read('tokenservice.key') })],
])('mTLS: a client %s is not let through', async (_name, options) => {
  const { port, injected } = await listen();
  await expect(greet(port, options())).rejects.toThrow();
  expect(injected).toEqual([]);
});

/** Only the first certificate of the trust file: the intermediate without its root. */
const intermediate = (files: ChainFiles): string =>
  /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(files.read('tls-ca.crt').toString())?.[0] ?? '';

test('authorities may be intermediates alone, also after a reload; a client of another authority is still refused', async () => {
  const partial = async (files: ChainFiles): Promise<TlsMaterial> => ({
    ...(await materialOf(files)),
    clientAuthorities: intermediate(files),
  });
  const { listener, port, injected } = await listen({ material: await partial(chain) });
  await greet(port, withCertificate(chain));
  await expect(greet(port, withCertificate(stranger))).rejects.toThrow();
  listener.reload(await partial(stranger));
  await greet(port, { ...withCertificate(stranger), ca: stranger.read('tls-ca.crt') });
  expect(injected.map((socket) => socket.authorized)).toEqual([true, true]);
});

test('TLS without client certificates: none is asked for', async () => {
  const { port, injected } = await listen({}, false);
  await greet(port);
  expect(injected[0]?.authorized).toBe(false);
});

test('TLS 1.2 is refused', async () => {
  const { port } = await listen({}, false);
  await expect(greet(port, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version|handshake/i);
});

test('a connection that does not begin its handshake is closed', async () => {
  const { port } = await listen({ handshakeTimeoutMs: 100 });
  const socket = connectTcp(port, '127.0.0.1');
  clients.push(socket);
  socket.resume();
  await once(socket, 'close');
});

test('one address may have a quarter of all connections', async () => {
  const { port } = await listen({ maxConnections: 8 }, false);
  await greet(port);
  await greet(port);
  await expect(greet(port)).rejects.toThrow();
  clients[0]?.destroy();
});

test('strangers leave a quarter of all connections to networks from which approved VMs were admitted', async () => {
  const { port } = await listen({ maxConnections: 16, isKnown: (network) => ['127.0.0.9', '127.0.0.8'].includes(network) }, false);
  for (const stranger of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) for (let i = 0; i < 4; i++) await greet(port, { localAddress: stranger });
  await expect(greet(port, { localAddress: '127.0.0.4' })).rejects.toThrow();
  expect(refusals).toEqual(['strangers']);
  await greet(port, { localAddress: '127.0.0.9' });
  // No known network can use up what is kept for all of them.
  await expect(greet(port, { localAddress: '127.0.0.9' })).rejects.toThrow();
  expect(refusals).toEqual(['strangers', 'network']);
  await greet(port, { localAddress: '127.0.0.8' });
});

test('one client certificate may have half of all connections, from however many addresses', async () => {
  const both = `${chain.read('tls-ca.crt').toString()}${stranger.read('tls-ca.crt').toString()}`;
  const { port } = await listen({ maxConnections: 8, material: { ...(await materialOf(chain)), clientAuthorities: both } });
  const from = (address: string, files = chain): Promise<TLSSocket> => greet(port, { ...withCertificate(files), localAddress: address });
  await from('127.0.0.1');
  await from('127.0.0.2');
  await from('127.0.0.2');
  await from('127.0.0.3');
  await expect(from('127.0.0.3')).rejects.toThrow();
  expect(refusals).toEqual(['certificate']);
  await from('127.0.0.3', stranger);
});

test('a closed connection makes room for another', async () => {
  const { port, injected } = await listen({ maxConnections: 4 }, false);
  const first = await greet(port);
  const closed = once(injected[0]!, 'close');
  first.destroy();
  await closed;
  await greet(port);
});

test('the hash of the certificate that a connection was shown is known until it closes, also after a reload', async () => {
  const { listener, port, injected } = await listen({}, false);
  const socket = await greet(port);
  const peer = `${injected[0]?.remoteAddress}:${injected[0]?.remotePort}`;
  const shown = spkiSha256(socket.getPeerCertificate().raw);
  expect(listener.connectionOf(peer).serverSpkiSha256).toEqual(shown);

  listener.reload(await materialOf(stranger, false));
  expect(listener.connectionOf(peer).serverSpkiSha256).toEqual(shown);
  const later = await greet(port, { ca: stranger.read('tls-ca.crt') });
  expect(spkiSha256(later.getPeerCertificate().raw)).toEqual(spkiSha256(stranger.read('tokenservice.crt')));

  const closed = once(injected[0]!, 'close');
  socket.destroy();
  await closed;
  expect(() => listener.connectionOf(peer)).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
});

const peerText = (socket: TLSSocket | undefined): string => `${socket?.remoteAddress}:${socket?.remotePort}`;

test('each connection has the client certificate that it came with, whoever comes or goes beside it', async () => {
  const both = `${chain.read('tls-ca.crt').toString()}${stranger.read('tls-ca.crt').toString()}`;
  const { listener, port, injected } = await listen({ material: { ...(await materialOf(chain)), clientAuthorities: both } });
  const sha256Hex = (files: ChainFiles): string =>
    createHash('sha256')
      .update(new X509Certificate(files.read('tokenclient.crt')).raw)
      .digest('hex');
  const peers = {
    first: { address: '127.0.0.1', certificate: { serialDecimal: '5', sha256Hex: sha256Hex(chain) } },
    second: { address: '127.0.0.1', certificate: { serialDecimal: '77', sha256Hex: sha256Hex(stranger) } },
  };
  await greet(port, withCertificate(chain));
  const second = await greet(port, withCertificate(stranger));
  await greet(port, withCertificate(chain));
  const [a, b, c] = injected.map(peerText);
  const peersNow = (): unknown[] => [a, c].map((each) => listener.connectionOf(each ?? '').peer);
  expect(listener.connectionOf(b ?? '').peer).toEqual(peers.second);
  expect(peersNow()).toEqual([peers.first, peers.first]);

  const closed = once(injected[1]!, 'close');
  second.destroy();
  await closed;
  expect(() => listener.connectionOf(b ?? '')).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
  expect(peersNow()).toEqual([peers.first, peers.first]);
});

test('a connection from the same address and port to another address of ours is not let in, and takes nothing from the first', async () => {
  const both = `${chain.read('tls-ca.crt').toString()}${stranger.read('tls-ca.crt').toString()}`;
  const material = { ...(await materialOf(chain)), clientAuthorities: both };
  const { listener, port, injected } = await listen({ material }, true, '0.0.0.0');
  const first = await greet(port, { ...withCertificate(chain), localAddress: '127.0.0.1' });
  const peer = peerText(injected[0]);
  const before = listener.connectionOf(peer);

  const sameSource = { localAddress: '127.0.0.1', localPort: first.localPort! };
  await expect(greet(port, { ...withCertificate(stranger), ...sameSource, host: '127.0.0.2' })).rejects.toThrow(/greeting|ECONNRESET/);
  expect(injected).toHaveLength(1);
  expect(listener.connectionOf(peer)).toBe(before);
  expect(before.peer.certificate?.serialDecimal).toBe('5');

  // From another port it is a connection of its own.
  await greet(port, { ...withCertificate(stranger), localAddress: '127.0.0.1', host: '127.0.0.2' });
  expect(listener.connectionOf(peerText(injected[1])).peer.certificate?.serialDecimal).toBe('77');
});

test('without mTLS a connection has no client certificate, though the client has one; the far end of no connection is unknown', async () => {
  const { listener, port, injected } = await listen({}, false);
  await greet(port, withCertificate());
  expect(listener.connectionOf(peerText(injected[0])).peer).toEqual({ address: '127.0.0.1', certificate: undefined });
  for (const peer of ['', '127.0.0.1', '127.0.0.1:0', `127.0.0.1:${port}`, `${peerText(injected[0])} `])
    expect(() => listener.connectionOf(peer)).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
});

test('after a reload, client certificates of the old authority are not let through any more', async () => {
  const { listener, port } = await listen();
  await greet(port, withCertificate());
  listener.reload(await materialOf(stranger));
  await expect(greet(port, { ...withCertificate(), ca: stranger.read('tls-ca.crt') })).rejects.toThrow();
  await greet(port, { ...withCertificate(stranger), ca: stranger.read('tls-ca.crt') });
});

test('a reload cannot switch client certificates off', async () => {
  const { listener } = await listen();
  const without = await materialOf(chain, false);
  expect(() => listener.reload(without)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

test('a port in use is one clear line', async () => {
  const { port } = await listen();
  const second = new TlsListener({
    material: await materialOf(chain),
    maxConnections: 1,
    isKnown: () => false,
    log: silentLog,
    inject: () => undefined,
  });
  await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/^--grpcport 127\.0\.0\.1:\d+ cannot be listened on \(EADDRINUSE\)$/),
  });
});

test('who stopped accepting lets nobody in', async () => {
  const { listener, port } = await listen({}, false);
  listener.stopAccepting();
  await expect(greet(port)).rejects.toThrow(/ECONNREFUSED/);
});
