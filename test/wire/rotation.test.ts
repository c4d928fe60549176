import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { openChannel, TokenServiceClient, tokenServiceDefinition, type ChannelSettings } from '../../src/wire/index.js';
import { pinOf } from '../../src/certs/describe.js';
import { makeChain, type ChainFiles } from '../support/chain.js';

// What a VM of Bob's has was approved as it is: trust file and pins cannot change without making the VM anew.
let chain: ChainFiles;
let asApproved: ChannelSettings;

beforeAll(() => {
  chain = makeChain();
  const pins = ['tls-ca.crt', 'spare-ca.crt'].map((name) => pinOf(new X509Certificate(chain.read(name))));
  asApproved = { serverName: 'tokenservice.esodemoapp2.com', ca: chain.read('tls-ca.crt'), pins };
});
afterAll(() => chain.remove());

const renew = (...flags: readonly string[]): void => {
  const args = ['renew', '--which', 'server', '--out', chain.directory, ...flags];
  execFileSync(process.execPath, [join(__dirname, '../../dist/certs/main.js'), ...args], { stdio: 'pipe' });
};

/** Asks a server that presents the certificate that is in the files now. @returns its answer, or why there is none. */
async function ask(settings: ChannelSettings): Promise<string> {
  const server = new GrpcServer();
  server.addService(tokenServiceDefinition, {
    GetToken: (_call: unknown, answer: (error: null, value: { responseID: string }) => void) => answer(null, { responseID: 'answered' }),
  });
  const pair = { private_key: chain.read('tokenservice.key'), cert_chain: chain.read('tokenservice.crt') };
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const channel = openChannel(settings);
  const client = new TokenServiceClient(`127.0.0.1:${port}`, channel.credentials, channel.options);
  try {
    return await new Promise<string>((resolve) => {
      client.GetToken({}, { deadline: Date.now() + 10_000 }, (error, value) => resolve(error?.details ?? value?.responseID ?? ''));
    });
  } finally {
    client.close();
    server.forceShutdown();
  }
}

describe('a VM that pins the CA and its spare', () => {
  it("goes on when the server's certificate and key are renewed, also by the spare CA", async () => {
    await expect(ask(asApproved)).resolves.toBe('answered');
    renew();
    await expect(ask(asApproved)).resolves.toBe('answered');
    renew('--useSpare');
    await expect(ask(asApproved)).resolves.toBe('answered');
  });

  it('and without the pin of the spare it would not', async () => {
    await expect(ask({ ...asApproved, pins: asApproved.pins.slice(0, 1) })).resolves.toMatch(/matches --tlsServerPin/);
  });
});
