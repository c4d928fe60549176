import { createHash, X509Certificate } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { AppError, Secret } from '../../src/base/index.js';
import { connectTokenServer, type TokenServer, type TokenServerSettings } from '../../src/client/obtain.js';
import { openChannel } from '../../src/wire/index.js';
import { makeChain, type ChainFiles } from '../support/chain.js';
import { startTokenServer, type TestTokenServer } from './support/token-server.js';

let chain: ChainFiles;
beforeAll(() => {
  chain = makeChain();
});
afterAll(() => chain.remove());

const connect = (address: string, overrides: Partial<TokenServerSettings> = {}): TokenServer =>
  connectTokenServer({
    address,
    channel: openChannel({
      serverName: 'tokenservice.esodemoapp2.com',
      ca: chain.read('tls-ca.crt'),
      certificate: chain.read('tokenclient.crt'),
      key: new Secret(chain.read('tokenclient.key')),
      pins: [],
    }),
    identityToken: () => Promise.resolve('token'),
    ...overrides,
  });

describe('a server that takes the connection and says nothing', () => {
  let mute: Server;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    mute = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });
  const address = (): string => `127.0.0.1:${(mute.address() as AddressInfo).port}`;

  test('is given up after the deadline', async () => {
    const server = connect(address(), { deadlineMs: 50 });
    await expect(server.getToken(undefined)).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringContaining('did not answer in time') as string,
    });
    server.close();
  });

  test('is given up at once when the signal aborts, during a call and before one', async () => {
    const abort = new AbortController();
    const server = connect(address(), { deadlineMs: 600_000, signal: abort.signal });
    const running = server.getToken(undefined);
    mute.once('connection', () => abort.abort());
    await expect(running).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    await expect(server.getToken(undefined)).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    server.close();
  });
});

describe('a server that answers', () => {
  let server: TestTokenServer;
  beforeEach(async () => {
    server = await startTokenServer(chain);
  });
  afterEach(() => server.stop());

  test('an error without an explanation is no refusal, and its text is not repeated', async () => {
    const client = connect(server.address);
    const error: unknown = await client
      .activateCredential({
        sessionId: Buffer.alloc(32),
        challenge: '',
        attestation: Buffer.from('no attestation'),
        signature: Buffer.alloc(0),
        pcrValues: [],
      })
      .catch((caught: unknown) => caught);
    // The session is unknown, which the server explains; a malformed key it does not explain.
    expect(error).toMatchObject({ code: 'SERVER_REFUSED', refusal: { reason: 'SESSION_UNKNOWN' } });
    const unexplained = client.makeCredential({
      akName: '',
      ekPublic: Buffer.alloc(0),
      akPublic: Buffer.alloc(0),
      releaseKey: Buffer.alloc(0),
    });
    await expect(unexplained).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.not.stringContaining('test server') as string,
    });
    client.close();
  });

  test('a token that cannot be had stops the call before anything is sent', async () => {
    const client = connect(server.address, {
      identityToken: () => Promise.reject(new AppError('CLOUD_UNAVAILABLE', 'no metadata server')),
    });
    await expect(client.getToken(undefined)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    expect(server.calls).toEqual([]);
    client.close();
  });

  test('knows the public key of the server that it met', async () => {
    const client = connect(server.address);
    await client.getToken(undefined);
    const spki = new X509Certificate(chain.read('tokenservice.crt')).publicKey.export({ type: 'spki', format: 'der' });
    expect(client.serverSpkiSha256()).toEqual(createHash('sha256').update(spki).digest());
    client.close();
  });
});
