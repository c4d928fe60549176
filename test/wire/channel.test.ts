import { createServer, type TLSSocket, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { ServerCredentials, Server as GrpcServer } from '@grpc/grpc-js';
import { execFileSync } from 'node:child_process';
import { Secret } from '../../src/base/index.js';
import { openChannel, TokenServiceClient, tokenServiceDefinition, type ChannelSettings } from '../../src/wire/index.js';
import { makeChain, type ChainFiles } from '../support/chain.js';

const serverName = 'tokenservice.esodemoapp2.com';
let chain: ChainFiles;
let stranger: ChainFiles;
let grpcServer: GrpcServer;
let port: number;

beforeAll(async () => {
  chain = makeChain();
  stranger = makeChain();
  grpcServer = new GrpcServer();
  grpcServer.addService(tokenServiceDefinition, {
    GetToken: (_call: unknown, answer: (error: null, value: { responseID: string }) => void) => {
      answer(null, { responseID: 'answered' });
    },
  });
  port = await new Promise<number>((resolve, reject) => {
    grpcServer.bindAsync(
      '127.0.0.1:0',
      ServerCredentials.createSsl(
        chain.read('tls-ca.crt'),
        [{ private_key: chain.read('tokenservice.key'), cert_chain: chain.read('tokenservice.crt') }],
        true,
      ),
      (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      },
    );
  });
});

afterAll(() => {
  grpcServer.forceShutdown();
  chain.remove();
  stranger.remove();
});

const settings = (overrides: Partial<ChannelSettings> = {}): ChannelSettings => ({
  serverName,
  ca: chain.read('tls-ca.crt'),
  certificate: chain.read('tokenclient.crt'),
  key: new Secret(chain.read('tokenclient.key')),
  pins: [],
  ...overrides,
});

async function call(overrides: Partial<ChannelSettings> = {}, toPort = port): Promise<{ answer: string; spki: Buffer }> {
  const channel = openChannel(settings(overrides));
  const client = new TokenServiceClient(`127.0.0.1:${toPort}`, channel.credentials, channel.options);
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      client.GetToken({}, { deadline: Date.now() + 10_000 }, (error, value) => {
        if (error === null) resolve(value?.responseID ?? '');
        else reject(error);
      });
    });
    return { answer, spki: channel.serverSpkiSha256() };
  } finally {
    client.close();
  }
}

/** The pin of a certificate as openssl computes it. */
const pinOf = (certificate: string): string => {
  const key = execFileSync('openssl', ['x509', '-in', certificate, '-noout', '-pubkey']);
  const der = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'DER'], { input: key });
  return `sha256/${execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: der }).toString('base64')}`;
};

describe('the channel to the server', () => {
  it('reaches a server of our CA and says which key it met', async () => {
    const { answer, spki } = await call();
    expect(answer).toBe('answered');
    expect(`sha256/${spki.toString('base64')}`).toBe(pinOf(chain.path('tokenservice.crt')));
  });

  it.each(['tokenservice.crt', 'tls-ca.crt'])('accepts a pin of %s, any of several', async (name) => {
    await expect(call({ pins: [pinOf(stranger.path('tls-ca.crt')), pinOf(chain.path(name))] })).resolves.toMatchObject({
      answer: 'answered',
    });
  });

  it('refuses a good chain that no pin matches', async () => {
    await expect(call({ pins: [pinOf(stranger.path('tls-ca.crt'))] })).rejects.toThrow(/matches --tlsServerPin/);
  });

  it('refuses another CA, whatever the pin', async () => {
    await expect(call({ ca: stranger.read('tls-ca.crt'), pins: [pinOf(chain.path('tls-ca.crt'))] })).rejects.toThrow(/certificate/);
  });

  it('trusts an intermediate alone, without its root, and nothing else then', async () => {
    const first = (pem: string): Buffer => Buffer.from(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/.exec(pem)?.[0] ?? '');
    await expect(call({ ca: first(chain.read('tls-ca.crt').toString()) })).resolves.toMatchObject({ answer: 'answered' });
    await expect(call({ ca: first(stranger.read('tls-ca.crt').toString()) })).rejects.toThrow(/certificate/);
  });

  it('refuses another name', async () => {
    await expect(call({ serverName: 'other.example' })).rejects.toThrow(/does not match|altnames/);
  });

  it('knows no server key before a handshake', () => {
    expect(() => openChannel(settings()).serverSpkiSha256()).toThrow(expect.objectContaining({ code: 'SERVER_UNREACHABLE' }));
  });

  it.each([
    ['a pin that is none', { pins: ['sha256/short'] }],
    ['a CA that is no certificate', { ca: Buffer.from('nonsense') }],
    ['a key that is no key', { key: new Secret(Buffer.from('nonsense')) }],
  ])('%s is CONFIG_INVALID', (_name, overrides) => {
    expect(() => openChannel(settings(overrides))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('a certificate with the key of another is CONFIG_INVALID', () => {
    expect(() => openChannel(settings({ key: new Secret(stranger.read('tokenclient.key')) }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('TLS 1.2', () => {
  let old: Server;
  const sockets = new Set<TLSSocket>();

  beforeAll(async () => {
    old = createServer({
      key: chain.read('tokenservice.key'),
      cert: chain.read('tokenservice.crt'),
      maxVersion: 'TLSv1.2',
      ALPNProtocols: ['h2'],
    });
    old.on('secureConnection', (socket) => sockets.add(socket));
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => old.close(resolve));
  });

  it('is not spoken: no connection is made', async () => {
    await expect(call({}, (old.address() as AddressInfo).port)).rejects.toThrow(/protocol version|alert|No connection/i);
    expect(sockets.size).toBe(0);
  });
});
